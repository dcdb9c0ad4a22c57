"""A step of the tour is done when the state says so, and what it says fits a narrow screen. Pure."""

import itertools

import msgspec
import pytest
from fake_engine import DATA, READY, RUN, epoch_done, started, steps

from engine.vocabulary.messages import DrawingClassified, Explain, Explained, Paused, Picture, Steered
from tests.tui.state.gallery.gallery_answers import gallery
from tui.state.advice import Advice
from tui.state.drawing.answers import DrawingAnswers
from tui.state.gallery.answers import GalleryState
from tui.state.gallery.rows import Row, told
from tui.state.inside import Exchange, Inside, Weights
from tui.state.marks import Mark
from tui.state.state import State
from tui.state.store import apply
from tui.tour.app import OVER
from tui.tour.moment import Moment
from tui.tour.needs import TYPING
from tui.tour.steps import STEPS, Step

ROOM = 78  # columns of the strip, in a terminal of 80
HIGH = Steered(run=RUN, step=50, changes={"lr": 1.0}, config=started(lr=1.0).config)
LOW = Steered(run=RUN, step=50, changes={"lr": 0.01}, config=started(lr=0.01).config)
PAUSED = Paused(run=RUN, step=50)
ADVICE = Advice(rule="rate too high", seen="s", why="w", remedy="r", changes={"lr": 0.001}, anew=True)


def after(*events) -> State:
    state = State(link="live")
    for event in events:
        state = apply(state, event)
    return state


def step(name: str) -> Step:
    return next(each for each in STEPS if each.name == name)


READY_STATE = after(READY, DATA)
TRAINING = after(READY, DATA, started(), steps(40, [2.0] * 40), epoch_done(1), epoch_done(2))
LOST, FOREIGN, AWAITED = State(link="lost"), State(link="foreign"), State(awaited=True)
STILL = apply(TRAINING, PAUSED)
WRECKED = apply(TRAINING, HIGH)
ADVISED = msgspec.structs.replace(WRECKED, coach=WRECKED.coach.receive(RUN, (ADVICE,)))
FOLLOWED = msgspec.structs.replace(ADVISED, coach=ADVISED.coach.apply(ADVICE))
HELPED = apply(FOLLOWED, started(run="0002-seed-cnn"))
TESTED = msgspec.structs.replace(TRAINING, gallery=GalleryState(shown=told(None, gallery(), "")))
WRONG, RIGHT = Row(index=1, label=4, predicted=9), Row(index=2, label=4, predicted=4)
EXPLAINED = msgspec.structs.replace(
    TRAINING,
    inside=Inside(
        kept=(
            Exchange(
                Explain(picture=Picture(index=0), run=RUN),
                Weights(RUN, 1),
                Explained(
                    run=RUN, step=1, method="integrated", label=1, heat=b"", pixels=b"", predicted=1,
                    probabilities=[0.1] * 10, output=1.0, empty_output=0.0,
                ),
            ),
        )
    ),
)  # fmt: skip


def drawn(predicted: int) -> State:
    answer = DrawingClassified(run=RUN, step=1, predicted=predicted, probabilities=[0.1] * 10)
    return msgspec.structs.replace(TRAINING, drawing=DrawingAnswers(answer=answer))


def marked(*runs: str) -> State:
    return msgspec.structs.replace(TRAINING, marks=tuple(map(Mark, runs, "abc")))


WRITTEN = msgspec.structs.replace(TRAINING, written=("sheet.png",))

DONE = {
    "train": (Moment(TRAINING), [Moment(READY_STATE)]),
    "watch": (Moment(TESTED, "digits"), [Moment(TESTED), Moment(TRAINING, "digits")]),
    "pause": (Moment(STILL), [Moment(TRAINING), Moment(READY_STATE)]),
    "steer": (Moment(WRECKED), [Moment(TRAINING), Moment(apply(TRAINING, LOW))]),
    "coach": (Moment(HELPED), [Moment(TRAINING), Moment(ADVISED), Moment(FOLLOWED)]),
    "mistake": (Moment(TESTED, "digits", WRONG), [Moment(TESTED, "digits"), Moment(TESTED, "digits", RIGHT)]),
    "why": (Moment(EXPLAINED, "inside"), [Moment(TRAINING, "inside"), Moment(EXPLAINED, "digits")]),
    "draw": (Moment(drawn(7), "draw"), [Moment(drawn(1), "draw"), Moment(TRAINING, "draw"), Moment(drawn(7))]),
    "compare": (Moment(marked("a", "b"), "runs"), [Moment(marked("a"), "runs"), Moment(marked("a", "b"))]),
    "export": (Moment(WRITTEN, "digits"), [Moment(TRAINING, "digits"), Moment(WRITTEN, "digits", written=1)]),
}


def test_there_are_ten_steps_and_each_has_a_case() -> None:
    assert len(STEPS) == 10
    assert [each.name for each in STEPS] == list(DONE)


@pytest.mark.parametrize("name", DONE)
def test_a_step_is_done_when_the_state_says_so_and_not_before(name: str) -> None:
    done, others = DONE[name]
    assert step(name).done(done)
    assert not any(step(name).done(each) for each in others)


def test_each_line_fits_a_narrow_screen() -> None:
    states = [State(), LOST, FOREIGN, AWAITED, READY_STATE, TRAINING, STILL, WRECKED, ADVISED, FOLLOWED, HELPED, TESTED]
    states += [drawn(1), marked("a")]
    screens = ["train", "digits", "confusion", "runs", "setup", "tune", "draw", "inside"]
    moments = [
        Moment(state, screen, digit)
        for state, screen, digit in itertools.product(states, screens, (None, RIGHT))
    ]  # fmt: skip
    lines = {each.instruction(moment) for each in STEPS for moment in moments} | {each.why for each in STEPS}
    lines |= {*OVER, TYPING}
    assert {line: len(line) for line in lines if len(line) > ROOM} == {}


@pytest.mark.parametrize("name", [each.name for each in STEPS if each.live])
def test_a_step_that_needs_a_run_says_how_to_get_one(name: str) -> None:
    assert "Press t" in step(name).instruction(Moment(READY_STATE))
    if name != "pause":
        assert "Press space" in step(name).instruction(Moment(STILL))


@pytest.mark.parametrize("name", DONE)
def test_each_step_says_what_to_do_about_an_engine_that_is_not_there(name: str) -> None:
    for screen in ("train", "digits", "runs"):
        assert "Press e" in step(name).instruction(Moment(LOST, screen))
        assert "Press e" in step(name).instruction(Moment(FOREIGN, screen))
        assert "starting" in step(name).instruction(Moment(AWAITED, screen))


@pytest.mark.parametrize("name", ["mistake", "why", "draw", "compare", "export"])
def test_a_step_that_needs_a_network_says_how_to_get_one(name: str) -> None:
    for screen in ("train", "digits", "inside", "draw", "runs"):
        assert "Press t" in step(name).instruction(Moment(READY_STATE, screen))
        assert "no " not in step(name).instruction(Moment(TRAINING, screen))


@pytest.mark.parametrize("name", DONE)
def test_who_is_in_a_field_is_told_how_to_leave_it_where_the_step_needs_other_keys(name: str) -> None:
    instruction = step(name).instruction
    assert "escape" in instruction(Moment(WRECKED, "setup", typing=True)) or name == "steer"  # which is done then
    assert "escape" in instruction(Moment(TESTED, "digits", typing=True))
    assert "escape" in instruction(Moment(LOST, "setup", typing=True))
    in_form = {instruction(Moment(state, "setup", typing=True)) for state in (TRAINING, READY_STATE)}
    assert (TYPING in in_form) == (name not in ("steer", "coach"))


def test_a_mistake_is_looked_for_among_digits_that_this_run_was_tested_on() -> None:
    mistake = step("mistake")
    assert "Press w" in mistake.instruction(Moment(TESTED, "digits"))
    assert "Press enter" in mistake.instruction(Moment(TESTED, "digits", only_wrong=True))
    of_another = apply(TESTED, started(run="0002-seed-cnn"))
    assert "end of each epoch" in mistake.instruction(Moment(of_another, "digits"))


def test_the_coach_step_leads_from_the_advice_to_the_new_run() -> None:
    coach = step("coach")
    assert "epoch" in coach.instruction(Moment(WRECKED))
    assert "Press c" in coach.instruction(Moment(ADVISED))
    over = msgspec.structs.replace(FOLLOWED, run=None)
    assert "F5" in coach.instruction(Moment(over, "setup"))
    assert "silent" in coach.instruction(Moment(TRAINING))  # the step before was skipped
