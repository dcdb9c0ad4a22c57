"""Trials of a study as runs of a tracker.

A trial has no folder, so that hundreds of them fill no list of runs. Where it is to be logged to a tracker, it gets one
beside the journals of studies, with a record and a log, and is sent as a run is.
"""

import time
from collections.abc import Generator
from pathlib import Path

from engine.storage.files import in_words
from engine.storage.printing import say
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import RunRecord
from engine.tracking.cursor import TRIALS, begin
from engine.tracking.trackers import targets
from engine.vocabulary.messages import RunEnded, RunEvent

Events = Generator[RunEvent, None, None]


def trial_folder(checkpoints: Path, study: str, number: int) -> Path:
    return checkpoints / TRIALS / f"{study}-trial-{number:04d}"


def study_of(folder: Path) -> str:
    """Return the study of a trial's folder, "" for that of a run."""
    return folder.name.rpartition("-trial-")[0] if folder.parent.name == TRIALS.name else ""


def recorded(events: Events, folder: Path, record: RunRecord) -> Events:
    """Pass on the events of a trial, and write them into a log of its own. A disk that does not take them is no matter
    of the trial."""
    log = Log(folder, record)
    try:
        for event in events:
            log.write(event)
            yield event
    except GeneratorExit:  # pruned, or put back
        log.end("stopped", "pruned, or the study was stopped")
        raise
    except BaseException as error:
        log.end("failed", str(error))
        raise
    finally:
        events.close()


class Log:
    """A log that gives up where it cannot be written."""

    def __init__(self, folder: Path, record: RunRecord) -> None:
        self.folder = folder
        self.record = record
        self._log: RunLog | None = None
        self._step = 0
        self._given_up = False

    def write(self, event: RunEvent) -> None:
        if self._given_up:
            return
        self._step = event.step
        try:
            if self._log is None:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._log = RunLog(self.folder, self.record)
                self._log.write(event)
                for name, target in targets(self.record.config.log_to).items():
                    begin(self.folder, name, target)
            else:
                self._log.write(event)
            if isinstance(event, RunEnded):
                self._log.close(event.state, event.step, event.reason)
                self._given_up = True
        except OSError as error:
            say(f"{self.folder.name} is no longer logged: {in_words(error)}")
            self._given_up = True

    def end(self, state: str, reason: str) -> None:
        if self._log is not None:
            ended = RunEnded(run=self.record.run, step=self._step, time=time.time(), state=state, reason=reason[:2000])
            self.write(ended)
