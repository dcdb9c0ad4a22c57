"""Studies with a trainer that only computes an accuracy from the values of a trial."""

import math
from pathlib import Path

import msgspec

from engine.tuning.definition import Spec, spec_of
from engine.tuning.kept.storage import open_storage
from engine.tuning.opening import open_study
from engine.tuning.study import Study, Trial
from engine.vocabulary.config import RunConfig

SEARCH = ["lr=log:1e-4..1e-1", "batch_size=50,100,200"]


def spec(trials: int = 6, search: list[str] | None = None, **more: object) -> Spec:
    made = spec_of(RunConfig(epochs=3), SEARCH if search is None else search, trials, "tpe", "none", "digits")
    return msgspec.structs.replace(made, **more)


def opened(folder: Path, wanted: Spec | None = None, name: str = "one") -> Study:
    return open_study(open_storage(folder, "", name), name, wanted or spec())


def accuracy_of(study: Study, trial: Trial) -> float:
    """The best rate is 0.01, the best batch 200."""
    config = study.spec.config.replace(trial.changes)
    return 0.9 - 0.1 * abs(math.log10(config.lr) + 2) - 0.01 * (config.batch_size != 200)


def train(study: Study, trial: Trial) -> float:
    accuracy = accuracy_of(study, trial)
    for epoch in (1, 2, 3):
        if study.report(trial, epoch, accuracy * epoch / 3):
            study.tell(trial, accuracy, 0.1, 1.0, pruned=True)
            return accuracy
    study.tell(trial, accuracy, 0.1, 1.0)
    return accuracy


def finish(study: Study) -> int:
    """Train all that is left; return how many trials that were."""
    count = 0
    while (trial := study.take()) is not None:
        train(study, trial)
        count += 1
    return count


def states(study: Study) -> list[str]:
    return [trial.state for trial in study.summaries()]


def taken(study: Study) -> Trial:
    trial = study.take()
    assert trial is not None
    return trial


def results(study: Study) -> list[tuple[str, float | None, object]]:
    return [(trial.state, trial.accuracy, trial.changes) for trial in study.summaries()]
