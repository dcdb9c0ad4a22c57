"""How answers for a digit moved."""

import msgspec
from fake_engine import RUN, digit

from tui.widgets.side.trail import MOST_ANSWERS, Trails


def test_answers_for_the_same_digits_line_up_from_the_first_to_the_last() -> None:
    trails = Trails()
    for step in (0, 10, 20):
        trails = trails.after(RUN, step, [digit(5), digit(6)])
    assert [[step for step, _ in trail.answers] for trail in trails.of] == [[0, 10, 20]] * 2
    assert [trail.digit.index for trail in trails.of] == [5, 6]


def test_another_run_or_another_digit_begins_anew_and_a_resume_forgets_what_came_after() -> None:
    trails = Trails().after(RUN, 10, [digit(5)]).after(RUN, 20, [digit(5)])
    assert [step for step, _ in trails.after(RUN, 15, [digit(5)]).of[0].answers] == [10, 15]
    assert len(trails.after("0002-b", 30, [digit(5)]).of[0].answers) == 1
    assert len(trails.after(RUN, 30, [digit(7)]).of[0].answers) == 1


def test_a_long_trail_stays_bounded_and_keeps_its_beginning_and_its_end() -> None:
    trails = Trails()
    for step in range(5000):
        trails = trails.after(RUN, step, [msgspec.structs.replace(digit(5))])
        assert len(trails.of[0].answers) <= MOST_ANSWERS
    assert trails.of[0].answers[0][0] == 0
    assert trails.of[0].answers[-1][0] == 4999
