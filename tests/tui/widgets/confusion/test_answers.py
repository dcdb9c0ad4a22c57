"""Questions and their answers in the state: one at a time, bounded, and told where they belong."""

import msgspec
from fake_engine import started

from engine.vocabulary.messages import (
    AskConfusion,
    AskPixels,
    CommandFailed,
    ConfusionTold,
    MeasureCalibration,
    MeasureRobustness,
    PixelsTold,
    RunStarted,
)
from tests.tui.widgets.confusion.told import calibrated, robustness
from tui.state.confusion.answers import IDS, MOST_CONFUSIONS, MOST_PIXELS, Answers, heard
from tui.state.state import State
from tui.state.store import apply


def reply(event, kind):
    return msgspec.structs.replace(event, reply_to=IDS[kind])


def test_a_question_is_asked_once_until_it_is_answered() -> None:
    question = MeasureCalibration(run="a")
    answers = Answers()
    assert answers.may_ask(question)
    answers = answers.asked(question)
    assert not answers.may_ask(MeasureCalibration(run="b"))
    assert answers.may_ask(AskConfusion(run="a"))
    answers = heard(answers, reply(calibrated("a"), MeasureCalibration))
    assert answers.calibration_of("a") is not None
    assert answers.may_ask(MeasureCalibration(run="b"))


def test_what_was_refused_is_told_with_its_reason_and_not_asked_again() -> None:
    question = AskConfusion(run="a", epoch=3)
    answers = heard(Answers().asked(question), CommandFailed(reason="no \x1b[31mbeliefs", reply_to=IDS[AskConfusion]))
    assert answers.problem(AskConfusion, "a") == "no \ufffd[31mbeliefs"
    assert answers.problem(AskConfusion, "b") == ""
    assert not answers.may_ask(question)
    assert answers.may_ask(AskConfusion(run="a", epoch=4))


def test_a_refusal_is_no_failed_command_of_the_user() -> None:
    state = State(certainty=Answers().asked(AskConfusion(run="a")))
    state = apply(state, CommandFailed(reason="it has none", reply_to=IDS[AskConfusion]))
    assert (state.failures, state.log) == (0, ())
    assert apply(state, CommandFailed(reason="it is gone")).failures == 1


def test_only_the_newest_answers_are_kept() -> None:
    answers = Answers()
    for epoch in range(1, 3 * MOST_CONFUSIONS):
        answers = heard(answers, reply(ConfusionTold(run="a", epoch=epoch, epochs=[1], confusion=[]), AskConfusion))
    assert len(answers.confusions) == MOST_CONFUSIONS
    assert answers.confusions[0].epoch == 3 * MOST_CONFUSIONS - 1
    for start in range(0, 2 * MOST_PIXELS, 64):
        indices = list(range(start, start + 64))
        told = PixelsTold(run="a", part="test", indices=indices, labels=bytes(64), pixels=bytes(64 * 784))
        answers = heard(answers, reply(told, AskPixels))
    assert len(answers.pixels) == MOST_PIXELS
    assert ("a", 0) not in answers.pixels
    assert len(answers.pixels["a", 2 * MOST_PIXELS - 1]) == 784


def test_how_far_robustness_is_measured_is_told_of_the_own_question_alone() -> None:
    answers = heard(Answers(), robustness(["a"], tests=5))
    assert answers.so_far is None  # another screen asked
    answers = answers.asked(MeasureRobustness(runs=["a"], images=1000))
    assert heard(answers, robustness(["b"], tests=5)).so_far is None
    answers = heard(answers, robustness(["a"], tests=5))
    assert answers.so_far is not None
    done = heard(answers, reply(robustness(["a"]), MeasureRobustness))
    assert (done.so_far, done.is_open(MeasureRobustness)) == (None, False)
    assert done.robustness_of(["a"], 1000) is not None
    assert done.robustness_of(["a"], 500) is None
    stopped = heard(answers, CommandFailed(reason="stopped", reply_to=IDS[MeasureRobustness]))
    assert stopped.so_far is not None
    assert stopped.problem(MeasureRobustness) == "stopped"


def test_what_was_told_of_a_run_is_forgotten_when_it_goes_on() -> None:
    answers = heard(Answers(), reply(calibrated("0001-seed-cnn"), MeasureCalibration))
    answers = heard(answers, reply(robustness(["0001-seed-cnn", "b"]), MeasureRobustness))
    event: RunStarted = started()
    assert event.run == "0001-seed-cnn"
    known = apply(State(certainty=answers), event).certainty
    assert (known.calibrations, known.robustness) == ((), ())
