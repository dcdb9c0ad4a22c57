"""A study as a screen shows it: what its events add up to. Pure; no Textual here."""

import msgspec
from msgspec.structs import replace

from engine.tuning.history import best_of, ranking, with_trial
from engine.vocabulary.config import ConfigError, RunConfig, Value
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
from engine.vocabulary.search_space import Dimension, parse_search
from tui.terminal.sanitize import sanitize


class StudyView(msgspec.Struct, frozen=True):
    """`trials` are in the order of their numbers. `state` is running, paused, or how it ended."""

    study: str
    base: RunConfig
    search: tuple[str, ...]
    target: int
    sampler: str = ""
    pruner: str = ""
    storage: str = ""
    validation_images: int = 0
    state: str = "running"
    reason: str = ""
    trials: dict[int, TrialSummary] = msgspec.field(default_factory=dict)
    importances: dict[str, float] = msgspec.field(default_factory=dict)

    @property
    def live(self) -> bool:
        return self.state in ("running", "paused")

    @property
    def space(self) -> tuple[Dimension, ...]:
        """What is searched; () where another version says it in words that are not known here."""
        try:
            return parse_search(self.search)
        except ConfigError:
            return ()

    @property
    def done(self) -> int:
        return sum(trial.state in ("finished", "pruned", "failed") for trial in self.trials.values())

    @property
    def ranked(self) -> list[TrialSummary]:
        """The trials that have something to show, the best first."""
        return ranking([trial for trial in self.trials.values() if trial.state != "waiting"])

    @property
    def best(self) -> TrialSummary | None:
        return best_of(self.trials.values())

    @property
    def base_trial(self) -> TrialSummary | None:
        return next((trial for trial in self.trials.values() if trial.base), None)

    def config_of(self, trial: TrialSummary) -> RunConfig:
        """Return the configuration of a trial as a full run, trained on all that the base trains on."""
        return self.base.replace(trial.changes)

    def values_of(self, trial: TrialSummary) -> dict[str, Value]:
        """Return a trial's values of the searched fields."""
        names = [each.field.name for each in self.space]
        return {name: trial.changes.get(name, getattr(self.base, name)) for name in names}


def apply_to_study(view: StudyView | None, event: StudyEvent) -> StudyView | None:
    """Return the study after one of its events; those of a study that was never seen to start are passed over."""
    if isinstance(event, StudyStarted):
        return StudyView(
            study=event.study,
            base=event.base,
            search=tuple(event.search),
            target=event.trials,
            sampler=event.sampler,
            pruner=event.pruner,
            storage=event.storage,
            validation_images=event.validation_images,
        )
    if view is None or view.study != event.study:
        return view
    match event:
        case TrialTold():
            return replace(view, trials=with_trial(view.trials, event.trial))
        case ImportancesTold():
            return replace(view, importances=event.importances)
        case StudyPaused():
            return replace(view, state="paused", reason=sanitize(event.reason))
        case StudyContinued():
            return replace(view, state="running", reason="")
        case StudyEnded():
            return replace(view, state=sanitize(event.state), reason=sanitize(event.reason))
