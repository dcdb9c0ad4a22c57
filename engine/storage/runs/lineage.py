"""The checkpoints of a run that another one can begin with: which are kept, and how one is named. Imports no torch."""

import contextlib
import re
from pathlib import Path

import msgspec

from engine.storage.runs.event_log import EventReader
from engine.storage.runs.folders import BEST, LAST, RunError, find_run
from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.log_summary import LogSummary
from engine.vocabulary.messages import CheckpointSaved, EpochDone, RunStarted

KEPT = re.compile(r"epoch-(\d{4,})\.pt")


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A kept checkpoint: its name after the @ of a fork (`10`, `best`, `last`), where it was taken, and the
    configuration of then, as far as the log tells."""

    name: str
    file: str
    epoch: int
    step: int
    config: RunConfig
    test_accuracy: float | None = None


def kept_checkpoints(folder: Path) -> list[Checkpoint]:
    """Return what a run has kept, the latest first. Raises RunError for a run without a record.

    The log tells what is not in the names: at which step each was taken, and what was steered until then.
    """
    record = read_record(folder)
    epochs: dict[int, EpochDone] = {}
    summary: LogSummary | None = None
    saved = 0
    with contextlib.suppress(OSError):
        for event in EventReader(folder):
            if isinstance(event, RunStarted) and summary is None:
                summary = LogSummary(event.config)
            elif summary is not None:
                summary = summary.after(event)
            if isinstance(event, RunStarted):
                epochs = {epoch: done for epoch, done in epochs.items() if epoch <= event.epoch}
            elif isinstance(event, EpochDone):
                epochs[event.epoch] = event
            elif isinstance(event, CheckpointSaved):
                saved = event.step

    def kept(name: str, file: str, epoch: int, step: int) -> Checkpoint:
        done = epochs.get(epoch)
        accuracy = done.test_accuracy if done is not None and done.step == step else None
        config = summary.at(step) if summary is not None else record.config
        return Checkpoint(name=name, file=file, epoch=epoch, step=step, config=config, test_accuracy=accuracy)

    found = []
    if (folder / LAST).is_file():
        done = [epoch for epoch, event in epochs.items() if event.step <= saved]
        found.append(kept("last", LAST, max(done, default=record.parent_epoch), saved or record.parent_step))
    best = summary.best if summary is not None else record.best
    if best is not None and best.epoch in epochs and (folder / BEST).is_file():
        found.append(kept("best", BEST, best.epoch, epochs[best.epoch].step))
    numbered = sorted((int(match[1]), match[0]) for path in folder.iterdir() if (match := KEPT.fullmatch(path.name)))
    found += [kept(str(n), file, n, epochs[n].step) for n, file in reversed(numbered) if n in epochs]
    return found


def find_checkpoint(checkpoints: Path, fork: str) -> tuple[Path, Checkpoint]:
    """Return the folder and the checkpoint that `12`, `12@10`, `12@best` or `0012-cnn@last` names. Raises RunError."""
    name, _, which = fork.partition("@")
    if not name:
        raise RunError(f"{fork!r} names no run; give its number and a checkpoint, as in 12@10, 12@best or 12@last")
    folder = find_run(checkpoints, name)
    which = which or "last"
    found = kept_checkpoints(folder)
    if not found:
        raise RunError(f"run {folder.name} has no checkpoint; it was ended before its first epoch")
    at_epoch = int(which) if which.isascii() and which.isdigit() else -1
    for each in (*found[1:], found[0]):
        ended = each.test_accuracy is not None  # at the end of an epoch
        if which == each.name or (each.epoch == at_epoch and ended):
            return folder, each
    kept = ", ".join(f"{folder.name.partition('-')[0].lstrip('0')}@{each.name} (epoch {each.epoch})" for each in found)
    raise RunError(
        f"run {folder.name} has kept no checkpoint {which!r}; there are {kept}. Train with --keep-every 1 to keep that"
        " of every epoch"
    )
