"""The orders of a list of runs."""

import itertools

import pytest

from tests.tui.state.run_filter.summaries import RUNS, summary
from tui.state.run_filter import SORTS, sorted_runs


@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        ("age", [12, 4, 3, 2, 1, 13]),
        ("accuracy", [2, 12, 1, 4, 3, 13]),
        ("loss", [2, 12, 1, 4, 13, 3]),
        ("epochs", [1, 2, 4, 12, 3, 13]),
        ("time", [1, 2, 4, 12, 13, 3]),
        ("name", [1, 2, 3, 4, 13, 12]),
        ("network", [2, 1, 3, 4, 12, 13]),
        ("parameters", [1, 3, 4, 12, 13, 2]),
        ("seed", [1, 2, 3, 12, 4, 13]),
    ],
)
def test_runs_are_sorted_as_people_look_for_them_and_what_has_no_figure_is_last(key: str, numbers: list[int]) -> None:
    assert [int(run.run[:4]) for run in sorted_runs(RUNS, key)] == numbers


@pytest.mark.parametrize("key", SORTS)
def test_the_other_direction_turns_figures_round_but_not_what_has_none(key: str) -> None:
    up, down = (sorted_runs(RUNS, key, descending) for descending in (False, True))
    lacking = [run for run in RUNS if SORTS[key].value(run) is None]
    assert up[len(up) - len(lacking) :] == down[len(down) - len(lacking) :] == lacking
    having = [SORTS[key].value(run) for run in down[: len(down) - len(lacking)]]
    assert all(a >= b for a, b in itertools.pairwise(having))


def test_a_name_with_a_number_is_sorted_by_it() -> None:
    runs = [summary(3, title="run 10"), summary(4, title="Run 9"), summary(10_000), summary(9999)]
    assert [run.title or run.run for run in sorted_runs(runs, "name")] == [
        "9999-seed-cnn",
        "10000-seed-cnn",
        "Run 9",
        "run 10",
    ]
