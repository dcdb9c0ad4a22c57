"""The studies of a folder of runs, read from their journals. Imports Optuna when one is read, which takes a second."""

import threading
from pathlib import Path

import msgspec

from engine.storage.files import in_words
from engine.tuning.files import INSTALL, StudyError, can_tune, check_name, journal_of, study_names
from engine.tuning.history import StudyHistory, best_of
from engine.vocabulary.config import ConfigError
from engine.vocabulary.messages import (
    ImportancesTold,
    StudyEnded,
    StudyEvent,
    StudyStarted,
    StudySummary,
    TrialSummary,
    TrialTold,
)

MOST_STUDIES = 100  # that are listed
LARGEST = 64 << 20  # bytes of a journal that is read: of some 100,000 trials
TROUBLE = (StudyError, ConfigError, OSError, LookupError, ValueError)
ENDED = ("finished", "pruned", "failed")


class StudyList:
    """The studies of a folder; a journal that has not changed is not read again. May be used by any thread."""

    def __init__(self, checkpoints: Path) -> None:
        self.checkpoints = checkpoints
        self._lock = threading.Lock()  # one reads at a time: what another one has read is not read again
        self._known: dict[str, tuple[tuple[int, int], StudySummary]] = {}

    def all(self) -> tuple[list[StudySummary], int]:
        """Return the studies, the one that changed last first, and how many are left out."""
        names = study_names(self.checkpoints)
        with self._lock:
            found = [self._summary(name) for name in names[:MOST_STUDIES]]
            self._known = {name: self._known[name] for name in names[:MOST_STUDIES] if name in self._known}
        return found, len(names) - len(found)

    def _summary(self, name: str) -> StudySummary:
        try:
            status = journal_of(self.checkpoints, name).stat()
            seen = status.st_mtime_ns, status.st_size
            if name in self._known and self._known[name][0] == seen:
                return self._known[name][1]
            summary = summary_of(name, read(self.checkpoints, name))
        except TROUBLE as error:
            return StudySummary(study=name, problem=in_words(error))
        self._known[name] = seen, summary
        return summary

    def open(self, name: str) -> tuple[StudySummary, list[StudyEvent]]:
        """Return a study and the events that make it up. Raises TROUBLE."""
        with self._lock:
            found = read(self.checkpoints, check_name(name))
        history = StudyHistory()
        history.add(found.started)
        for trial in found.trials:
            if trial.state != "lost":
                history.add(TrialTold(study=name, trial=trial))
        if found.importances:
            history.add(ImportancesTold(study=name, importances=found.importances))
        summary = summary_of(name, found)
        state = "finished" if summary.trials >= summary.target else "stopped"
        history.add(StudyEnded(study=name, state=state, reason=found.damage))
        return summary, history.events


class Kept(msgspec.Struct, frozen=True):
    """What a journal says of a study."""

    changed: float
    started: StudyStarted
    trials: list[TrialSummary]
    importances: dict[str, float]
    damage: str


def read(checkpoints: Path, name: str) -> Kept:
    """Raises TROUBLE."""
    if not can_tune():
        raise StudyError(INSTALL)
    from engine.tuning.kept.storage import open_storage
    from engine.tuning.opening import join
    from engine.tuning.study import Study

    status = journal_of(checkpoints, name).stat()
    if status.st_size > LARGEST:
        raise StudyError(f"study {name}: its journal of {status.st_size >> 20} MB is too large to list")
    storage = open_storage(checkpoints, "", name, new=False)
    optuna, spec = join(storage, name, patience=0.0)
    study = Study(optuna, storage, spec)
    trials = msgspec.convert(msgspec.to_builtins(study.summaries()), list[TrialSummary])  # others have written them
    started = StudyStarted(
        study=name, time=status.st_mtime, base=spec.config, search=spec.search, trials=spec.trials,
        sampler=spec.sampler, pruner=spec.pruner, storage=storage.place,
    )  # fmt: skip
    return Kept(status.st_mtime, started, trials, study.importances(), storage.problem())


def summary_of(name: str, kept: Kept) -> StudySummary:
    return StudySummary(
        study=name,
        changed=kept.changed,
        trials=sum(trial.state in ENDED for trial in kept.trials),
        target=kept.started.trials,
        epochs=kept.started.base.epochs,
        best=best_of(kept.trials),
        base=next((trial for trial in kept.trials if trial.base and trial.state != "lost"), None),
        search=kept.started.search,
        damage=kept.damage,
    )
