"""The list of runs: a line for each, and what became of those that no engine finished. Imports no torch."""

from pathlib import Path

from engine.storage.files import remove_temporaries
from engine.storage.preset_file import MACHINE
from engine.storage.runs.folders import LAST, PREVIOUS, RunError, run_names
from engine.storage.runs.record import mark, read_record
from engine.vocabulary.messages import RunSummary


def summarize(folder: Path, *, live: str | None) -> RunSummary:
    """Return a run's line in the list. A run that no engine works on, but says so, was interrupted.

    `live` names the run in progress, "" when there is none; None believes the record, when nobody can be asked.
    """
    resumable = any((folder / name).is_file() for name in (LAST, PREVIOUS))
    try:
        record = read_record(folder)
    except RunError as error:
        return RunSummary(
            run=folder.name, state="unreadable", started=0, model="", epoch=0, epochs=0, sample=False,
            resumable=False, problem=str(error),
        )  # fmt: skip
    claims = record.state in ("running", "paused")
    interrupted = claims and live is not None and live != folder.name
    return RunSummary(
        run=folder.name,
        state="interrupted" if interrupted else record.state,
        started=record.started,
        model=record.config.model,
        epoch=record.epoch,
        epochs=record.config.epochs,
        sample=record.sample,
        test_accuracy=record.test_accuracy,
        test_loss=record.test_loss,
        lr=record.config.lr,
        changes={
            name: value
            for name, value in record.config.differences().items()
            if name not in (*MACHINE, "model", "epochs")
        },
        resumable=resumable and (interrupted or not claims),
        problem=record.reason,
        validation_accuracy=record.validation_accuracy,
        best=record.best,
        steered=record.steered,
        began=record.began,
        data=record.data,
    )


def list_runs(checkpoints: Path, *, live: str | None) -> list[RunSummary]:
    """Return all runs, newest first; `live` as in summarize."""
    return [summarize(checkpoints / name, live=live) for name in reversed(run_names(checkpoints))]


def close_interrupted(checkpoints: Path) -> list[str]:
    """Mark runs that no engine finished as interrupted; called by an engine as it starts. Returns their names."""
    interrupted = []
    for name in run_names(checkpoints):
        remove_temporaries(checkpoints / name)
        try:
            if read_record(checkpoints / name).state in ("running", "paused"):
                mark(checkpoints / name, "interrupted", "the engine ended while it was training")
                interrupted.append(name)
        except (RunError, OSError):
            continue  # an unreadable record is shown as such in the list
    return interrupted
