"""Digits are filtered by the names of their classes, whatever these are."""

import pytest

from engine.vocabulary.messages.known_data import CLOTHES
from tui.state.gallery.language import asked_of_digits, pair_filter
from tui.state.gallery.rows import Row
from tui.state.run_filter import FilterError
from tui.state.run_filter.language import parse
from tui.widgets.gallery.thumbnails import caption

ODD = ("a", "A", 'say "hi"', "true:4", "-x", "loss>2", "two words", "a,b", "[red]", "猫")


@pytest.mark.parametrize("classes", [ODD, CLOTHES])
def test_the_filter_of_a_pair_finds_this_pair_and_no_other(classes: tuple[str, ...]) -> None:
    for actual in range(len(classes)):
        for predicted in range(len(classes)):
            wanted = parse(pair_filter(classes, actual, predicted), asked_of_digits(classes))
            found = [
                (row.label, row.predicted)
                for row in (Row(0, one, other) for one in range(len(classes)) for other in range(len(classes)))
                if wanted.matches(row)
            ]
            assert found == [(actual, predicted)]


def test_the_case_of_a_name_counts_only_where_another_differs_in_nothing_else() -> None:
    assert parse("true:bag", asked_of_digits(CLOTHES)).matches(Row(0, CLOTHES.index("Bag"), 1))
    assert not parse("true:a", asked_of_digits(ODD)).matches(Row(0, 1, 1))


def test_what_is_refused_is_said_of_images() -> None:
    with pytest.raises(FilterError, match="images have no 'colour'"):
        parse("colour:red", asked_of_digits(CLOTHES))


def test_a_caption_has_room_for_both_names() -> None:
    row = Row(5, CLOTHES.index("Sneaker"), CLOTHES.index("Ankle boot"), confidence=0.87)
    assert caption(row, CLOTHES) == "✗ Sne→Ank 87 %"
    assert caption(Row(5, 9, 9, confidence=0.87), CLOTHES) == "Ankle boo 87 %"
