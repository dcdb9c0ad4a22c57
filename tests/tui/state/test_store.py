"""The state of the screen is what the events add up to, in whatever portions they come."""

import itertools
from dataclasses import replace

import msgspec
import pytest
from fake_engine import DATA, READY, RUN, digit, epoch_done, snapshot, started, steps

from engine.storage.runs.bounded_history import History
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyEvent,
    CommandFailed,
    Continued,
    DataFailed,
    DataProgress,
    EngineFailed,
    Paused,
    Predicted,
    Printed,
    RunEnded,
    RunOpened,
    RunsListed,
    RunSummary,
    Snapshot,
    Steered,
    StepsDone,
)
from tui.state.run import MOST_POINTS, RunView, apply_to_run, bounded
from tui.state.store import MOST_LOG_LINES, State, apply


def after(*events: AnyEvent, state: State | None = None) -> State:
    state = state or State()
    for event in events:
        state = apply(state, event)
    return state


def run_after(*events: AnyEvent) -> RunView:
    run = after(*events).run
    assert run is not None
    return run


LIFE: list[AnyEvent] = [
    started(epochs=4),
    steps(20, [2.0] * 20),
    steps(40, [1.5] * 20),
    epoch_done(1),
    Steered(run=RUN, step=40, changes={"lr": 0.25}, config=RunConfig(epochs=4, lr=0.25)),
    steps(60, [1.0] * 20),
    Paused(run=RUN, step=60),
    Continued(run=RUN, step=60),
    steps(80, [0.5] * 20),
    epoch_done(2),
]


def test_a_run_grows_with_its_events() -> None:
    run = run_after(*LIFE)
    assert (run.run, run.state, run.step, run.config.lr) == (RUN, "running", 80, 0.25)
    assert [epoch.epoch for epoch in run.epochs] == [1, 2]
    assert run.losses[0] == (1.0, 2.0)
    assert run.losses[-1] == (80.0, 0.5)
    assert len(run.losses) == 80
    assert run.marks == ((40, "lr 0.25"),)
    assert run.confusion[4][9] == 7
    assert run_after(*LIFE[:7]).state == "paused"
    ended = run_after(*LIFE, RunEnded(run=RUN, step=80, time=1.0, state="failed", reason="no\x1b more"))
    assert (ended.state, ended.reason, ended.live) == ("failed", "no� more", False)


def test_a_snapshot_twice_gives_the_state_once() -> None:
    whole = Snapshot(events=[READY, DATA, *LIFE])  # type: ignore[list-item]
    once = after(whole)
    twice = after(whole, whole)
    assert replace(twice, log_count=once.log_count, log_began=once.log_began) == once
    assert twice.log_began == once.log_count  # a screen sees that its log is of another history
    assert once.run == run_after(*LIFE)
    assert after(*LIFE, whole).run == once.run


def test_a_snapshot_in_parts_is_the_same_as_in_one() -> None:
    whole = after(Snapshot(events=[READY, DATA, *LIFE]))  # type: ignore[list-item]
    cut = after(
        Snapshot(events=[READY, DATA, *LIFE[:3]], last=False),  # type: ignore[list-item]
        Snapshot(events=LIFE[3:8], first=False, last=False),  # type: ignore[arg-type]
        Snapshot(events=LIFE[8:], first=False),  # type: ignore[arg-type]
    )
    assert cut == whole


def test_a_merged_history_ends_in_the_same_state() -> None:
    live = [started(epochs=200)]
    live += [event for i in range(1, 151) for event in (*(steps(40 * i - 40 + j, [1 / j]) for j in range(1, 41)),
                                                         epoch_done(i))]  # type: ignore[misc]  # fmt: skip
    now = run_after(*live)
    late = run_after(snapshot(*History(live).events))  # type: ignore[arg-type]
    assert (late.step, late.images_per_s, late.config, late.state) == (
        now.step,
        now.images_per_s,
        now.config,
        "running",
    )
    assert [epoch.test_loss for epoch in late.epochs] == [epoch.test_loss for epoch in now.epochs]
    assert late.confusion == now.confusion
    assert len(late.losses) > 1000
    places = [step for step, _ in late.losses]
    assert places == sorted(places)
    assert 0 < places[0] < places[-1] == 6000


def test_points_stand_at_the_end_of_the_steps_they_are_means_of() -> None:
    event = StepsDone(run=RUN, step=25, epoch=0, stride=10, losses=[3.0, 2.0, 1.0], images_per_s=1.0, steps=25)
    assert run_after(started(), event).losses == ((10.0, 3.0), (20.0, 2.0), (25.0, 1.0))
    without = StepsDone(run=RUN, step=30, epoch=0, stride=10, losses=[3.0, 2.0, 1.0], images_per_s=1.0)
    assert run_after(started(), without).losses == ((10.0, 3.0), (20.0, 2.0), (30.0, 1.0))


def test_a_resumed_run_loses_what_came_after_its_checkpoint() -> None:
    lost = Steered(run=RUN, step=75, changes={"lr": 0.5}, config=RunConfig(lr=0.5))
    run = run_after(*LIFE, lost, RunEnded(run=RUN, step=80, time=1.0, state="stopped"), started(step=60, epoch=1))
    assert (run.state, run.step, run.reason) == ("running", 60, "")
    assert run.losses[-1] == (60.0, 1.0)
    assert [epoch.epoch for epoch in run.epochs] == [1]
    assert run.marks == ((40, "lr 0.25"),)
    again = apply_to_run(run, steps(61, [0.25]))
    assert again is not None
    assert again.losses[-2:] == ((60.0, 1.0), (61.0, 0.25))


def test_another_run_starts_empty() -> None:
    run = run_after(*LIFE, started(run="0002-seed-cnn"))
    assert (run.losses, run.epochs, run.marks, run.step) == ((), (), (), 0)
    assert run_after(*LIFE, started(run="0002-seed-cnn", step=40, epoch=1)).losses == ()


def test_events_of_a_run_that_was_not_seen_to_start_are_passed_over() -> None:
    assert after(steps(3, [1.0])).run is None
    assert run_after(started(), steps(3, [1.0], run="0009-seed-cnn")).losses == ()


# ------------------------------------------------------------------- points


@pytest.mark.parametrize("count", [MOST_POINTS - 1, MOST_POINTS, MOST_POINTS + 1, 3 * MOST_POINTS])
def test_bounding_keeps_the_mean_and_the_newest_points(count: int) -> None:
    points = tuple((float(i), float(i % 7)) for i in range(count))
    kept = bounded(points)
    assert len(kept) <= max(MOST_POINTS, count // 2 + MOST_POINTS // 4 + 1)
    if count <= MOST_POINTS:
        assert kept == points
        return
    newest = count - count // 2
    assert kept[-newest:] == points[-newest:]
    older, merged = points[:-newest], kept[:-newest]
    assert len(merged) < len(older)
    for axis in (0, 1):
        mean = sum(point[axis] for point in older) / len(older)
        assert sum(point[axis] for point in merged) / len(merged) == pytest.approx(mean, rel=0.01)
    assert list(kept) == sorted(kept)


@pytest.mark.parametrize("per_event", [1, 10, 64])
def test_a_long_run_keeps_the_shape_of_its_whole_curve(per_event: int) -> None:
    run = apply_to_run(None, started())
    events = 60_000 // per_event
    for i in range(1, events + 1):
        losses = [1000 / (1000 + per_event * (i - 1) + j) for j in range(1, per_event + 1)]
        run = apply_to_run(run, steps(per_event * i, losses))
    assert run is not None
    assert len(run.losses) <= MOST_POINTS
    assert run.losses[-1][0] == per_event * events
    places = [step for step, _ in run.losses]
    assert places == sorted(places)
    gaps = [later - earlier for earlier, later in itertools.pairwise([0.0, *places])]
    assert max(gaps) <= 128  # 60,000 steps in at least some 500 points, evenly
    for step, loss in run.losses:
        assert loss == pytest.approx(1000 / (1000 + step), rel=0.01)


# ------------------------------------------------------------ what is derived


def test_the_time_left_is_the_images_left_at_the_present_speed() -> None:
    run = run_after(started(epochs=4), steps(20, [1.0]))  # 40 steps of 100 images an epoch, 5,000 images/s
    assert run.seconds_left == pytest.approx(140 * 100 / 5000)
    tested = run_after(started(epochs=4), steps(40, [1.0]), epoch_done(1))
    assert tested.seconds_left == pytest.approx(120 * 100 / 5000 + 3 * 0.1)
    assert run_after(started(epochs=4)).seconds_left is None
    assert (
        run_after(started(), steps(9, [1.0]), RunEnded(run=RUN, step=9, time=1, state="stopped")).seconds_left is None
    )
    shortened = Steered(run=RUN, step=50, changes={"epochs": 1}, config=RunConfig(epochs=1))
    assert run_after(started(epochs=4), steps(50, [1.0]), shortened).seconds_left == 0.0


def test_fractions_follow_the_steps() -> None:
    run = run_after(started(epochs=4), steps(40, [1.0]), epoch_done(1), steps(50, [1.0]))
    assert run.run_fraction == pytest.approx(50 / 160)
    ended = run_after(started(epochs=1), epoch_done(1), RunEnded(run=RUN, step=40, time=1, state="finished"))
    assert ended.run_fraction == 1.0


# -------------------------------------------------------------------- state


def test_data_and_engine_news_replace_each_other() -> None:
    state = after(DataFailed(reason="no\nfolder"))
    assert state.data_problem == "no folder"
    state = after(DataProgress(action="decoding", done=1, total=2), state=state)
    assert (state.data_problem, state.progress is not None) == ("", True)
    state = after(DATA, state=state)
    assert (state.data, state.progress, state.data_problem) == (DATA, None, "")
    assert after(EngineFailed(reason="no torch")).engine_problem == "no torch"
    assert after(EngineFailed(reason="no torch"), READY).engine_problem == ""


def test_a_failure_is_news_even_when_it_repeats() -> None:
    state = after(CommandFailed(reason="no"), CommandFailed(reason="no"))
    assert (state.failures, state.failure) == (2, "no")


def test_digits_come_with_the_step_of_their_weights() -> None:
    state = after(Predicted(run=RUN, step=7, digits=[digit(3), digit(4)]))
    assert ([digit.index for digit in state.digits], state.digits_run, state.digits_step) == ([3, 4], RUN, 7)


def summary(state: str = "interrupted", problem: str = "") -> RunSummary:
    return RunSummary(
        run="0001-old", state=state, started=1.0, model="seed-cnn", epoch=2, epochs=4, sample=True, problem=problem
    )


def test_an_opened_run_is_shown_until_another_one_starts() -> None:
    old = [msgspec.structs.replace(event, run="0001-old") for event in LIFE]
    state = after(*LIFE, RunsListed(runs=[summary()]))
    first = RunOpened(summary=summary(), history=old[:5], last=False)  # type: ignore[arg-type]
    last = RunOpened(summary=summary(problem="it\x07 broke"), history=old[5:], first=False)  # type: ignore[arg-type]
    state = after(first, last, state=state)
    assert state.opened is not None
    assert state.shown is state.opened
    assert (state.opened.state, state.opened.reason, state.opened.live) == ("interrupted", "it� broke", False)
    assert len(state.opened.losses) == 80
    assert state.run == run_after(*LIFE)  # the live run goes on beside it
    assert after(started(run="0003-seed-cnn"), state=state).opened is None


def test_an_attached_screen_keeps_its_list_and_its_opened_run() -> None:
    old = [msgspec.structs.replace(event, run="0001-old") for event in LIFE]
    state = after(RunsListed(runs=[summary()]), RunOpened(summary=summary(), history=old))  # type: ignore[arg-type]
    again = after(snapshot(*LIFE), state=state)
    assert (again.runs, again.opened, again.link) == (state.runs, state.opened, state.link)


def test_what_a_state_on_disk_says_is_harmless() -> None:
    opened = RunOpened(summary=summary(state="\x1b]0;x\x07"), history=[started(run="0001-old")])
    state = after(opened)
    assert state.opened is not None
    assert "\x1b" not in state.opened.state


def test_the_log_is_bounded_and_counts_on() -> None:
    state = after(*(Printed(lines=[f"line {i}", "\x1b[2J"]) for i in range(400)))
    assert len(state.log) == MOST_LOG_LINES
    assert state.log_count == 800
    assert state.log[-2:] == ("engine: line 399", "engine: �[2J")
