"""What the first screens show before there is a run."""

import pytest
from fake_engine import READY, FakeApp, snapshot, tell

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import DataFailed, EngineFailed, RunsListed, Snapshot
from tests.tui.app.screen_text import OLD, screen_text
from tests.tui.pictures.world import DATA
from tui.widgets.cells import Cells
from tui.widgets.log import LogPane
from tui.widgets.welcome_blocks import digit_size, draw_examples, in_columns, length, networks, next_run


@pytest.mark.parametrize(("width", "room", "size"), [
    (118, 8, (10, 5, 1)), (198, 12, (14, 7, 1)), (198, 16, (14, 7, 2)), (298, 44, (28, 14, 3)), (118, 6, (0, 0, 0)),
])  # fmt: skip
def test_digits_are_as_large_as_ten_beside_each_other_can_be(width: int, room: int, size: tuple[int, int, int]) -> None:
    assert digit_size(10, width, room) == size


def test_images_of_each_class_stand_above_its_name_and_how_many_there_are() -> None:
    cells = Cells(120, 20)
    taken = draw_examples(cells, DATA, 9, "welcome", ascii=False)
    lines = ["".join(char for char, _ in row) for row in cells.rows]
    assert taken == 7
    assert lines[-1].split() == [word for digit in range(10) for word in (str(digit), "400")]
    assert any(0x2800 < ord(char) <= 0x28FF for line in lines[-6:-1] for char in line)
    plain = Cells(120, 20)
    draw_examples(plain, DATA, 9, "welcome", ascii=True)
    assert all(char.isascii() for row in plain.rows for char, _ in row)


def test_nothing_is_drawn_of_data_that_is_not_there() -> None:
    assert draw_examples(Cells(120, 20), None, 9, "welcome", ascii=False) == 0


@pytest.mark.parametrize("width", [60, 100, 160, 196, 292])
def test_no_sentence_about_a_network_is_cut(width: int) -> None:
    assert all(length(line) <= width for line in networks(width))


def test_lines_side_by_side_begin_in_the_same_columns() -> None:
    rows = in_columns([[("a", "")], [("bb", "")], [("c", "")]], 2, 8)
    assert ["".join(words for words, _ in row) for row in rows] == ["a       c", "bb"]
    assert "".join(words for words, _ in next_run(RunConfig(lr=0.3))[-1]).split() == ["Learning", "rate", "0.3"]


async def test_without_data_the_first_screen_says_what_can_be_read() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, Snapshot(events=[READY, DataFailed(reason="/data: no images there")]))
        text = screen_text(app)
        assert "no data" in text.splitlines()[0]
        assert "FILE.npz" in text
        assert "IDX files" in text


async def test_an_engine_that_failed_is_not_called_ready() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(EngineFailed(reason="torch cannot be imported")))
        assert "engine failed" in screen_text(app).splitlines()[0]
        assert "ready" not in screen_text(app).splitlines()[0]


@pytest.mark.parametrize("key", ["1", "4"])
async def test_images_of_the_data_set_are_shown_before_the_first_run(key: str) -> None:
    app = FakeApp()
    async with app.run_test(size=(200, 50)) as pilot:
        await tell(app, pilot, Snapshot(events=[READY, DATA]), RunsListed(runs=[]))
        await pilot.press(key)
        await tell(app, pilot)
        assert "training image" in screen_text(app)


async def test_the_log_is_wrapped_for_the_width_that_it_has() -> None:
    app = FakeApp()
    async with app.run_test(size=(60, 36)) as pilot:
        await tell(app, pilot, Snapshot(events=[READY, DATA]))
        assert len(app.screen.query_one(LogPane).lines) > 2
        await pilot.resize_terminal(160, 36)
        await pilot.pause()
        lines = [strip.text.rstrip() for strip in app.screen.query_one(LogPane).lines]
        assert len(lines) == 2
        assert max(map(len, lines)) > 80


async def test_where_no_run_matches_it_says_how_to_ask_and_what_there_is() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, Snapshot(events=[READY, DATA]), RunsListed(runs=[OLD]))
        await pilot.press("4", "slash", *"acc>99.9", "enter")
        await tell(app, pilot)
        text = screen_text(app)
        assert "No run matches. Escape shows the only run." in text
        assert "epochs:5..10" in text
        await pilot.press("escape")
        await tell(app, pilot)
        assert "No run matches" not in screen_text(app)
        assert OLD.run in screen_text(app)
