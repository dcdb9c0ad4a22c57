"""What the screen keeps of questions about a network."""

import msgspec

from engine.vocabulary.messages import CommandDone, CommandFailed, MapDigits, MeasureLayers, Picture, ShowLayers
from tests.tui.inside.answers import inside_answer
from tui.state.inside import IDS, MOST, Inside, Weights
from tui.state.state import State
from tui.state.store import apply

RUN = "0001-mlp"
FIRST, SECOND = Weights(RUN, 1), Weights(RUN, 2)


def layers(index: int) -> ShowLayers:
    return ShowLayers(picture=Picture(index=index), run=RUN)


def asked(inside: Inside, question, weights: Weights = FIRST) -> Inside:
    inside = inside.asking(question, weights)
    answer = inside_answer(msgspec.structs.replace(question, id=inside.number))
    assert inside.awaits(answer)
    return inside.after(answer)


def test_an_answer_is_known_of_the_weights_that_were_asked_about_and_found_until_there_is_a_newer_one() -> None:
    inside = asked(Inside(), layers(3))
    assert inside.open is None
    assert inside.is_known(layers(3), FIRST)
    assert not inside.is_known(layers(3), SECOND)
    assert not inside.is_known(layers(4), FIRST)
    assert inside.answer_to(layers(3), RUN).run == RUN
    assert inside.answer_to(layers(3), "0002-mlp") is None
    assert len(asked(inside, layers(3), SECOND).kept) == 1


def test_only_the_newest_answers_of_a_kind_are_kept() -> None:
    inside = asked(Inside(), MeasureLayers(run=RUN))
    for index in range(MOST + 5):
        inside = asked(inside, layers(index))
    assert len(inside.kept) == MOST + 1
    assert inside.answer_to(layers(4), RUN) is None
    assert inside.answer_to(layers(MOST + 4), RUN) is not None
    assert inside.answer_to(MeasureLayers(run=RUN), RUN) is not None


def test_a_refusal_is_told_where_it_was_asked_and_is_no_failure_of_a_command() -> None:
    state = State(inside=Inside().asking(MapDigits(run=RUN), FIRST))
    refused = CommandFailed(reason="no last\x1b[31m hidden layer", reply_to=state.inside.number)
    state = apply(state, refused)
    assert (state.failures, state.inside.open) == (0, None)
    assert state.inside.problem_of(MapDigits(run=RUN), FIRST) == "no last\ufffd[31m hidden layer"
    assert state.inside.is_known(MapDigits(run=RUN), FIRST)
    assert state.inside.problem_of(MapDigits(run=RUN), SECOND) == ""


def test_a_refusal_leaves_the_last_answer_to_be_shown() -> None:
    inside = asked(Inside(), layers(3)).asking(layers(3), SECOND)
    inside = inside.after(CommandFailed(reason="no", reply_to=inside.number))
    assert inside.answer_to(layers(3), RUN) is not None
    assert inside.problem_of(layers(3), SECOND) == "no"


def test_what_answers_another_command_is_passed_over_and_numbers_come_around() -> None:
    inside = Inside().asking(layers(1), FIRST)
    assert not inside.awaits(CommandDone(reply_to=1))
    assert not Inside().awaits(CommandDone(reply_to=Inside().number))
    numbers = set()
    for _ in range(2 * len(IDS)):
        inside = inside.asking(layers(1), FIRST)
        numbers.add(inside.number)
    assert numbers == set(IDS)
