"""The list of runs and the table of differences where room is short."""

import msgspec
import pytest
from fake_engine import FakeApp, snapshot, tell
from textual.app import App, ComposeResult

from engine.vocabulary.messages import RunsListed
from tests.tui.app.screen_text import OLD, screen_text
from tests.tui.coach.fake_rule import press
from tui.state.marks import toggled
from tui.widgets.cells import Cells
from tui.widgets.run_comparison import RunComparison


class Comparison(App[None]):
    def compose(self) -> ComposeResult:
        yield RunComparison()


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_a_title_that_leaves_no_room_is_the_number_in_the_list_and_whole_beside_it(size: tuple[int, int]) -> None:
    long = msgspec.structs.replace(OLD, title="z" * 100)
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[long]))
        await press(app, pilot, "4")
        assert f" {OLD.run[:4]} " in screen_text(app)
        assert OLD.state in screen_text(app)
        await press(app, pilot, "i")
        assert screen_text(app).count("z") >= 100


async def test_the_run_under_the_cursor_stays_in_sight_when_its_problem_takes_a_line_of_the_list() -> None:
    runs = [
        msgspec.structs.replace(OLD, run=f"{n:04}-mlp", state="failed" if n == 9 else "finished",
                                problem="loss is nan" if n == 9 else "") for n in range(30, 0, -1)
    ]  # fmt: skip
    app = FakeApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=runs))
        await press(app, pilot, "4")
        await tell(app, pilot)
        for _ in range(21):
            await press(app, pilot, "down")
        await tell(app, pilot)
        assert "loss is nan" in screen_text(app)
        assert "0009-mlp" in screen_text(app)


async def test_the_table_of_differences_says_where_more_of_it_is_and_cuts_no_figure() -> None:
    runs, marks = [], ()
    for n in range(1, 13):
        changes = {"lr": n / 1000, "dropout": n / 100}
        runs.append(msgspec.structs.replace(OLD, run=f"{n:04}-mlp", parameters=n, changes=changes))
        marks = toggled(marks, runs[-1].run)
    app = Comparison()
    async with app.run_test():
        table = app.query_one(RunComparison)
        table.show(marks, runs)
        cells = Cells(30, 5)
        table.draw(cells)
        lines = ["".join(char for char, _ in row).rstrip() for row in cells.rows]
        assert lines[0].split()[:2] == ["differs", "→↓"]
        whole = [[text for text, _ in line] for line in table._lines(30)[0]]
        for line, texts in zip(lines[1:], whole[1:], strict=False):
            assert "  ".join(texts).startswith(line)
            assert line.split()[-1] in " ".join(texts).split()
        table._line, table._column = 3, 1
        cells = Cells(30, 5)
        table.draw(cells)
        assert "←→↑↓" in "".join(char for char, _ in cells.rows[0])
