"""What a report knows of its runs. Pure."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from engine.storage.runs.record import RunRecord
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import CalibrationMeasured, EpochDone, EpochFigures, RobustnessMeasured, RunSummary
from tui.state.confusion.answers import Answers
from tui.state.gallery.rows import Row
from tui.state.run import RunView


class WorstDigits(msgspec.Struct, frozen=True, kw_only=True):
    """The test digits that a run has wrong after an epoch, the highest loss first: `wrong` of `images`.

    `pixels` has 784 grey values for each of `rows`, none where `problem` says why.
    """

    epoch: int
    images: int
    wrong: int
    rows: tuple[Row, ...] = ()
    pixels: tuple[bytes, ...] = ()
    problem: str = ""


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `view` is None where its log has no beginning; `skipped` counts lines that could not be read.

    `digits_problem` says why there are no worst digits, "" where nobody asked for them.
    """

    letter: str
    summary: RunSummary
    record: RunRecord
    view: RunView | None = None
    skipped: int = 0
    whole: bool = True  # whether all of its log was read
    parent_config: RunConfig | None = None  # of a fork: what `--fork` begins with
    digits: WorstDigits | None = None
    digits_problem: str = ""
    calibration: CalibrationMeasured | None = None
    calibration_problem: str = ""

    @property
    def run(self) -> str:
        return self.summary.run

    @property
    def reported(self) -> EpochFigures | None:
        """The epoch that speaks for the run: the best one by validation, else the last."""
        found = self.record.reported
        return found if found is not None or self.view is None else self.view.reported

    @property
    def epochs(self) -> tuple[EpochDone, ...]:
        return self.view.epochs if self.view is not None else ()

    @property
    def reported_epoch(self) -> EpochDone | None:
        """All that the log tells of that epoch."""
        reported = self.reported
        return next((each for each in self.epochs if reported is not None and each.epoch == reported.epoch), None)

    @property
    def test_images(self) -> int:
        """How many images the test is of, 0 where the log does not tell."""
        epoch = self.reported_epoch
        tested = sum(map(sum, epoch.confusion)) if epoch is not None else 0
        return tested or (self.view.test_images if self.view is not None else 0)


class ReportFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All runs of a report, in the order in which they were named; `robustness` was measured of one or of several."""

    runs: tuple[RunFacts, ...]
    robustness: tuple[RobustnessMeasured, ...] = ()
    robustness_problem: str = ""

    @property
    def several(self) -> bool:
        return len(self.runs) > 1


def with_answers(facts: ReportFacts, answers: Answers) -> ReportFacts:
    """Add what was measured of the runs since the program was started, by those who looked at it."""
    runs = tuple(replace(run, calibration=fitting(run, answers.calibration_of(run.run))) for run in facts.runs)
    epochs = {run.run: run.reported.epoch for run in facts.runs if run.reported is not None}
    found = [each for _, each in answers.robustness if [epochs.get(run) for run in each.runs] == each.epochs]
    best: dict[tuple[str, ...], RobustnessMeasured] = {}
    for each in found:
        known = best.get(tuple(each.runs))
        if known is None or each.images > known.images:
            best[tuple(each.runs)] = each
    return replace(facts, runs=runs, robustness=tuple(best.values()))


def without_engine(facts: ReportFacts, reason: str, digits: bool, calibration: bool, robustness: bool) -> ReportFacts:
    """Say of what was wanted, and only an engine can tell, why it is not there."""
    runs = tuple(
        replace(run, digits_problem=reason if digits else "", calibration_problem=reason if calibration else "")
        for run in facts.runs
    )
    return replace(facts, runs=runs, robustness_problem=reason if robustness else "")


def fitting(run: RunFacts, found: CalibrationMeasured | None) -> CalibrationMeasured | None:
    """Return what was measured, if it is of the epoch that is reported."""
    reported = run.reported
    return found if found is not None and reported is not None and found.epoch == reported.epoch else None


def measured_runs(robustness: Sequence[RobustnessMeasured]) -> set[str]:
    return {run for each in robustness for run in each.runs}
