"""The digit beside the charts."""

import pytest

from engine.vocabulary.messages import Digit
from tui.widgets.cells import Cells
from tui.widgets.side.live_digit import LiveDigit


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
