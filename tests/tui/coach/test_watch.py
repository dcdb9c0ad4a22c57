"""What the coach's rules stand on: trends, what is recent, what was said before; and histories of any kind."""

import math
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from fake_engine import RUN, epoch_done, snapshot, started, steps
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochDone, RunEnded, Steered, StepsDone
from tests.tui.coach.views import events_of
from tui.coach.evidence.progress import recent_epochs, recent_losses
from tui.coach.evidence.trends import bin_means, fit
from tui.coach.rules import RULES
from tui.coach.watch import apply_rules, update_advice
from tui.state.advice import Advice, Coach
from tui.state.run import RunView, apply_to_run
from tui.state.state import State
from tui.state.store import apply

# ---------------------------------------------------------------------- trends


def test_a_line_is_the_best_one_and_knows_how_sure_its_slope_is() -> None:
    exact = fit([(0.0, 3.0), (1.0, 2.0), (2.0, 1.0)])
    assert (exact.slope, exact.first, exact.last) == (-1.0, 3.0, 1.0)
    assert exact.certainty < -1e6
    rough = fit([(0.0, 0.0), (1.0, 2.0), (2.0, 1.0), (3.0, 3.0)])
    assert rough.slope == pytest.approx(0.8)
    assert rough.error == pytest.approx(0.4243, abs=1e-4)  # sqrt(1.8 / 2 / 5)
    assert fit([(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]).certainty == 0.0
    assert fit([(0.0, 5.0), (1.0, 5.0), (2.0, 5.0)]).certainty == 0.0


def test_stretches_are_means_over_equal_parts_of_the_history() -> None:
    points = [(float(i), 1.0 if i < 50 else 2.0) for i in range(101)]
    assert [loss for _, loss in bin_means(points, 4)] == [1.0, 1.0, 2.0, 2.0]
    assert bin_means([], 4) == []
    assert bin_means([(5.0, 1.0)], 4) == [(5.0, 1.0)]


def test_what_is_recent_begins_with_the_last_change() -> None:
    view = None
    life = [started(), steps(40, [2.0] * 40), epoch_done(1), steps(60, [1.0] * 20)]
    life += [Steered(run=RUN, step=60, changes={"lr": 0.1}, config=RunConfig(lr=0.1)), steps(80, [0.5] * 20)]
    life += [epoch_done(2), steps(120, [0.4] * 40), epoch_done(3)]
    for event in life:
        view = apply_to_run(view, event)
    assert view is not None
    assert [epoch.epoch for epoch in recent_epochs(view)] == [3]  # the second was trained with both
    assert recent_losses(view)[0] == (61.0, 0.5)
    ended = RunEnded(run=RUN, step=120, time=1.0, state="stopped")
    for resumed, since in ((started(step=120, epoch=3, lr=0.1), 60), (started(step=120, epoch=3, lr=0.5), 120)):
        again = apply_to_run(apply_to_run(view, ended), resumed)
        assert again is not None
        assert again.changed == since


# ----------------------------------------------------------------------- memory

ADVICE = Advice("plateau", "1.", "Why.", "Do.", {"lr": 0.1})
OTHER = Advice("over-fitting", "1.", "Why.", "Do.", {"dropout": 0.5})


def test_what_was_dismissed_or_applied_is_not_heard_again() -> None:
    coach = Coach().receive("r", (ADVICE, OTHER))
    assert coach.present == ADVICE
    assert coach.dismiss(ADVICE).present == OTHER
    lower = replace(ADVICE, changes={"lr": 0.01})
    assert coach.dismiss(ADVICE).receive("r", (lower,)).present is None
    assert coach.dismiss(ADVICE).receive("s", (lower,)).present == lower
    followed = coach.apply(ADVICE)
    assert followed.present is None
    assert followed.receive("r", (ADVICE, OTHER)).present == OTHER
    assert followed.receive("r", (lower,)).present == lower  # another remedy, after what came of the first
    assert replace(coach, on=False).receive("r", (ADVICE,)).present is None


def test_news_are_told_once_however_their_figures_move() -> None:
    coach = Coach().receive("r", (ADVICE,))
    assert coach.new_advice() == [ADVICE]
    coach = coach.mark_said().receive("r", (replace(ADVICE, seen="2."), OTHER))
    assert coach.new_advice() == [OTHER]
    assert coach.receive("s", (ADVICE,)).new_advice() == [ADVICE]


def test_a_screen_that_attaches_late_is_given_the_same_advice() -> None:
    events = events_of("rate-too-low")
    state = State()
    for event in events:
        state = update_advice(apply(state, event), event)
    late = snapshot(*events)
    attached = update_advice(apply(State(), late), late)
    assert state.coach.present is not None
    assert attached.coach.present == state.coach.present
    assert [line for line in attached.log if line.startswith("coach")] == [state.coach.present.line]
    again = update_advice(apply(attached, late), late)
    assert again.coach.present == state.coach.present


def test_between_two_epochs_nothing_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.coach.watch.apply_rules", lambda *_: pytest.fail("looked"))
    state = apply(State(), started())
    event = steps(10, [1.0] * 10)
    assert update_advice(apply(state, event), event).coach == state.coach


# ------------------------------------------------------------- whatever comes in

LOSSES = st.one_of(st.floats(0, 10), st.sampled_from([1e39, -1e39, 0.0, math.log(10)]))
SHARES = st.floats(0, 1)
EPOCHS = st.builds(
    epoch_done, st.integers(1, 40), accuracy=st.floats(0.05, 1)
).flatmap(
    lambda epoch: st.builds(
        msgspec.structs.replace, st.just(epoch), train_loss=LOSSES, test_loss=LOSSES, dead=SHARES, input_share=SHARES,
        step=st.integers(0, 2**53),
        confusion=st.sampled_from([[], [[0] * 10] * 10, [[2**53] * 10] * 3, epoch.confusion]),
    )
)  # fmt: skip
STEPS = st.builds(steps, st.integers(1, 2**53), st.lists(LOSSES, min_size=1, max_size=40))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(EPOCHS, STEPS), max_size=30), st.integers(0, 5000))
def test_no_history_whatever_upsets_a_rule(events: list[EpochDone | StepsDone], changed_at: int) -> None:
    view: RunView | None = apply_to_run(None, started())
    for event in events:
        view = apply_to_run(view, event)
    assert view is not None
    coach = apply_rules(Coach(), replace(view, changed=changed_at))
    for advice in coach.advice:
        view.config.replace(advice.changes)


def test_a_look_reads_the_longest_history_a_few_times_for_each_rule_and_no_more() -> None:
    class Counted(tuple[Any, ...]):
        read = 0

        def __iter__(self) -> Iterator[Any]:
            for item in super().__iter__():
                Counted.read += 1
                yield item

    view: RunView | None = apply_to_run(None, msgspec.structs.replace(started(), steps_per_epoch=4))
    for i in range(1, 4001):
        for event in (steps(4 * i, [1 / i] * 4), msgspec.structs.replace(epoch_done(i), step=4 * i)):
            view = apply_to_run(view, event)
    assert view is not None
    apply_rules(Coach(), replace(view, epochs=Counted(view.epochs), losses=Counted(view.losses)))
    assert 4000 < Counted.read <= 2 * len(RULES) * 4000
