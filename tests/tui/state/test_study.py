"""A study as its events add up to it, on a screen that was there and on one that came late."""

from fake_engine import snapshot, started

from engine.tuning.history import MOST_TRIALS, StudyHistory, best_of, best_so_far
from engine.vocabulary.messages import ImportancesTold, RunEnded, StudyEnded, StudyPaused, TrialSummary, TrialTold
from tests.tui.screens.studies import STUDY, TRIALS, began, trial
from tui.state.state import State
from tui.state.store import apply
from tui.state.study import StudyView

MATTERS = ImportancesTold(study=STUDY, importances={"lr": 0.75, "batch_size": 0.25})


def view_of(*events) -> StudyView:
    state = State()
    for event in (began(), *events):
        state = apply(state, event)
    assert state.study is not None
    return state.study


def test_a_lost_trial_leaves_and_the_order_of_numbers_stays() -> None:
    view = view_of(trial(0, 0.9), trial(2, 0.8), trial(1, state="running"), trial(2, state="lost"), trial(3, 0.7))
    assert list(view.trials) == [0, 1, 3]
    assert view.done == 2
    assert view.best is not None
    assert view.best.number == 0


def test_failed_and_pruned_trials_are_never_the_best() -> None:
    view = view_of(trial(0, 0.9), trial(1, 0.99, state="pruned"), trial(2, 0.98, state="failed", reason="nan"))
    assert view.best is not None
    assert view.best.number == 0
    assert [each.number for each in view.ranked] == [0, 1, 2]
    assert view.done == 3


def test_the_configuration_of_a_trial_is_the_base_with_its_changes() -> None:
    view = view_of(trial(0, 0.9), trial(1, 0.95))
    config = view.config_of(view.trials[1])
    assert config.differences() == {"epochs": 1, "lr": 0.002}  # its batch of 100 is the default
    assert view.values_of(view.trials[0]) == {"lr": 0.001, "batch_size": 100}


def test_events_of_another_study_are_passed_over() -> None:
    other = TrialTold(study="other", trial=TrialSummary(number=9, state="finished", accuracy=1.0))
    assert view_of(trial(0, 0.9), other).trials.keys() == {0}
    assert apply(State(), other).study is None


def test_a_run_after_a_study_keeps_both() -> None:
    state = State()
    for event in (began(), trial(0, 0.9), StudyEnded(study=STUDY, state="finished"), started(),
                  RunEnded(run="0001-seed-cnn", step=1, time=1.0, state="stopped")):  # fmt: skip
        state = apply(state, event)
    assert state.study is not None
    assert state.run is not None
    assert not state.tuning


def test_a_late_screen_draws_the_same_study() -> None:
    history = StudyHistory()
    events = [began(), *TRIALS, MATTERS, StudyPaused(study=STUDY)]
    for event in events:
        history.add(event)
    assert (history.live, history.paused) == (True, True)
    assert view_of(*events[1:]) == view_of(*history.events[1:])
    late = apply(State(), snapshot(*history.events))
    assert late.study == view_of(*events[1:])
    assert not any("trial 1" in line for line in late.log)  # old trials leave the log to what happens


def test_thousands_of_trials_stay_bounded_with_the_best_the_base_and_the_newest() -> None:
    history = StudyHistory()
    history.add(began(trials=10_000))
    count = 3 * MOST_TRIALS
    for i in range(count):
        history.add(trial(i, accuracy=(i * 7919 % count) / count))
    kept = {event.trial.number: event.trial for event in history.events if isinstance(event, TrialTold)}
    assert MOST_TRIALS // 2 <= len(kept) <= MOST_TRIALS
    assert {0, count - 1} <= kept.keys()
    best = best_of(list(kept.values()))
    assert best is not None
    assert best.accuracy == (count - 1) / count
    assert list(kept) == sorted(kept)


def test_the_stairs_of_the_best_so_far_only_rise() -> None:
    told = [each.trial for each in TRIALS]
    assert best_so_far(told) == [(0, 0.91), (1, 0.95), (3, 0.97)]
