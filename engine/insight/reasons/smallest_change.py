"""The closest picture that a network takes for another class, by Euclidean norm (L2): an iterative attack.

FAB of Croce and Hein, Minimally distorted adversarial examples with a fast adaptive boundary attack,
https://arxiv.org/abs/1907.02044: DeepFool (Moosavi-Dezfooli et al., https://arxiv.org/abs/1511.04599), which goes to
the boundary of the linearised network again and again, with pixels kept in 0..1, and drawn towards the picture itself.
What it finds is an upper bound: a closer picture may exist. Nothing is drawn at random.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.insight.runs.undisturbed import gradients_of, outputs_of

ITERATIONS = 40
FIRST_LOOK, NEAREST = 10, 3  # after so many iterations, only so many of the classes are gone on with
OVERSHOOT, GROWTH = 1.05, 0.02  # of each step, and by how much it grows with each until the class is reached
SOFT = 0.1  # of the range of logits: the width of the soft maximum, and a tenth of it once the class was reached
PATIENCE, LESS = 8, 0.99  # so many iterations without less of the distance are enough
TOWARDS = 0.1  # the largest share of the step from the picture itself
BACK = 0.9  # of the way from it, after a step that reached the class
BISECTIONS = 40  # of the projection's multiplier
HALVINGS = 12  # of the last way back
BEYOND = (1.0, 1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 2.0)  # times the change: pixels are rounded to bytes


@dataclass(frozen=True)
class Change:
    """A picture uint8 [28, 28] that is of class `label`, and its distance (L2, pixels in 0..1)."""

    picture: Tensor
    label: int
    distance: float


def smallest_change(model: nn.Module, image: Tensor, labels: list[int]) -> Change | None:
    """Return the closest picture found that is of one of the classes `labels`, None where none was found.

    `image` is uint8 [28, 28], not of any of them now. Raises InsightError.
    """
    start = image.float().div(255).flatten().expand(len(labels), -1)
    found = _attacked(model, start, torch.tensor(labels, device=image.device))
    changes = [_rounded(model, image, each, label) for each, label in zip(found, labels, strict=True)]
    return min((each for each in changes if each is not None), key=lambda each: each.distance, default=None)


def _attacked(model: nn.Module, start: Tensor, labels: Tensor) -> list[Tensor | None]:
    """Return for each label the closest of its pictures [784] that was met, from start [N, 784].

    Labels that are far behind the nearest ones after a few steps are given up.
    """
    best = start.clone()
    closest = torch.full((len(start),), torch.inf, device=start.device)
    active = torch.arange(len(start), device=start.device)
    points = start.clone()
    since = 0  # iterations without a clearly closer picture
    for iteration in range(ITERATIONS):
        if iteration == FIRST_LOOK and len(active) > NEAREST and bool(closest.isfinite().sum() >= NEAREST):
            active = closest.argsort()[:NEAREST]
        begin, point, wanted = start[active], points[active], labels[active]
        met = closest[active].isfinite()
        margin, slope = _margins(model, point, wanted, torch.where(met, SOFT / 10, SOFT))
        # The boundary of the network as it is linearised here, seen from this point and from the picture.
        from_here = _projected(point, slope, -margin)
        from_start = _projected(begin, slope, -margin - (slope * (begin - point)).sum(1))
        here, there = from_here.norm(dim=1), from_start.norm(dim=1)
        # Where the class was not reached yet, nothing draws back, and steps grow: other classes may be in the way.
        share = torch.where(met, (here / (here + there).clamp_min(1e-12)).clamp_max(TOWARDS), 0)[:, None]
        over = torch.where(met, OVERSHOOT, OVERSHOOT + GROWTH * iteration)[:, None]
        step = (1 - share) * (point + over * from_here) + share * (begin + over * from_start)
        point = step.clamp(0, 1)
        reached = _is_class(model, point, wanted)
        distance = (point - begin).norm(dim=1)
        better = reached & (distance < closest[active])
        nearer = bool((distance[better] < LESS * closest[active[better]]).any())
        since = 0 if nearer else since + 1
        best[active[better]], closest[active[better]] = point[better], distance[better]
        points[active] = torch.where(reached[:, None], begin + BACK * (point - begin), point)
        if since >= PATIENCE and bool(closest[active].isfinite().all()):
            break
    ends = _walked_back(model, start[active], best[active], labels[active])
    found: list[Tensor | None] = [None] * len(start)
    for place, end in zip(active.tolist(), ends, strict=True):
        found[place] = end if bool(closest[place].isfinite()) else None
    return found


def _margins(model: nn.Module, points: Tensor, labels: Tensor, soft: Tensor) -> tuple[Tensor, Tensor]:
    """Return by how much each point's class is ahead of the best other one, and the gradient of that [N, 784].

    The best one of others is a soft maximum, `soft` of the logits' range wide: where several are in the way in turn,
    the gradient leads away from all of them.
    """

    def margin(logits: Tensor, start: int) -> Tensor:
        wanted = labels[start : start + len(logits), None]
        width = soft[start : start + len(logits)] * (logits.amax(1) - logits.amin(1)).detach().clamp_min(1e-6)
        others = logits.scatter(1, wanted, -torch.inf) / width[:, None]
        return logits.gather(1, wanted).squeeze(1) - width * others.logsumexp(1)

    margins, gradients = gradients_of(model, points.view(-1, 1, 28, 28), margin)
    return margins, gradients.flatten(1)


def _projected(points: Tensor, slope: Tensor, needed: Tensor) -> Tensor:
    """Return the shortest changes [N, 784] with slope . change >= needed that keep points in 0..1, or, where none does,
    those that come nearest. They are clamp(t * slope) for the smallest t that suffices, found by bisection."""

    def change(multiplier: Tensor) -> Tensor:
        return torch.minimum(torch.maximum(multiplier[:, None] * slope, -points), 1 - points)

    needed = needed.clamp_min(0)
    steepest = slope.abs().amax(1).clamp_min(1e-12)
    low = torch.zeros_like(needed)
    high = needed / (slope * slope).sum(1).clamp_min(1e-12)  # enough where no pixel meets its limit
    for _ in range(BISECTIONS):
        enough = ((slope * change(high)).sum(1) >= needed) | (high * steepest > 1e6)
        if bool(enough.all()):
            break
        high = torch.where(enough, high, 2 * high + 1e-9)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        enough = (slope * change(middle)).sum(1) >= needed
        low, high = torch.where(enough, low, middle), torch.where(enough, middle, high)
    return change(high)


def _is_class(model: nn.Module, points: Tensor, labels: Tensor) -> Tensor:
    return outputs_of(model, points.view(-1, 1, 28, 28)).argmax(1) == labels


def _walked_back(model: nn.Module, start: Tensor, best: Tensor, labels: Tensor) -> Tensor:
    """Go back towards the picture as far as the class stays."""
    low, high = torch.zeros(len(start), device=start.device), torch.ones(len(start), device=start.device)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        stays = _is_class(model, start + middle[:, None] * (best - start), labels)
        low, high = torch.where(stays, low, middle), torch.where(stays, middle, high)
    return start + high[:, None] * (best - start)


def _rounded(model: nn.Module, image: Tensor, point: Tensor | None, label: int) -> Change | None:
    """Return a change in whole bytes: the first of those a little further than `point` that is of the class."""
    if point is None:
        return None
    start = image.float().div(255).flatten()
    further = torch.stack([start + times * (point - start) for times in BEYOND]).clamp(0, 1)
    pictures = further.mul(255).round()
    wanted = torch.full((len(pictures),), label, device=image.device)
    there = _is_class(model, pictures / 255, wanted).tolist()
    if True not in there:
        return None
    picture = pictures[there.index(True)].to(torch.uint8)
    distance = float((picture.float().div(255) - start).double().norm())
    return Change(picture.view(28, 28), label, distance)
