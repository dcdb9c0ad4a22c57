"""The axis of accuracies on the train screen."""

from tui.widgets.charts.ranges import recent_range
from tui.widgets.plotting.plot import Line


def test_the_axis_of_accuracies_is_for_what_comes_after_the_first_quarter() -> None:
    values = [0.1, 0.9, 0.97, 0.98, 0.985, 0.97, 0.99, 0.99]
    lines = [Line("train", [(i, y) for i, y in enumerate(values)]), Line("test", [(i, 0.98) for i in range(8)])]
    assert recent_range(lines) == (0.97, 0.99)
    assert recent_range([Line("test", lines[0].points[:3])]) is None
