"""Ready-made views of the gallery: a part of the data, or a list of digits that the engine makes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import DigitList, LabelErrorsTold, LearningTold, PredictionsCompared
from engine.vocabulary.messages.base import class_name
from tui.state.words.runs import short_run_name

Name = Literal["test", "forgotten", "late", "never", "sure", "train", "labels", "own", "differ"]
TITLES: dict[Name, str] = {
    "test": "test digits",
    "forgotten": "most forgotten: learned, then wrong again",
    "late": "learned last",
    "never": "never learned",
    "sure": "wrong, although it is sure",
    "train": "training digits",
    "labels": "training digits whose label is likely wrong",
    "own": "digits of your own",
    "differ": "test digits that two runs see differently",
}
LEARNING = ("forgotten", "late", "never", "sure")


@dataclass(frozen=True)
class View:
    """Which digits: one of TITLES; `other` is the run that the shown one is compared with."""

    name: Name = "test"
    other: str = ""

    @property
    def part(self) -> Literal["test", "train"]:
        return "train" if self.name in ("train", "labels") else "test"

    @property
    def is_list(self) -> bool:
        return self.name in (*LEARNING, "labels", "differ")

    @property
    def title(self) -> str:
        if self.name == "differ":
            return f"where it differs from {short_run_name(self.other)}"
        return TITLES[self.name]


@dataclass(frozen=True)
class Listed:
    """The digits of a list by their indices, in its order, of `total`; what is to be said of some of them, and what
    each is taken for in this list, where that is not what the network predicts."""

    total: int
    indices: tuple[int, ...]
    notes: Mapping[int, str] = field(default_factory=dict)
    taken: Mapping[int, int] = field(default_factory=dict)


def learned(told: LearningTold, view: View) -> Listed:
    """Return one of the lists of what was learned and forgotten."""
    lists: dict[str, DigitList] = {
        "forgotten": told.most_forgotten,
        "late": told.last_learned,
        "never": told.never_learned,
        "sure": told.confidently_wrong,
    }
    found = lists[view.name]
    notes = {
        each.index: f"forgotten {counted(each.forgotten, 'time')}, "
        + (f"right since epoch {each.right_since}" if each.right_since else "wrong now")
        for each in found.digits
    }
    return Listed(found.total, tuple(each.index for each in found.digits), notes)


def mislabelled(told: LabelErrorsTold) -> Listed:
    """Return the training digits whose label is likely wrong."""
    notes = {
        each.index: f"its label says {class_name(told.classes, each.label)}, mostly taken for"
        f" {class_name(told.classes, each.suggested)}; mean loss {each.loss:.3g}"
        for each in told.errors
    }
    taken = {each.index: each.suggested for each in told.errors}
    return Listed(told.total, tuple(each.index for each in told.errors), notes, taken)


def disputed(told: PredictionsCompared) -> Listed:
    """Return the test digits that two runs see differently."""
    notes = {}
    for each in told.digits:
        says = [
            f"{short_run_name(run)} says {class_name(told.classes, predicted)}"
            for run, predicted in zip((told.a, told.b), each.predicted, strict=False)
        ]
        notes[each.index] = ", ".join(says)
    return Listed(told.differ, tuple(each.index for each in told.digits), notes)
