"""What only the engine can tell: the worst digits with their pictures, calibration, robustness.

A question that is refused leaves its section with the reason, and no report is lost for it.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from msgspec.structs import replace

from engine.vocabulary.messages import (
    AnyEvent,
    AskGallery,
    AskPixels,
    CalibrationMeasured,
    Command,
    GalleryTold,
    MeasureCalibration,
    MeasureRobustness,
    PixelsTold,
    RobustnessMeasured,
)
from engine.vocabulary.messages.certainty_messages import MOST_TOGETHER
from tui.link.errors import CommandRefused
from tui.report.facts import ReportFacts, RunFacts, WorstDigits, measured_runs
from tui.state.confusion.answers import SIDE
from tui.state.gallery.rows import Gallery, told

E = TypeVar("E", bound=AnyEvent)
Say = Callable[[str], None]


class Ask(Protocol):
    """Asks the engine. Raises CommandRefused."""

    async def __call__(self, command: Command, kind: type[E], /) -> E: ...


async def with_digits(facts: ReportFacts, ask: Ask, most: int) -> ReportFacts:
    """Add the worst digits of each run, `most` at most."""
    runs = []
    for run in facts.runs:
        try:
            runs.append(replace(run, digits=await worst_digits(run, ask, most)))
        except CommandRefused as error:
            runs.append(replace(run, digits_problem=str(error)))
    return replace(facts, runs=tuple(runs))


async def worst_digits(run: RunFacts, ask: Ask, most: int) -> WorstDigits:
    """Raises CommandRefused where the run has kept nothing of its digits."""
    gallery = await whole_gallery(run.run, 0, ask)
    wanted = run.reported.epoch if run.reported is not None else 0
    if wanted in gallery.epochs and wanted != gallery.epoch:
        gallery = await whole_gallery(run.run, wanted, ask)
    wrong = [row for row in gallery.rows if row.is_wrong]
    rows = tuple(sorted(wrong, key=lambda row: (-(row.loss or 0.0), row.index))[:most])
    found = WorstDigits(epoch=gallery.epoch, images=len(gallery.rows), wrong=len(wrong), rows=rows)
    if not rows:
        return found
    try:
        pictures = await ask(AskPixels(run=run.run, indices=[row.index for row in rows]), PixelsTold)
    except CommandRefused as error:
        return replace(found, problem=str(error))
    if pictures.labels != bytes(row.label for row in rows):
        return replace(found, problem="the data are not those that the run was tested on: their labels differ")
    return replace(found, pixels=tuple(pictures.pixels[SIDE * i : SIDE * (i + 1)] for i in range(len(rows))))


async def whole_gallery(run: str, epoch: int, ask: Ask) -> Gallery:
    gallery: Gallery | None = None
    while gallery is None or not gallery.complete:
        start = len(gallery.rows) if gallery is not None else 0
        gallery = told(gallery, await ask(AskGallery(run=run, epoch=epoch, start=start), GalleryTold))
    return gallery


async def with_calibration(facts: ReportFacts, ask: Ask) -> ReportFacts:
    """Measure the calibration of each run that has none yet."""
    runs = []
    for run in facts.runs:
        if run.calibration is None:
            try:
                run = replace(run, calibration=await ask(MeasureCalibration(run=run.run), CalibrationMeasured))
            except CommandRefused as error:
                run = replace(run, calibration_problem=str(error))
        runs.append(run)
    return replace(facts, runs=tuple(runs))


async def with_robustness(facts: ReportFacts, ask: Ask, images: int = 0) -> ReportFacts:
    """Measure the robustness of the runs that lack it, beside each other, on the first so many test images (0: all)."""
    names = [run.run for run in facts.runs if run.run not in measured_runs(facts.robustness)]
    for start in range(0, len(names), MOST_TOGETHER):
        question = MeasureRobustness(runs=names[start : start + MOST_TOGETHER], images=images)
        try:
            found = await ask(question, RobustnessMeasured)
        except CommandRefused as error:
            return replace(facts, robustness_problem=str(error))
        facts = replace(facts, robustness=(*facts.robustness, found))
    return facts
