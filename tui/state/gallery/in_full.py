"""One digit in full: all that is known of it at the moment. Pure."""

from dataclasses import dataclass

from engine.vocabulary.messages import (
    BeliefTold,
    Explain,
    Explained,
    FindNeighbours,
    NeighboursFound,
    Predict,
    Predicted,
)
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.messages.pictures import Picture
from tui.state.gallery.answers import GalleryState
from tui.state.gallery.rows import Row
from tui.state.gallery.views import View


@dataclass(frozen=True)
class InFull:
    """A digit, its place among the hardest of `ranked`, and the answers about it that are there.

    `probabilities` are calibrated where the weights have a temperature, and `uncalibrated` those without it.
    """

    row: Row
    kind: str = "test digit"
    total: int = 0
    rank: int = 0
    ranked: int = 0
    pixels: bytes = b""
    classes: tuple[str, ...] = DIGITS
    probabilities: tuple[float, ...] = ()
    uncalibrated: tuple[float, ...] = ()
    temperature: float | None = None
    weights: str = ""
    belief: BeliefTold | None = None
    belief_problem: str = ""
    nearest: NeighboursFound | None = None
    nearest_words: str = ""
    note: str = ""


def picture_of(view: View, index: int) -> Picture:
    """Return what questions about a network name a digit of a view by."""
    return Picture(part="own" if view.name == "own" else view.part, index=index)


def answer_question(view: View, run: str, index: int) -> Predict | Explain:
    """Return what to ask for the probabilities of a digit: of test digits those before calibration come too."""
    if view.part == "test" and view.name != "own":
        return Predict(start=index, run=run)
    return Explain(picture=picture_of(view, index), method="gradient", run=run)


def nearest_question(view: View, run: str, index: int, count: int) -> FindNeighbours:
    return FindNeighbours(picture=picture_of(view, index), run=run, count=count)


@dataclass(frozen=True)
class Spoken:
    """What a network says of a digit: of the weights of a step."""

    predicted: int
    actual: int
    probabilities: tuple[float, ...]
    uncalibrated: tuple[float, ...]
    temperature: float | None
    step: int
    pixels: bytes


def spoken(state: GalleryState, view: View, run: str, index: int) -> Spoken | None:
    """Return the last answer of the network if it is about this digit."""
    answer = state.answers.get("answer")
    if answer is None or answer.command != answer_question(view, run, index):
        return None
    event = answer.event
    if isinstance(event, Predicted) and event.digits:
        digit = event.digits[0]
        return Spoken(
            digit.predicted, digit.actual, tuple(digit.probabilities), tuple(digit.uncalibrated), event.temperature,
            event.step, digit.pixels,
        )  # fmt: skip
    if isinstance(event, Explained):
        return Spoken(
            event.predicted, event.actual, tuple(event.probabilities), (), None, event.step, event.pixels
        )  # fmt: skip
    return None


def told_belief(state: GalleryState, run: str, index: int) -> BeliefTold | None:
    """Return what is known of a test digit over the epochs."""
    answer = state.answers.get("belief")
    event = answer.event if answer is not None else None
    return event if isinstance(event, BeliefTold) and event.index == index and event.run == run else None


def found_nearest(state: GalleryState, question: FindNeighbours) -> NeighboursFound | None:
    """Return the nearest training digits if they were found for this digit."""
    answer = state.answers.get("nearest")
    if answer is None or not isinstance(answer.event, NeighboursFound):
        return None
    same = (answer.command.picture, answer.command.run) == (question.picture, question.run)
    return answer.event if same else None
