"""A study in one engine: what is proposed, measured and pruned."""

from pathlib import Path

import pytest
from optuna.trial import TrialState

from tests.engine.tuning.computed_trials import finish, opened, spec, states, taken, train


def test_the_base_is_the_first_trial_and_the_best_is_better(tmp_path: Path) -> None:
    study = opened(tmp_path, spec(20))
    assert finish(study) == 20
    trials = study.summaries()
    assert [trial.base for trial in trials] == [True] + [False] * 19
    assert trials[0].changes == {}
    assert trials[0].accuracy == pytest.approx(0.79)
    assert max(trial.accuracy or 0 for trial in trials) > 0.85
    assert not study.waiting()
    assert study.importances()["lr"] > study.importances()["batch_size"]


def test_proposals_lie_in_what_is_searched_and_are_short_to_write(tmp_path: Path) -> None:
    study = opened(tmp_path, spec(15, ["lr=log:1e-4..1e-1", "batch_size=log:16..256", "dropout=0.1..0.5"]))
    finish(study)
    for trial in study.summaries()[1:]:
        assert all(each.holds(trial.changes[each.field.name]) for each in study.space)
        assert isinstance(trial.changes["batch_size"], int)
        assert len(str(trial.changes["lr"])) <= 9


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_one_engine_alone_proposes_the_same_again(tmp_path: Path, sampler: str) -> None:
    tried = []
    for folder in ("a", "b"):
        study = opened(tmp_path / folder, spec(8, sampler=sampler))
        finish(study)
        tried.append([trial.changes for trial in study.summaries()])
    assert tried[0] == tried[1]


def test_a_base_outside_of_the_ranges_is_measured_and_teaches_the_sampler_nothing(tmp_path: Path) -> None:
    study = opened(tmp_path, spec(7, ["lr=log:1e-2..1e-1", "batch_size=50,200"]))
    assert finish(study) == 7
    base = study.summaries()[0]
    assert (base.base, base.state, base.accuracy) == (True, "finished", pytest.approx(0.79))
    assert study.study.trials[0].state == TrialState.FAIL
    assert states(opened(tmp_path, spec(0, []))) == ["finished"] * 7  # told by what is stored alone


def test_a_trial_that_failed_tells_the_sampler_that_it_is_bad(tmp_path: Path) -> None:
    study = opened(tmp_path, spec(2))
    train(study, taken(study))
    study.tell(taken(study), None, None, 1.0, problem="the loss became nan")
    assert study.take() is None
    failed = study.summaries()[1]
    assert (failed.state, failed.reason, failed.accuracy) == ("failed", "the loss became nan", None)
    assert study.study.trials[1].state == TrialState.PRUNED


@pytest.mark.parametrize("pruner", ["median", "hyperband"])
def test_hopeless_trials_are_pruned_and_the_base_never(tmp_path: Path, pruner: str) -> None:
    study = opened(tmp_path, spec(30, pruner=pruner, sampler="random"))
    finish(study)
    trials = study.summaries()
    assert trials[0].state == "finished"
    assert "pruned" in {trial.state for trial in trials}
    assert all(trial.epochs < 3 for trial in trials if trial.state == "pruned" and pruner == "median")
