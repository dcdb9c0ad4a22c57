"""The rules of the coach, on runs of the real engine that show what they look for, and on healthy ones.

The runs are recorded by tests/tui/coach/record.py, which also says what they were.
"""

import inspect
from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

from engine.networks.build import class_of
from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.messages import EpochDone, RunEnded, RunStarted
from tests.tui.coach.evaluation import recordings
from tests.tui.coach.record import RECORDINGS, record
from tests.tui.coach.views import changed, events_of, views
from tui.coach.evidence.usual_values import rate
from tui.coach.generalisation import DROPPING, over_fitting, uneven_mistakes, worst_digit
from tui.coach.rate_too_high import dead_units, diverging, not_a_number, plateau, rate_too_high
from tui.coach.rate_too_low import rate_too_low
from tui.coach.rules import RULES
from tui.coach.throughput import input_bound
from tui.state.advice import Advice
from tui.state.run import RunView, apply_to_run

HEALTHY = [name for name in RECORDINGS if name.startswith("healthy")]


def advice_on(view: RunView) -> list[Advice]:
    return [advice for rule in RULES if (advice := rule(view)) is not None]


def names(view: RunView) -> set[str]:
    return {advice.rule for advice in advice_on(view)}


# ------------------------------------------------------- runs that show something


SHOWN = {
    "not-a-number": (not_a_number, {"lr": 0.01, "beta2": 0.999}),
    "rate-too-high": (rate_too_high, {"lr": 0.005}),
    "diverging": (diverging, {"lr": 0.001}),
    "dead-units": (dead_units, {"lr": 0.03}),
    "rate-too-low": (rate_too_low, {"lr": 0.0003}),
    "rate-far-too-low": (rate_too_low, {"lr": 0.0001}),
    "over-fitting": (over_fitting, {"rotation": 10.0, "shift": 2.0}),
    "plateau": (plateau, {"lr": 0.002}),
    "uneven-mistakes": (uneven_mistakes, {"dropout": 0.0, "dropout2d": 0.0}),
    "input-bound": (input_bound, {"model": "deep-cnn"}),
}
"""What each recording is of: a rule, and the changes that it advises."""


@pytest.mark.parametrize("recording", SHOWN)
def test_a_run_that_really_shows_it_is_told_so(recording: str) -> None:
    rule, changes = SHOWN[recording]
    found = [advice for view in views(events_of(recording)) if (advice := rule(view)) is not None]
    assert changes in [advice.changes for advice in found]
    for advice in found:
        assert any(character.isdigit() for character in advice.seen)  # the figures that are the evidence
        for sentence in (advice.seen, advice.why, advice.remedy):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
        assert advice.changes
        RunConfig().replace(advice.changes)


@pytest.mark.parametrize("recording", HEALTHY)
def test_on_a_healthy_run_every_rule_is_silent_from_its_first_epoch_to_its_end(recording: str) -> None:
    for view in views(events_of(recording)):
        assert advice_on(view) == []


def test_no_advice_in_the_first_moments() -> None:
    for recording in RECORDINGS:
        events = events_of(recording)
        first = next(i for i, event in enumerate(events) if isinstance(event, EpochDone | RunEnded))
        view = None
        for event in events[:first]:
            view = apply_to_run(view, event)
        assert view is not None
        assert advice_on(view) == []


def test_what_was_steered_is_judged_by_what_came_since() -> None:
    seen = views(events_of("steered"))
    assert "rate too low" in names(seen[9])
    assert all(names(view) == set() for view in seen[10:])


def test_every_rule_has_a_recording_that_shows_it_and_a_name_of_its_own() -> None:
    shown: dict[Callable[[RunView], Advice | None], set[str]] = {rule: set() for rule in RULES}
    for events in (*map(events_of, RECORDINGS), *recordings.read().values()):
        for view in views(events):
            for rule in RULES:
                if (advice := rule(view)) is not None:
                    shown[rule].add(advice.rule)
    assert all(len(names) == 1 for names in shown.values())
    assert len(set.union(*shown.values())) == len(RULES)


@pytest.mark.parametrize(
    "recording",
    [
        pytest.param(name, marks=[] if name == "rate-too-high" else pytest.mark.slow)
        for name in (*SHOWN, "healthy-sample")
        if RECORDINGS[name].images and name != "input-bound"  # how fast a network computes depends on the machine
    ],
)
def test_the_engine_of_today_makes_runs_that_show_it(recording: str) -> None:
    new = views(record(recording, RECORDINGS[recording]))
    if recording in SHOWN:
        rule, _ = SHOWN[recording]
        assert any(rule(view) for view in new)
    else:
        assert not any(advice_on(view) for view in new)


# ------------------------------------------------------------------ finer points


def test_a_schedule_that_lowers_the_rate_excuses_a_loss_that_falls_to_the_end() -> None:
    view = views(events_of("rate-too-low"))[-1]
    assert rate_too_low(view) is not None
    assert rate_too_low(changed(view, schedule="one-cycle")) is None


def test_a_warm_up_is_not_judged() -> None:
    view = views(events_of("rate-too-low"))[-1]
    assert rate_too_low(changed(view, warmup=5.0)) is None


def test_a_plateau_is_left_by_a_lower_rate_during_a_run_and_by_a_schedule_after_it() -> None:
    view = next(view for view in views(events_of("plateau")) if plateau(view))
    during, after = plateau(view), plateau(replace(view, state="finished"))
    assert during is not None
    assert after is not None
    assert during.changes == {"lr": 0.002}
    assert after.changes == {"schedule": "one-cycle"}


def test_against_over_fitting_what_the_run_has_already_is_not_advised() -> None:
    view = views(events_of("over-fitting"))[-1]
    remedies = []
    for config in ({}, {"rotation": 5.0}, {"rotation": 15.0}, {"rotation": 10.0, "shift": 2.0}):
        advice = over_fitting(changed(view, **config))
        assert advice is not None
        remedies.append(advice.changes)
    assert remedies == [{"rotation": 10.0, "shift": 2.0}, {"rotation": 10.0, "shift": 2.0}, {"shift": 2.0}, {}]


def test_dropout_is_taken_away_only_from_networks_that_have_it() -> None:
    taking = {name for name in CATALOGUE if "dropout" in inspect.signature(class_of(name)).parameters}
    assert taking == set(DROPPING)
    view = views(events_of("uneven-mistakes"))[-1]
    for config in ({"model": "lenet5"}, {"dropout": 0.0, "dropout2d": 0.0}):
        advice = uneven_mistakes(changed(view, **config))
        assert advice is not None
        assert advice.changes == {}  # neither more epochs nor augmentation help a rare digit


@pytest.mark.parametrize(
    "config",
    [{"warmup": 1.0, "schedule": "constant"}, {"model": "mlp", "width": 2.0, "depth": 3}, {"model": "deep-cnn"}],
)
def test_a_remedy_fits_whatever_the_run_was_configured_like(config: dict[str, object]) -> None:
    for recording in RECORDINGS:
        for view in views(events_of(recording)):
            for seen in (changed(view, **config), changed(replace(view, state="finished"), **config)):
                for advice in advice_on(seen):
                    seen.config.replace(advice.changes)


def test_where_images_are_held_out_over_fitting_is_seen_on_them() -> None:
    view = views(events_of("over-fitting"))[-1]
    epochs = tuple(
        msgspec.structs.replace(epoch, validation_loss=epoch.test_loss, validation_accuracy=0.5, test_loss=0.1)
        for epoch in view.epochs
    )
    advice = over_fitting(replace(view, epochs=epochs))
    assert advice is not None
    assert "the validation loss went from" in advice.seen


def test_mistakes_of_one_digit_have_to_be_more_than_chance_and_the_others_rate() -> None:
    even = tuple(tuple(95 if i == j else 1 if j == (i + 1) % 10 else 0 for j in range(10)) for i in range(10))
    assert worst_digit(even) is None
    few = (*even[:9], (*[0] * 8, 8, 88))  # 8 of 96 where the others have 1 of 96: not surely more
    assert worst_digit(few) is None
    many = (*even[:9], (*[0] * 8, 40, 56))
    found = worst_digit(many)
    assert found is not None
    assert found[:3] == (9, 40, 96)
    assert worst_digit(()) is None
    assert worst_digit(((0,) * 10,) * 10) is None
    assert worst_digit((*(((0,) * 10,) * 9), (*[0] * 8, 40, 56))) is None  # nothing to compare with


def test_dead_units_need_a_new_run_and_the_others_steer_where_the_fields_are_live() -> None:
    for recording in RECORDINGS:
        for view in views(events_of(recording)):
            for advice in advice_on(view):
                live = all(FIELDS[name].live for name in advice.changes)
                assert advice.steers == (bool(advice.changes) and not advice.anew and live)
                assert advice.anew or advice.rule != "dead units"
                assert advice.anew or advice.rule != "rate too high" or view.epochs[-1].train_loss < 2


def test_a_learning_rate_is_never_advised_beyond_its_bounds() -> None:
    view = changed(views(events_of("rate-far-too-low"))[-1], lr=5.0)
    assert rate(view, 10) == {"lr": 10.0}
    assert rate_too_low(view) is None  # whatever the loss does: it is thousands of times what is usual


def test_a_recording_is_of_the_run_that_it_is_named_for() -> None:
    for name, recording in RECORDINGS.items():
        first = events_of(name)[0]
        assert isinstance(first, RunStarted)
        expected = RunConfig().replace({"device": "cpu", "precision": "fp32", **recording.changes})
        assert first.config == expected, name


def test_a_loss_that_rises_is_not_over_fitting_and_dead_units_are_not_for_a_higher_rate() -> None:
    view = views(events_of("over-fitting"))[-1]
    rising = tuple(
        msgspec.structs.replace(epoch, train_loss=0.1 + epoch.epoch / 1000, test_loss=0.2 + epoch.epoch / 50)
        for epoch in view.epochs
    )
    assert over_fitting(replace(view, epochs=rising)) is None
    slow = views(events_of("rate-too-low"))[-1]
    assert rate_too_low(slow) is not None
    dead = tuple(msgspec.structs.replace(epoch, dead=0.9) for epoch in slow.epochs)
    assert rate_too_low(replace(slow, epochs=dead)) is None


def test_uneven_mistakes_are_those_since_the_last_change() -> None:
    view = views(events_of("uneven-mistakes"))[-1]
    assert uneven_mistakes(replace(view, state="running")) is not None
    assert uneven_mistakes(replace(view, state="running", changed=view.step)) is None
