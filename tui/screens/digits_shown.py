"""What of the state the screen of digits shows: which digits, in which order, and what is said of them. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from msgspec.structs import replace

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import LabelErrorsTold, LearningTold, PredictionsCompared
from tui.state.class_words import thing, worded
from tui.state.gallery.answers import Answer, GalleryState, Kind
from tui.state.gallery.in_full import InFull, found_nearest, nearest_question, spoken, told_belief
from tui.state.gallery.rows import Gallery, Row, unanswered
from tui.state.gallery.sorting import ORDERS, sorted_rows
from tui.state.gallery.views import LEARNING, Listed, View, disputed, learned, mislabelled
from tui.state.run_filter import Filter
from tui.state.state import State, classes_of

EXAMPLES = "examples"  # the run of a gallery of training images, before there is a run
LOWEST = 1e-9  # probability


@dataclass(frozen=True)
class SelectedDigits:
    """`rows` of `of` digits; what a list says of some of them, and what they are taken for in it; the length of that
    list where it is longer; the pixels of those that no engine is to be asked for."""

    rows: tuple[Row, ...] = ()
    of: int = 0
    notes: Mapping[int, str] = field(default_factory=dict)
    taken: Mapping[int, int] = field(default_factory=dict)
    listed: int = 0
    pixels: Mapping[int, bytes] = field(default_factory=dict)


@lru_cache(2)
def without_answers(run: str, total: int, classes: tuple[str, ...]) -> Gallery:
    return unanswered(run, total, classes)


def gallery_of(state: State, view: View, data: str) -> Gallery | None:
    """Return the digits of a view as far as they are known: at first those that no network has looked at."""
    run, shown = state.shown, state.gallery.shown
    if run is None or not (run.live or run.epochs):
        examples = state.data.examples if state.data is not None else []
        labels = [label for label, images in enumerate(examples) for _ in images]
        if run is not None or not labels:
            return None
        rows = tuple(Row(index, label) for index, label in enumerate(labels))
        assert state.data is not None
        return Gallery(EXAMPLES, "train", total=len(rows), rows=rows, classes=tuple(state.data.classes))
    if shown is not None and (shown.run, shown.part, shown.data) == (run.run, view.part, data):
        return shown
    if view.part == "test" and not data and run.test_images:
        return without_answers(run.run, run.test_images, tuple(run.classes))
    return None


def example_pixels(state: State, gallery: Gallery | None) -> dict[int, bytes]:
    if gallery is None or gallery.run != EXAMPLES or state.data is None:
        return {}
    return dict(enumerate(image for images in state.data.examples for image in images))


def list_answer(state: GalleryState, view: View) -> Answer | None:
    """Return the answer that the list of a view is in."""
    kind: Kind = "learning" if view.name in LEARNING else "labels" if view.name == "labels" else "differ"
    answer = state.answers.get(kind) if view.is_list else None
    return answer if answer is None or kind != "differ" or answer.command.b == view.other else None


def listed_in(answer: Answer | None, view: View, run: str) -> Listed | None:
    match answer.event if answer is not None else None:
        case LearningTold(run=told) as event if told == run:
            return learned(event, view)
        case LabelErrorsTold(run=told) as event if told == run:
            return mislabelled(event)
        case PredictionsCompared(a=told) as event if told == run:
            return disputed(event)
    return None


def selected_digits(
    state: State, gallery: Gallery | None, view: View, wanted: Filter, sort: str, descending: bool
) -> SelectedDigits:
    """Return the digits of a view that match, in their order."""
    if gallery is None:
        return SelectedDigits()
    rows: tuple[Row, ...] | list[Row] = gallery.rows
    listed = Listed(0, ())
    if view.is_list:
        listed = listed_in(list_answer(state.gallery, view), view, gallery.run) or listed
        rows = [gallery.rows[index] for index in listed.indices if index < len(gallery.rows)]
    of = len(rows)
    if wanted:
        rows = [row for row in rows if wanted.matches(row)]
    if sort in ORDERS and (sort, descending, view.is_list) != ("index", False, False):
        rows = sorted_rows(rows, sort, descending)
    pixels = example_pixels(state, gallery)
    return SelectedDigits(tuple(rows), of, listed.notes, listed.taken, listed.total, pixels)


def digit_in_full(
    state: State, view: View, row: Row, digits: SelectedDigits, gallery: Gallery | None, pixels: bytes, *, epoch: int,
    nearest_asked: bool,
) -> InFull:  # fmt: skip
    """Return all that is known of a digit. At an `epoch` that was chosen, what the run thought of it then."""
    run = state.shown.run if state.shown is not None else ""
    answers = state.gallery
    answer = spoken(answers, view, run, row.index) if not epoch else None
    belief = told_belief(answers, run, row.index) if view.part == "test" and view.name != "own" else None
    probabilities, weights = answer.probabilities if answer is not None else (), ""
    if answer is not None:
        row = replace(row, predicted=answer.predicted, label=answer.actual if answer.actual >= 0 else row.label)
        weights = f"weights of step {answer.step:,}"
        if row.loss is None and 0 <= row.label < len(probabilities):
            row = replace(row, loss=-math.log(max(LOWEST, probabilities[row.label])))
    elif epoch and belief is not None and epoch in belief.epochs:
        probabilities = tuple(belief.probabilities[belief.epochs.index(epoch)])
        weights = f"after epoch {epoch}"
    elif gallery is not None and gallery.epoch:
        weights = f"after epoch {gallery.epoch}"
    kinds = {"train": "training image", "test": "test image"}
    kind = "image of your own" if view.name == "own" else kinds[gallery.part if gallery is not None else view.part]
    ranks = gallery is not None and gallery.answered
    return InFull(
        row=row,
        kind=kind,
        total=gallery.total if gallery is not None else 0,
        rank=gallery.rank(row) if gallery is not None and ranks else 0,
        ranked=len(gallery.losses) if gallery is not None else 0,
        pixels=pixels,
        classes=gallery.classes if gallery is not None else classes_of(state),
        probabilities=probabilities,
        uncalibrated=answer.uncalibrated if answer is not None else (),
        temperature=answer.temperature if answer is not None else None,
        weights=weights,
        belief=belief,
        belief_problem=worded(belief_words(answers, view, belief is None), classes_of(state)),
        nearest=found_nearest(answers, nearest_question(view, run, row.index, 1)),
        nearest_words=nearest_words(state, nearest_asked),
        note=digits.notes.get(row.index, ""),
    )


def belief_words(answers: GalleryState, view: View, missing: bool) -> str:
    if view.part == "train":
        return "kept for test digits only"
    if view.name == "own":
        return "kept for the test digits of a run only"
    return answers.problems.get("belief", "") if missing else ""


def nearest_words(state: State, asked: bool) -> str:
    """Say why no nearest digits are shown."""
    if state.shown is None or not (state.shown.live or state.shown.epochs):
        return "found by what a run has learned"
    if problem := state.gallery.problems.get("nearest"):
        return problem
    if state.busy and not asked:
        return "N looks for them; that holds up what trains for a moment."
    return "looking for them ..."


@dataclass(frozen=True)
class Words:
    """A line above the digits, and what is said where there are none."""

    line: str
    nothing: str


def about(
    state: State, view: View, gallery: Gallery | None, digits: SelectedDigits, log_problem: tuple[str, int, str], *,
    filtered: str,
) -> Words:  # fmt: skip
    """Say whose digits are shown, under which weights, and what is missing."""
    run = state.shown
    if run is None or not (run.live or run.epochs):
        return Words(*no_weights(state, gallery))
    line = f"{worded(view.title, run.classes)}, {run.run}, {weights_in_words(gallery)}"
    if digits.listed > digits.of:
        line += f"; the first {digits.of:,} of {digits.listed:,}"
    if gallery is not None and gallery.damaged:
        line += f"; {counted(gallery.damaged, 'place')} of its log cannot be read"
    if gallery is not None and not gallery.complete:
        line += f"; {len(gallery.rows):,} of {gallery.total:,} so far"
    if log_problem[0] == run.run and log_problem[1] == run.epoch:
        line += f". {sentence(log_problem[2])}"
        if gallery is None or not gallery.answered:
            line += worded(" u looks at all digits under its weights of now.", run.classes)
    elif (problem := problem_of(state.gallery, view)) and digits.rows:
        line += f". {sentence(problem)}"
    return Words(line, nothing_found(state, view, filtered, digits))


def weights_in_words(gallery: Gallery | None) -> str:
    if gallery is None or not gallery.answered:
        return "which it is asked about after its first epoch, or with u"
    return f"under the weights of step {gallery.step:,}" if gallery.step else f"after epoch {gallery.epoch}"


def no_weights(state: State, gallery: Gallery | None) -> tuple[str, str]:
    run = state.shown
    if run is not None and run is state.opened:
        words = f"{run.run} has no weights. Choose another run on the Runs screen (4)."
    elif any(each.epoch and each.resumable for each in state.runs):
        words = "Opening the latest run that has weights ..."
    else:
        words = "No weights yet. Press t to train; what the network makes of each digit appears here while it learns."
        words = worded(words, classes_of(state))
    return (f"{words} Below: training images." if gallery is not None else "", words)


def problem_of(state: GalleryState, view: View) -> str:
    """Return why something of a view has no answer."""
    kinds: tuple[Kind, ...] = ("gallery", "pixels")
    if view.is_list:
        kinds = ("learning" if view.name in LEARNING else "labels" if view.name == "labels" else "differ", *kinds)
    return next((state.problems[kind] for kind in kinds if kind in state.problems), "")


def nothing_found(state: State, view: View, filtered: str, digits: SelectedDigits) -> str:
    if problem := problem_of(state.gallery, view):
        own = " Draw some on Draw (7), and save them." if view.name == "own" else ""
        return f"{sentence(problem)}{own}"
    if filtered and digits.of:
        what = thing(classes_of(state))
        return f"No {what} matches {filtered}. Escape shows all {what}s."
    answer = list_answer(state.gallery, view)
    if view.is_list and answer is not None:
        return f"There are none: {worded(view.title, classes_of(state))}. f shows others."
    return "Asking the engine ..."


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")
