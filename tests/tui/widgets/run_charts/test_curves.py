"""A run as lines, on each x axis."""

import math

import msgspec
import pytest
from fake_engine import epoch_done, started, steps

from tests.tui.state.events import LIFE, run_after
from tui.state.marks import letter
from tui.widgets.charts.clock import seconds_at, time_unit
from tui.widgets.charts.curves import Curves, KeptCurves
from tui.widgets.charts.overlay import colour_of, run_line
from tui.widgets.charts.plots import with_own
from tui.widgets.charts.ranges import axis_end, leaves_out, recent_range, recent_start, window
from tui.widgets.charts.view import SMOOTHING, ChartsView
from tui.widgets.plotting.plot import Line


def test_steps_lie_on_an_axis_of_epochs_steps_or_time() -> None:
    run = run_after(*LIFE)
    for x, first, last in (("epoch", 1.0, 2.0), ("step", 40.0, 80.0), ("time", 1.0, 2.1)):
        test = Curves(run, x, 1.0, 0.0).loss[-1]
        assert [point[0] for point in test.points] == pytest.approx([first, last])


def test_time_goes_on_at_the_pace_of_the_last_steps_and_is_asked_for_in_any_order() -> None:
    run = run_after(*LIFE, steps(100, [0.4] * 20))
    seconds = seconds_at(run)
    assert seconds(20) == pytest.approx(0.5)
    assert seconds(100) == pytest.approx(2.2 + 20 * run.config.batch_size / 5000)
    assert seconds(20) == pytest.approx(0.5)
    assert [time_unit(each)[0] for each in (5.0, 170.0, 200.0, 11000.0)] == ["s", "s", "min", "h"]


def test_smoothing_off_is_off_and_its_factor_is_said() -> None:
    run = run_after(*LIFE)
    raw = Curves(run, "step", 1.0, 0.0).loss[0]
    assert (raw.name, raw.note, raw.points) == ("train", "", run.losses)
    behind, smoothed = Curves(run, "step", 1.0, 0.9).loss[:2]
    assert behind.points == run.losses
    assert (behind.kind, smoothed.note) == ("step", "smoothed 0.9")


def test_the_first_epoch_has_the_running_accuracy_of_its_batches() -> None:
    class Running:
        accuracies = ((1.0, 0.2), (2.0, 0.4))

        def __getattr__(self, name: str) -> object:
            return getattr(run, name)

    run = run_after(started(), steps(2, [2.0, 1.9]))
    lines = Curves(Running(), "step", 1.0, 0.0).accuracy  # type: ignore[arg-type]
    assert [line.points for line in lines] == [Running.accuracies]


def test_the_running_accuracy_stays_until_two_epochs_make_a_line() -> None:
    told = msgspec.structs.replace(steps(40, [2.0] * 40), accuracies=[0.5] * 40)
    one = run_after(started(), told, epoch_done(1))
    assert [(line.name, len(line.points)) for line in Curves(one, "step", 1.0, 0.0).accuracy] == [
        ("train", 40), ("test", 1)]  # fmt: skip
    two = run_after(started(), told, epoch_done(1), epoch_done(2))
    assert [(line.name, len(line.points)) for line in Curves(two, "step", 1.0, 0.0).accuracy] == [
        ("train", 2), ("test", 2)]  # fmt: skip


def test_steering_resumption_and_the_best_epoch_are_marked() -> None:
    run = run_after(*LIFE, started(step=80, epoch=2, epochs=4), steps(100, [0.4] * 20))
    assert run.resumed == (80,)
    marks = Curves(run, "step", 1.0, 0.0).marks
    assert [at for at, _ in marks] == [40, 80, 40]
    assert [text for _, text in marks][1:] == ["resumed", "best test"]


def test_curves_are_computed_anew_only_for_a_run_that_changed() -> None:
    kept, run = KeptCurves(), run_after(*LIFE)
    first = kept.of(run, "epoch", 1.0, 0.9)
    assert kept.of(run, "epoch", 1.0, 0.9) is first
    assert kept.of(run_after(*LIFE, epoch_done(3)), "epoch", 1.0, 0.9) is not first
    kept.forget_unused()
    kept.forget_unused()
    assert not kept._kept


def test_of_a_run_that_lies_over_another_only_the_one_line_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.widgets.charts.curves.smooth", lambda *_: pytest.fail("is not drawn"))
    found = Curves(run_after(*LIFE), "step", 1.0, 0.9)
    assert run_line("a", "0001", "loss", found).points is found.test_loss
    assert run_line("a", "0001", "accuracy", found).points is found.test_accuracy


def test_the_third_chart_has_rate_speed_and_dead_units() -> None:
    third = Curves(run_after(*LIFE), "step", 1.0, 0.0).third
    assert third["lr"][0].points[-1] == (80, 0.25)
    assert third["speed"][0].points == ((40.0, 4000.0), (80.0, 4000.0))
    assert third["dead"][0].points == ((40.0, 0.0), (80.0, 0.0))
    assert not third["gradient"][-1].points


def test_letters_and_colours_are_stable_for_any_number_of_runs() -> None:
    letters = [letter(i) for i in range(800)]
    assert letters[:3] + letters[25:28] + letters[702:703] == ["a", "b", "c", "z", "aa", "ab", "aaa"]
    assert len(set(letters)) == 800
    assert [colour_of(each) for each in letters] == [f"run{i % 10}" for i in range(800)]


def test_a_zoom_has_round_limits_and_room_for_what_comes() -> None:
    assert window("all", 5.5, 10) == (0, 10)
    for zoom, least in (("half", 2.75), ("quarter", 4.125), ("change", 3.0)):
        low, high = window(zoom, 5.5, 10, 3.0)
        assert least - 0.5 <= low <= least
        assert 5.5 < high <= 6.5
    assert window("half", 10, 10) == (5, 10)
    assert window("change", 3.0, 10, 3.0) == (0, 10)


def test_a_run_that_is_behind_those_it_is_compared_with_is_in_the_range_as_well() -> None:
    other = Line("0001", tuple((x / 10, 0.3 - x / 1000) for x in range(101)), "run0", letter="a")
    own = Line("train", tuple((x / 100, 2.3 - x / 100) for x in range(41)), "train")
    y_range = recent_range([other, own], (0, 10), 2.5)
    assert y_range is not None
    assert y_range[1] < 0.4
    start, (low, high) = with_own(y_range, [other, own], recent_start(0.4, (0, 10)), (0, 10), 2.5, False)
    assert start == pytest.approx(0.1)
    assert low < 0.25
    assert 1.8 < high < 2.3


def test_an_axis_ends_at_a_round_number_near_what_is_reached() -> None:
    assert [axis_end(each, 30) for each in (0.2, 1, 2.1, 5.5, 21, 31)] == [1, 1, 3, 6, 25, 30]
    assert axis_end(900, 4000, 400) == 1200
    for reached in (1.1, 17, 1234, 5e6):
        assert reached <= axis_end(reached) <= 1.5 * reached + 1


def test_the_scale_is_for_the_recent_part_and_says_that_it_leaves_out_the_start() -> None:
    points = tuple((x / 10, 2.3 * math.exp(-x / 5) + 0.04) for x in range(101))
    lines = [Line("train", points, "train")]
    low, high = recent_range(lines, (0, 10), 2.5) or (0.0, 0.0)
    assert 0.04 < low < high < 0.1
    assert leaves_out(lines, (0, 10), (low, high))
    assert not leaves_out(lines, (5, 10), (low, high))
    assert recent_range(lines[:0]) is None


def test_smoothing_goes_through_its_factors_and_stops_at_both_ends() -> None:
    view, seen = ChartsView(smoothing=0.0), []
    for _ in range(9):
        seen.append(view.smoothing)
        view = view.smoother(1)
    assert tuple(seen[: len(SMOOTHING)]) == SMOOTHING
    assert ChartsView(smoothing=0.55).smoother(-1).smoothing == 0.0
    assert ChartsView(smoothing=0.3).smoother(0).smoothing == 0.9
