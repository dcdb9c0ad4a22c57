"""Images held out of training: they choose the best epoch, say when to stop, and how sure the network may be said to
be. The test set is not used for that."""

import math
import typing

import msgspec
import torch
from torch import Tensor, nn

from engine.training.evaluation import Evaluation, evaluate
from engine.vocabulary.batches import count_held_out
from engine.vocabulary.messages import Count, Loss, Share

SPLIT_SEED = 0  # one split for all runs: those of different seeds can be compared
COLDEST, HOTTEST = 0.05, 20.0  # temperatures; beyond them lies a network that is always, or never, right
Temperature = typing.Annotated[float, msgspec.Meta(ge=COLDEST, le=HOTTEST)]


def split(labels: Tensor, share: float, stratified: bool = True) -> tuple[Tensor | None, Tensor]:
    """Return the indices of the images to train on, None for all of them, and of those held out, for labels [N].

    A function of labels and share alone: the same in every run, and after a resume. Where it is `stratified` every
    class has its share of the images held out, within one image; otherwise it is a matter of chance.
    """
    labels = labels.cpu()
    held = count_held_out(len(labels), share)
    if not held:
        return None, torch.empty(0, dtype=torch.int64)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(SPLIT_SEED))
    if stratified:
        counts = torch.bincount(labels.long()).tolist()
        of_class = [order[labels[order] == i] for i in range(len(counts))]
        taken = quotas(counts, held)
        chosen = torch.cat([mine[:most] for mine, most in zip(of_class, taken, strict=True)])
        kept = torch.cat([mine[most:] for mine, most in zip(of_class, taken, strict=True)])
    else:
        chosen, kept = order[:held], order[held:]
    return kept.sort().values, chosen.sort().values


def quotas(counts: list[int], held: int) -> list[int]:
    """Divide `held` among classes of these sizes in proportion, by largest remainders; the lower class first of equals.

    Each class keeps an image to train on, unless there are fewer images left than classes.
    """
    total = sum(counts)
    exact = [held * count / total for count in counts]
    taken = [min(int(part), max(0, count - 1)) for part, count in zip(exact, counts, strict=True)]
    by_remainder = sorted(range(len(counts)), key=lambda i: taken[i] - exact[i])
    for spare in (1, 0):  # the last image of a class goes only when there is no other
        while sum(taken) < held and (open_ := [i for i in by_remainder if taken[i] + spare < counts[i]]):
            for i in open_[: held - sum(taken)]:
                taken[i] += 1
    return taken


class Best(msgspec.Struct, frozen=True):
    """The best epoch so far by validation accuracy, the earliest of equals; 0 before the first."""

    epoch: Count = 0
    accuracy: Share = 0.0
    loss: Loss = 0.0

    def after(self, epoch: int, accuracy: float, loss: float) -> "Best":
        """Return the best once another epoch is tested."""
        better = not self.epoch or accuracy > self.accuracy
        return Best(epoch, accuracy, loss) if better else self


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """Return the temperature T at which softmax(logits / T) has the lowest negative log-likelihood on images that were
    held out, within COLDEST and HOTTEST: for logits [N, classes] and labels [N].

    Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks (2017). The log-likelihood is concave in
    1 / T, so its slope has one root at most.
    """
    logits, labels = logits.detach().cpu().double(), labels.cpu()
    logits = logits - logits.amax(1, keepdim=True)  # T stays the same, and nothing overflows
    right = logits.gather(1, labels.unsqueeze(1)).squeeze(1)

    def slope(logarithm: float) -> float:
        expected = (torch.softmax(logits * math.exp(logarithm), 1) * logits).sum(1)
        return float((right - expected).mean())

    low, high = -math.log(HOTTEST), -math.log(COLDEST)
    if slope(0.0) == 0:  # so sure and so right, or all the same, that no temperature changes it
        return 1.0
    if slope(low) <= 0:
        return HOTTEST
    if slope(high) >= 0:
        return COLDEST
    from scipy.optimize import brentq  # takes a tenth of a second, which runs without held-out images need not

    return math.exp(-brentq(slope, low, high, xtol=1e-9))


def validated(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Evaluation, float | None]:
    """Measure a network on held-out uint8 images [N, 28, 28] with labels [N], and fit its temperature to them: None
    where its answers are no numbers."""
    logits: list[Tensor] = []
    measured = evaluate(model, images, labels, see=logits.append)
    return measured, fit_temperature(torch.cat(logits), labels) if math.isfinite(measured.loss) else None
