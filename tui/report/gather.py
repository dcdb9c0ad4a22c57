"""What the files of runs tell: their records and their logs. No engine is needed for it."""

from collections.abc import Sequence
from pathlib import Path

from engine.storage.runs.event_log import EventReader, is_read_whole
from engine.storage.runs.folders import RunError
from engine.storage.runs.lineage import find_checkpoint
from engine.storage.runs.listing import Live, line_of
from engine.storage.runs.record import RunRecord, read_record
from engine.vocabulary.config import RunConfig
from tui.report.facts import ReportFacts, RunFacts
from tui.state.marks import letter
from tui.state.run import RunView, apply_to_run

MOST_RUNS = 100


def read_runs(folders: Sequence[Path], live: Live) -> ReportFacts:
    """Read so many runs; `live` as in the list of runs. Takes up to a second a run: no work for an event loop.

    Raises RunError for a run without a record, and for more than MOST_RUNS; OSError for a log that cannot be read.
    """
    if len(folders) > MOST_RUNS:
        raise RunError(f"a report of {len(folders):,} runs is not to be read; give at most {MOST_RUNS}")
    return ReportFacts(runs=tuple(read_run(folder, letter(i), live) for i, folder in enumerate(folders)))


def read_run(folder: Path, of: str, live: Live) -> RunFacts:
    """Raises RunError, OSError."""
    record = read_record(folder)
    reader = EventReader(folder)
    view: RunView | None = None
    for event in reader:
        view = apply_to_run(view, event)
    return RunFacts(
        letter=of,
        summary=line_of(folder, record, live=live),
        record=record,
        view=view,
        skipped=reader.skipped,
        parent_config=parent_config(folder.parent, record),
        whole=not reader.path.exists() or is_read_whole(reader.path.stat().st_size),
    )


def parent_config(checkpoints: Path, record: RunRecord) -> RunConfig | None:
    """Return the hyperparameters that a fork has from its parent; None where that one, or its checkpoint, is gone."""
    if not record.parent:
        return None
    try:
        return find_checkpoint(checkpoints, f"{record.parent}@{record.parent_epoch}")[1].config
    except (RunError, OSError):
        return None
