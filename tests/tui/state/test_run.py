"""A run is what its events add up to, in whatever portions they come."""

import itertools

import pytest
from fake_engine import RUN, epoch_done, measured, snapshot, started, steps

from engine.storage.runs.bounded_history import History
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import RunEnded, Steered, StepsDone
from tests.tui.state.events import LIFE, after, run_after
from tui.state.run import MOST_MACHINE, MOST_POINTS, apply_to_run, bounded


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


def test_accuracies_lie_at_the_steps_of_the_losses_and_norms_at_their_own() -> None:
    event = StepsDone(
        run=RUN, step=25, epoch=0, stride=10, losses=[3.0, 2.0, 1.0], images_per_s=1.0, steps=25,
        accuracies=[0.1, 0.2, 0.3], grad_norms=[(25, 4.5)],
    )  # fmt: skip
    run = run_after(started(), event)
    assert run.accuracies == ((10.0, 0.1), (20.0, 0.2), (25.0, 0.3))
    assert run.grad_norms == ((25.0, 4.5),)


def test_what_the_machine_did_stays_bounded_and_ends_with_the_newest() -> None:
    run = run_after(started(), *(measured(second) for second in range(1, 3001)))
    assert len(run.machine) <= MOST_MACHINE
    assert run.machine[-1] == measured(3000)
    assert run.machine[0].time < 60
    resumed = run_after(started(), measured(3), started(step=60, epoch=1), measured(4))
    assert [each.time for each in resumed.machine] == [3.0, 4.0]
