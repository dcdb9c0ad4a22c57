"""Which columns of the list of runs have room."""

import msgspec

from tests.tui.app.screen_text import OLD
from tui.state.words.run_columns import COLUMNS, place

MANY = {"lr": 0.003, "weight_decay": 0.01, "dropout": 0.2}
RUN = msgspec.structs.replace(OLD, started=1.7e9, changes=MANY, note="try again")


def names(run, room: int, first: int = 0) -> list[str]:
    return [column.name for column, _ in place([run], room, first, 1.7e9).columns]


def test_a_column_in_which_no_run_has_anything_is_left_out() -> None:
    assert "note" in names(RUN, 300)
    assert "note" not in names(msgspec.structs.replace(RUN, note=""), 300)


def test_words_that_say_what_was_changed_come_before_further_columns() -> None:
    placed = place([RUN], 90, 0, 1.7e9)
    widths = {column.name: width for column, width in placed.columns}
    assert widths["changed"] >= 30
    assert placed.more


def test_each_column_is_reached_at_any_width() -> None:
    there = set(names(RUN, 300))
    for room in range(20, 120, 7):
        reached = {name for first in range(len(COLUMNS)) for name in names(RUN, room, first)}
        assert reached == there, room
