"""The coach is judged by runs that are known to be healthy or sick; cases.py says what they are."""

from collections.abc import Callable
from functools import cache

import msgspec
import pytest
from msgspec.structs import replace

from engine.vocabulary.messages import DataCheck, RunEvent, RunStarted
from tests.tui.coach.evaluation import following, recordings
from tests.tui.coach.evaluation.cases import CASES
from tests.tui.coach.evaluation.damage import damaged
from tests.tui.coach.evaluation.following import Followed, advised, gains
from tests.tui.coach.evaluation.report import tables
from tests.tui.coach.evaluation.scoring import Heard, counts, hear
from tests.tui.coach.views import views
from tui.coach.data import odd_data
from tui.coach.watch import apply_rules
from tui.state.advice import Advice, Coach

MEGABYTE = 1_000_000


@cache
def kept() -> dict[str, list[RunEvent]]:
    return recordings.read()


@cache
def heard(checked: bool = True) -> tuple[Heard, ...]:
    """Return what the coach says of each case; without the check of its data, what it sees in the history alone."""
    return tuple(hear(CASES[name], events if checked else unchecked(events)) for name, events in kept().items())


def unchecked(events: list[RunEvent]) -> list[RunEvent]:
    """Return a run as an older version recorded it, which did not look at its data."""
    return [msgspec.structs.replace(event, check=None) if isinstance(event, RunStarted) else event for event in events]


def test_there_are_enough_runs_of_both_kinds_in_a_small_file() -> None:
    found = counts(heard())
    assert found["healthy"] >= 40
    assert found["sick"] >= 40
    assert set(kept()) <= set(CASES)
    assert recordings.FILE.stat().st_size < MEGABYTE


def wordless(check: DataCheck | None) -> DataCheck | None:
    """Return what was seen of a data set without the sentences, which may be worded anew."""
    if check is None:
        return None
    return msgspec.structs.replace(
        check, findings=[msgspec.structs.replace(each, message="") for each in check.findings]
    )


def test_a_recording_is_of_the_case_that_it_is_named_for() -> None:
    checks = {}
    for name, events in kept().items():
        case, first = CASES[name], events[0]
        assert isinstance(first, RunStarted)
        assert first.config == case.config(), name
        data = (case.damage[0].__name__, case.damage[1], case.images)
        if data not in checks:
            checks[data] = damaged(case.damage, case.images).check
        assert wordless(first.check) == wordless(checks[data]), name


@pytest.mark.parametrize("part", ["tuned on", "held out", "all"])
@pytest.mark.parametrize("checked", [True, False])
def test_healthy_runs_get_no_advice_and_the_sick_are_told_first_what_is_wrong(part: str, checked: bool) -> None:
    found = counts(each for each in heard(checked) if part == "all" or each.case.held == (part == "held out"))
    assert found["silent"] >= 0.95 * found["healthy"]
    assert found["told"] >= 0.8 * found["sick"]
    assert found["misled"] <= 0.05 * found["sick"]


HIGH = ("rate too high", "dead units")
FOOLED: dict[str, tuple[str, tuple[str, ...]]] = {
    "20 % of labels wrong": ("label noise 20%", ("label noise",)),
    "sgd at 5e-5 with cosine": ("rate x0.001: seed-cnn sgd cosine", ("rate too low",)),
    "adam at 2e-6 with one-cycle": ("rate x0.001: lenet5 adam one-cycle", ("rate too low",)),
    "adam at 2e-6 with cosine": ("rate x0.001: mlp adam cosine", ("rate too low",)),
    "a decay of 0.5": ("decay 0.5", ("decay too strong",)),
    "a dropout of 0.95": ("dropout 0.95", ("dropout too strong",)),
    "fast-cnn at 0.1": ("rate x50: fast-cnn adam", HIGH),
    "a test part that is inverted": ("test inverted", ("data at fault",)),
    "three digits missing": ("3, 5, 8 missing", ("data at fault",)),
    "three others missing": ("0, 1, 2 missing", ("data at fault",)),
    "all 4s called 9": ("all 4s called 9", ("data at fault",)),
}
"""What fooled earlier rules: how the names of its cases begin, and the only rules that may speak of them."""


@pytest.mark.parametrize("named", FOOLED)
def test_what_fooled_the_coach_fools_it_no_more(named: str) -> None:
    name, rules = FOOLED[named]
    of_it = [each for each in heard() if each.case.name.startswith(name)]
    assert of_it
    for each in of_it:
        assert each.rules, each.case.name
        assert set(each.rules) <= set(rules), each.case.name


def test_where_the_data_is_at_fault_no_hyperparameter_is_advised() -> None:
    rules = ("data at fault", "missing digits", "test part unlike", "nothing learned", "odd data")
    for each in (*heard(), *heard(False)):
        for advice in (advice for advices in each.said for advice in advices):
            assert not (advice.rule in rules and advice.changes), each.case.name


def test_no_advice_makes_a_run_worse_beyond_noise() -> None:
    measured = gains(following.read())
    assert measured
    assert [gain for gain in measured if gain.harmful] == []


def test_the_advice_that_was_measured_is_the_advice_that_is_given() -> None:
    measured = [each for each in following.read() if each.seed == 0]
    for each in measured:
        found = advised(kept()[each.case])
        assert found is not None, each.case
        advice, epoch = found
        assert (advice.rule, advice.changes, epoch) == (each.rule, each.changes, each.epoch), each.case
    given = {found[0].rule for events in kept().values() if (found := advised(events))}
    assert given == {each.rule for each in measured}


def test_harm_is_more_than_noise() -> None:
    def runs(*pairs: tuple[float, float]) -> list[Followed]:
        return [Followed("c", i, "r", {}, 0, without, with_it) for i, (without, with_it) in enumerate(pairs)]

    assert gains(runs((0.9, 0.8), (0.9, 0.81), (0.9, 0.79)))[0].harmful
    assert not gains(runs((0.9, 0.899), (0.9, 0.898), (0.9, 0.9)))[0].harmful
    assert not gains(runs((0.9, 0.8), (0.9, 0.95), (0.9, 0.9)))[0].harmful


def test_the_tables_name_each_rule_that_spoke_and_each_advice_that_was_measured() -> None:
    text = tables(heard(), following.read())
    for rule in {rule for each in heard() for rule in each.rules} | {each.rule for each in following.read()}:
        assert f"\n| {rule} |" in text


def test_what_explains_the_rest_stands_alone_until_it_is_dismissed(monkeypatch: pytest.MonkeyPatch) -> None:
    view = views(kept()["all 4s called 9: mlp"])[-1]
    cause = Advice("cause", "1.", "Why.", "Look.", final=True)
    effect = Advice("effect", "1.", "Why.", "Do.", {"lr": 0.1})
    rules: tuple[Callable[..., Advice], ...] = (lambda _: cause, lambda _: effect)
    monkeypatch.setattr("tui.coach.rules.RULES", rules)
    coach = apply_rules(Coach(), view)
    assert coach.advice == (cause,)
    assert apply_rules(coach.dismiss(cause), view).advice == (effect,)


def test_what_was_found_at_load_is_told_as_plain_text_and_never_before_an_epoch() -> None:
    view = views(kept()["3, 5, 8 missing: mlp"])[0]
    advice = odd_data(view)
    assert advice is not None
    assert advice.seen.startswith("No training image is a 3")
    assert odd_data(replace(view, epochs=())) is None
