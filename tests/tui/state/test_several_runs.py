"""Several runs that train at once, as a screen knows them."""

from fake_engine import RUN, epoch_done, snapshot, started, steps
from msgspec.structs import replace

from engine.vocabulary.messages import Paused, RunEnded, RunOpened, RunsChanged, RunSummary, RunTold
from tests.tui.state.events import after
from tui.screens.questions import quit_question, stop_question
from tui.state.marks import MOST_HISTORIES, Mark
from tui.state.run_filter.live import with_live
from tui.widgets.run_bar import segments

OTHER = "0002-mlp"


def summary(run: str, state: str = "running") -> RunSummary:
    return RunSummary(
        run=run, state=state, started=1.0, model="seed-cnn", epoch=0, epochs=3, sample=True, resumable=False
    )


def told(*events: object) -> list[RunTold]:
    return [RunTold(told=event) for event in events]  # type: ignore[arg-type]


def test_they_are_none_of_them_the_run_of_the_screen_and_yet_something_trains() -> None:
    state = after(*told(started(), started(run=OTHER)))
    assert state.run is None
    assert not state.training
    assert state.busy
    assert [view.run for view in state.histories.at_once] == [RUN, OTHER]


def test_the_list_has_their_present_figures() -> None:
    state = after(*told(started(), started(run=OTHER), epoch_done(1, OTHER, 0.7)))
    first, second = with_live([summary(RUN), summary(OTHER)], *state.histories.at_once)
    assert (first.epoch, first.test_accuracy) == (0, None)
    assert (second.epoch, second.test_accuracy) == (1, 0.7)


def test_the_curve_of_one_that_is_marked_goes_on_with_each_event() -> None:
    state = replace(after(*told(started(), steps(4, [2.0]))), marks=(Mark(RUN, "a"),))
    [(_, before)] = state.courses
    state = after(*told(steps(8, [1.0])), state=state)
    [(_, now)] = state.courses
    assert len(now.losses) > len(before.losses)


def test_one_that_has_ended_and_was_deleted_is_not_drawn_any_more() -> None:
    ended = RunEnded(run=RUN, state="finished", step=4, time=2.0)
    state = after(*told(started(), started(run=OTHER), steps(4, [2.0]), ended))
    assert state.course_of(RUN) is not None
    state = after(RunsChanged(deleted=RUN), state=state)
    assert state.course_of(RUN) is None
    assert state.course_of(OTHER) is not None


def test_one_that_is_opened_goes_on_as_it_is_told() -> None:
    state = after(*told(started()), RunOpened(summary=summary(RUN), history=[started()]))
    assert state.shown is not None
    state = after(*told(epoch_done(1)), state=state)
    assert state.shown is not None
    assert state.shown.epoch == 1


def test_those_that_have_ended_are_kept_for_their_curves_but_not_for_ever() -> None:
    state = after()
    for number in range(1, MOST_HISTORIES + 4):
        run = f"{number:04}-mlp"
        state = after(*told(started(run=run), RunEnded(run=run, step=4, time=2.0, state="finished")), state=state)
    assert not state.busy
    assert len(state.histories.several) == MOST_HISTORIES
    assert state.course_of("0001-mlp") is None
    assert state.course_of(run) is not None


def test_a_snapshot_tells_them_anew() -> None:
    state = after(*told(started(), started(run=OTHER)), snapshot(*told(started(run=OTHER))))
    assert [view.run for view in state.histories.at_once] == [OTHER]


def test_they_are_stopped_and_left_together() -> None:
    state = replace(after(*told(started(), started(run=OTHER))), link="live")
    stop = stop_question(state)
    assert stop is not None
    assert "Stop 2 runs (0001, 0002)" in stop._text
    assert "2 runs (0001, 0002) are training. Keep them going" in quit_question(state)._text
    assert ("▶ 2 runs training 0 %", "busy", 0) in segments(state)


def test_a_paused_run_is_left_paused_and_not_kept_going() -> None:
    running = after(started(), steps(10, [2.0] * 10))
    assert "is training. Keep it going in the background?" in quit_question(running)._text
    paused = after(Paused(run=RUN, step=10), state=running)
    assert "is paused. Leave it paused in the background?" in quit_question(paused)._text
