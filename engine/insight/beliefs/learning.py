"""When a test digit was learned, and whether it was forgotten.

After Toneva et al., "An Empirical Study of Example Forgetting during Deep Neural Network Learning"
(https://arxiv.org/abs/1812.05159): an example is forgotten when it is classified rightly at one time and wrongly at the
next. There the times are the steps that train on it; here they are the epochs that were kept, and the examples are
those of the test.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.insight.beliefs.history import Beliefs, Right

Counts = npt.NDArray[np.intp]


class Learning(NamedTuple):
    """Of each test digit [N]: how often it was forgotten, at which place among the epochs it was first right, and from
    which on it always was; as many as there are epochs where that never was."""

    forgotten: Counts
    first_right: Counts
    right_since: Counts


def learning(right: Right) -> Learning:
    """Sum up which digits were right, [E, N], over the epochs."""
    epochs = len(right)
    forgotten = (right[:-1] & ~right[1:]).sum(0)
    first = np.where(right.any(0), right.argmax(0), epochs)
    last_wrong = np.where(right.all(0), -1, epochs - 1 - (~right[::-1]).argmax(0))
    return Learning(forgotten.astype(np.intp), first.astype(np.intp), last_wrong.astype(np.intp) + 1)


def most_forgotten(found: Learning) -> Counts:
    """Return the digits that were forgotten, the ones most often first, the lower index first of equals."""
    order = np.argsort(-found.forgotten, kind="stable")
    wanted: Counts = order[found.forgotten[order] > 0]
    return wanted


def last_learned(found: Learning, epochs: int) -> Counts:
    """Return the digits that are right now, those that are so for the shortest time first; without those that always
    were."""
    order = np.argsort(-found.right_since, kind="stable")
    since = found.right_since[order]
    wanted: Counts = order[(since > 0) & (since < epochs)]
    return wanted


def never_learned(found: Learning, losses: npt.NDArray[np.float32], epochs: int) -> Counts:
    """Return the digits that were never right, those with the highest loss [N] first."""
    order = np.argsort(-losses, kind="stable")
    wanted: Counts = order[found.first_right[order] == epochs]
    return wanted


def confidently_wrong(beliefs: Beliefs, place: int) -> Counts:
    """Return the digits that are wrong after the epoch at a place, those that the run is surest of first."""
    predicted = beliefs.kept[place].predicted
    sure = np.take_along_axis(beliefs.probabilities(place), predicted[:, None].astype(np.intp), 1)[:, 0]
    order = np.lexsort((-beliefs.losses(place), -sure))
    wanted: Counts = order[predicted[order] != beliefs.labels[order]]
    return wanted
