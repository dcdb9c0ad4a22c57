"""A study's events in bounded size, however many trials it has, for a screen that attaches late."""

from collections.abc import Collection, Mapping

from engine.vocabulary.messages import (
    ImportancesTold,
    StudyContinued,
    StudyEnded,
    StudyEvent,
    StudyPaused,
    StudyStarted,
    TrialSummary,
    TrialTold,
)

MOST_TRIALS = 2000  # beyond, only the best, those that were the best once, and the newest are kept


class StudyHistory:
    """The present state of one study as events to apply in order."""

    def __init__(self) -> None:
        self.started: StudyStarted | None = None
        self._trials: dict[int, TrialSummary] = {}
        self._importances: ImportancesTold | None = None
        self._last: StudyPaused | StudyEnded | None = None

    def add(self, event: StudyEvent) -> None:
        match event:
            case StudyStarted():
                self.started, self._trials, self._importances, self._last = event, {}, None, None
            case TrialTold():
                self._trials = with_trial(self._trials, event.trial)
            case ImportancesTold():
                self._importances = event
            case StudyPaused() | StudyEnded():
                self._last = event
            case StudyContinued():
                self._last = None

    @property
    def live(self) -> bool:
        return self.started is not None and not isinstance(self._last, StudyEnded)

    @property
    def paused(self) -> bool:
        return isinstance(self._last, StudyPaused)

    @property
    def events(self) -> list[StudyEvent]:
        if self.started is None:
            return []
        told = [TrialTold(study=self.started.study, trial=trial) for trial in self._trials.values()]
        return [self.started, *told, *(event for event in (self._importances, self._last) if event is not None)]


def with_trial(trials: Mapping[int, TrialSummary], trial: TrialSummary) -> dict[int, TrialSummary]:
    """Return the trials, in the order of their numbers, with one more or one that stands otherwise now."""
    known = {**trials, trial.number: trial}
    if trial.state == "lost":
        del known[trial.number]
    elif trial.number not in trials and any(number > trial.number for number in trials):
        known = dict(sorted(known.items()))
    return bounded(known) if len(known) > MOST_TRIALS else known


def bounded(trials: Mapping[int, TrialSummary]) -> dict[int, TrialSummary]:
    """Return half as many trials: the best, those that were the best when they ended, and the newest."""
    ranked = ranking(trials.values())
    numbers = {trial.number for trial in ranked[: MOST_TRIALS // 4]}
    numbers |= {number for number, _ in best_so_far(trials.values())[-MOST_TRIALS // 8 :]}
    numbers |= {number for number, trial in trials.items() if trial.base or trial.state in ("running", "waiting")}
    numbers |= set(list(trials)[-MOST_TRIALS // 4 :])
    return {number: trial for number, trial in trials.items() if number in numbers}


def ranking(trials: Collection[TrialSummary]) -> list[TrialSummary]:
    """Return the trials from the best to the worst: those that were trained to their end, then the others."""
    return sorted(trials, key=rank_key)


def rank_key(trial: TrialSummary) -> tuple[int, float, float, int]:
    order = {"finished": 0, "pruned": 1, "running": 2, "failed": 3}.get(trial.state, 4)
    accuracy = trial.accuracy if trial.accuracy is not None else -1.0
    return order, -accuracy, trial.loss if trial.loss is not None else 0.0, trial.number


def best_of(trials: Collection[TrialSummary]) -> TrialSummary | None:
    """Return the best of the trials that were trained to their end."""
    finished = [trial for trial in trials if trial.state == "finished" and trial.accuracy is not None]
    return min(finished, key=rank_key, default=None)


def best_so_far(trials: Collection[TrialSummary]) -> list[tuple[int, float]]:
    """Return (number, accuracy) of each trial that was better than all with a lower number."""
    best = -1.0
    steps = []
    for trial in trials:
        if trial.state == "finished" and trial.accuracy is not None and trial.accuracy > best:
            best = trial.accuracy
            steps.append((trial.number, best))
    return steps
