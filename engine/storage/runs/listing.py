"""The list of runs: a line for each, and what became of those that no engine finished. Imports no torch."""

import os
from collections.abc import Collection
from pathlib import Path

from engine.storage.files import remove_temporaries
from engine.storage.preset_file import MACHINE
from engine.storage.runs.folders import LAST, PREVIOUS, RunError, run_names
from engine.storage.runs.record import RECORD, RunRecord, mark, read_record
from engine.vocabulary.messages import RunSummary
from engine.vocabulary.messages.known_data import known_place

Live = str | Collection[str] | None
Stamp = tuple[int, int, int]  # of a file, that changes with what is in it


class RunList:
    """The runs of a folder. What has been read of them is kept, so that the list of hundreds comes at once."""

    def __init__(self, checkpoints: Path) -> None:
        self.checkpoints = checkpoints
        self._read: dict[str, tuple[Stamp, RunRecord]] = {}

    def summaries(self, *, live: Live) -> list[RunSummary]:
        """Return all runs, newest first; `live` as in summarize. May be called from several threads at once."""
        known, self._read = self._read, {}
        read: dict[str, tuple[Stamp, RunRecord]] = {}
        lines = []
        for name in reversed(run_names(self.checkpoints)):
            folder = self.checkpoints / name
            stamp = stamp_of(folder / RECORD)
            record = known[name][1] if stamp is not None and known.get(name, (None,))[0] == stamp else None
            try:
                record = read_record(folder) if record is None else record
            except RunError as error:
                lines.append(unreadable(folder, error))
                continue
            if stamp is not None:
                read[name] = stamp, record
            lines.append(line_of(folder, record, live=live))
        self._read = read
        return lines


def stamp_of(path: Path) -> Stamp | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def summarize(folder: Path, *, live: Live) -> RunSummary:
    """Return a run's line in the list. A run that no engine works on, but says so, was interrupted.

    `live` names the run in progress, "" when there is none, or all of several; None believes the record, when nobody
    can be asked.
    """
    try:
        return line_of(folder, read_record(folder), live=live)
    except RunError as error:
        return unreadable(folder, error)


def unreadable(folder: Path, error: RunError) -> RunSummary:
    return RunSummary(
        run=folder.name, state="unreadable", started=0, model="", epoch=0, epochs=0, sample=False,
        resumable=False, problem=str(error),
    )  # fmt: skip


def line_of(folder: Path, record: RunRecord, *, live: Live) -> RunSummary:
    known = (live,) if isinstance(live, str) else live
    claims = record.state in ("running", "paused")
    interrupted = claims and known is not None and folder.name not in known
    differences = record.config.differences()
    resumable = interrupted or not claims
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
        changes={name: value for name, value in differences.items() if name not in (*MACHINE, "model", "epochs")},
        resumable=resumable and any((folder / name).is_file() for name in (LAST, PREVIOUS)),
        problem=record.reason,
        validation_accuracy=record.validation_accuracy,
        best=record.best,
        steered=record.steered,
        began=record.began,
        data=record.data,
        known_data=place.name if (place := known_place(record.data_path)) is not None else "",
        class_count=len(record.classes),
        title=record.title,
        note=record.note,
        star=record.star,
        parent=record.parent,
        parent_epoch=record.parent_epoch,
        parent_step=record.parent_step,
        parameters=record.parameters,
        seconds=record.seconds,
        seed=record.config.seed,
        device=record.device,
        machine={
            name: value
            for name, value in differences.items()
            if name in MACHINE and name not in ("device", "data", "log_to")
        },
        images_per_s=record.images_per_s,
        tested_per_s=record.tested_per_s,
    )


def list_runs(checkpoints: Path, *, live: Live) -> list[RunSummary]:
    """Return all runs, newest first; `live` as in summarize."""
    return RunList(checkpoints).summaries(live=live)


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
