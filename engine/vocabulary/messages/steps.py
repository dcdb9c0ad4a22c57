"""Merges neighbouring step events into one with fewer points."""

from collections.abc import Sequence

import msgspec

from engine.vocabulary.messages.base import HIGHEST_LOSS, MOST, STEP_POINTS
from engine.vocabulary.messages.run_events import StepsDone


def merge_steps(earlier: StepsDone, later: StepsDone) -> StepsDone:
    """Return one event for two neighbours of a run, halving the resolution as often as STEP_POINTS asks for.

    A screen that cannot keep up, and one that attaches late, get the same curve from fewer points.
    """
    groups = [*_groups(earlier), *_groups(later)]
    steps = sum(count for count, _ in groups)
    stride = max(1, earlier.stride, later.stride)
    while steps > stride * STEP_POINTS:
        stride *= 2
    # The mean of the highest losses may be rounded up.
    losses = [min(max(loss, -HIGHEST_LOSS), HIGHEST_LOSS) for loss in coarsen(groups, stride)]
    return msgspec.structs.replace(later, stride=min(stride, MOST), losses=losses, steps=min(steps, MOST))


def _groups(event: StepsDone) -> list[tuple[int, float]]:
    """Return each loss with the number of steps it is the mean of."""
    stride = max(1, event.stride)
    full = len(event.losses) - 1
    last = max(1, event.steps - stride * full) if event.steps else stride
    return [(stride if i < full else last, loss) for i, loss in enumerate(event.losses)]


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
