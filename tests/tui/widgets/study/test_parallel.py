"""All trials of a study side by side."""

import math

import pytest
from fake_engine import FakeApp

from engine.vocabulary.search_space import parse_search
from tests.tui.screens.studies import TRIALS, at_the_screen, began, trial
from tui.widgets.parallel_coordinates import ParallelCoordinates, height_of, thinned


@pytest.mark.parametrize(("count", "room"), [(3, 10), (10, 10), (100, 10), (11, 10)])
def test_of_more_trials_than_columns_the_best_and_the_worst_are_shown(count: int, room: int) -> None:
    trials = [trial(i, 0.5).trial for i in range(count)]
    shown = thinned(trials, room)
    assert len(shown) == min(count, room)
    assert (shown[0], shown[-1]) == (trials[0], trials[-1])


async def test_the_parallel_view_shows_a_column_a_trial_from_best_to_worst() -> None:
    app = FakeApp(ascii=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await at_the_screen(pilot, app, began(), *TRIALS)
        widget = app.screen.query_one(ParallelCoordinates)
        lines = ["".join(cell[0] for cell in row) for row in widget._cells.rows]
        await pilot.press("down")
        marks = "".join(cell[0] for cell in widget._cells.rows[-1])
    heights = {line.split()[0]: line[11:26].split() for line in lines[1:-1]}
    assert heights["accuracy"] == ["99", "99", "99", "99", "00"] or heights["accuracy"][0] == "99"
    assert [level[0] for level in heights["batch"]] == ["0", "5", "9", "5", "5"]
    assert marks.index("b") > marks.index("^") > 0


def test_a_base_outside_of_the_range_is_neither_its_lowest_nor_its_highest() -> None:
    (dimension,) = parse_search(["lr=0.01..0.1"])
    (choices,) = parse_search(["batch_size=50,100"])
    assert height_of(dimension, {"lr": 0.001}) == -math.inf
    assert height_of(dimension, {"lr": 0.2}) == math.inf
    assert height_of(dimension, {"lr": 0.1}) == 1.0
    assert height_of(choices, {"batch_size": 70}) is None


@pytest.mark.parametrize(("ascii", "low", "high"), [(False, "▾", "▴"), (True, "v", "^")])
def test_what_lies_outside_of_a_searched_range_is_an_arrow(ascii: bool, low: str, high: str) -> None:
    widget = ParallelCoordinates()
    widget.set_reactive(ParallelCoordinates.ascii, ascii)
    assert [widget._sign(height, "01") for height in (-math.inf, 0.0, 1.0, math.inf, None)] == [
        low,
        "0",
        "1",
        high,
        "?",
    ]
