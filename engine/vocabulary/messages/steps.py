"""Merges neighbouring step events into one with fewer points."""

import itertools
from collections.abc import Sequence

import msgspec

from engine.vocabulary.messages.base import HIGHEST_LOSS, MOST, STEP_POINTS
from engine.vocabulary.messages.run_events import StepsDone


def merge_steps(earlier: StepsDone, later: StepsDone) -> StepsDone:
    """Return one event for two neighbours of a run, halving the resolution as often as STEP_POINTS asks for.

    A screen that cannot keep up, and one that attaches late, get the same curve from fewer points.
    """
    groups = [*_groups(earlier, earlier.losses), *_groups(later, later.losses)]
    steps = sum(count for count, _ in groups)
    stride = max(1, earlier.stride, later.stride)
    while steps > stride * STEP_POINTS:
        stride *= 2
    # The mean of the highest losses may be rounded up.
    losses = [min(max(loss, -HIGHEST_LOSS), HIGHEST_LOSS) for loss in coarsen(groups, stride)]
    accuracies: list[float] = []
    if all(len(event.accuracies) == len(event.losses) for event in (earlier, later)):  # an older version told none
        shares = [*_groups(earlier, earlier.accuracies), *_groups(later, later.accuracies)]
        accuracies = [min(max(share, 0.0), 1.0) for share in coarsen(shares, stride)]
    return msgspec.structs.replace(
        later,
        stride=min(stride, MOST),
        losses=losses,
        steps=min(steps, MOST),
        accuracies=accuracies,
        grad_norms=halved([*earlier.grad_norms, *later.grad_norms]),
    )


def _groups(event: StepsDone, values: Sequence[float]) -> list[tuple[int, float]]:
    """Return each of an event's values with the number of steps it is the mean of."""
    stride = max(1, event.stride)
    full = len(values) - 1
    last = max(1, event.steps - stride * full) if event.steps else stride
    return [(stride if i < full else last, value) for i, value in enumerate(values)]


def halved(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return (step, value) points, neighbours joined to their mean at the later step until STEP_POINTS have room."""
    while len(points) > STEP_POINTS:
        pairs = itertools.zip_longest(points[::2], points[1::2])
        points = [(b[0], (a[1] + b[1]) / 2) if b is not None else a for a, b in pairs]
    return points


def coarsen(groups: Sequence[tuple[int, float]], stride: int) -> list[float]:
    """Return means over `stride` steps each for (steps, mean loss) in order; the last may be over fewer.

    Cut from the beginning: what is there already is not cut anew, and blurred, with each merge.
    """
    means: list[float] = []
    total, room = 0.0, stride
    for steps, loss in groups:
        while steps:
            taken = min(steps, room)
            total, room, steps = total + taken * loss, room - taken, steps - taken
            if not room:
                means.append(total / stride)
                total, room = 0.0, stride
    if room < stride:
        means.append(total / (stride - room))
    return means
