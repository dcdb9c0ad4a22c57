"""The digit beside the charts."""

import pytest

from engine.vocabulary.messages import Digit
from engine.vocabulary.messages.known_data import CLOTHES
from tui.state.class_words import short_name
from tui.widgets.cells import Cells
from tui.widgets.side.live_digit import LiveDigit
from tui.widgets.side.trail import Trail


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("shares", [(0.79, 0.10, 0.01), (1.0, 0.0, 0.0), (0.34, 0.33, 0.33), (0.11, 0.11, 0.10)])
def test_the_three_most_likely_digits_stand_beside_each_other_with_all_of_their_figures(
    shares: tuple[float, ...], ascii: bool
) -> None:
    widget = LiveDigit()
    widget.set_reactive(LiveDigit.ascii, ascii)
    probabilities = [*shares, *[0.0] * 7]
    digit = Digit(index=1, pixels=bytes(784), actual=0, predicted=0, probabilities=probabilities)
    cells = Cells(35, 1)
    widget._draw_three(cells, 0, digit, aside=True)
    line = "".join(char for char, _ in cells.rows[0])
    for share in shares:
        assert f" {100 * share:.0f} %" in line
    assert line.count("%") == 3


@pytest.mark.parametrize("classes", [CLOTHES, tuple(f"class {number}" for number in range(62))])
def test_names_of_classes_stand_where_digits_did(classes: tuple[str, ...]) -> None:
    widget = LiveDigit()
    widget.classes_of = classes
    probabilities = [0.5, 0.3, *[0.2 / (len(classes) - 2)] * (len(classes) - 2)]
    digit = Digit(index=1, pixels=bytes(784), actual=1, predicted=0, probabilities=probabilities)
    cells = Cells(47, 14)
    widget._draw_verdict(cells, 0, digit)
    widget._draw_ten(cells, 1, Trail(digit))
    lines = ["".join(char for char, _ in row).rstrip() for row in cells.rows]
    assert lines[0].split("   ") == [f"predicted {classes[0]}", f"actual {classes[1]}", "wrong"]
    assert [line[:8].rstrip() for line in lines[2:4]] == [short_name(classes, label, 8) for label in (0, 1)]
    assert sum("%" in line for line in lines) == 10
