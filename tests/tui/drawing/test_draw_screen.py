"""The mouse and the keys draw, at every size."""

import pytest
from fake_engine import RUN, FakeApp, tell
from textual.events import MouseDown, MouseMove, MouseScrollUp, MouseUp

from engine.vocabulary.messages import (
    Pause,
)
from tests.tui.app.screen_text import filtered_text, screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.drawing.drawn import RIGHT, asked, begin, canvas, classified, drag, explained, key_from, mouse
from tui.widgets.drawing.seen import SeenPane


async def test_a_stroke_is_asked_about_while_it_grows_one_question_at_a_time() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await begin(app, pilot)
        assert asked(app) == []  # there is nothing to ask about
        mouse(app, MouseDown, 10, 5)
        await pilot.pause()
        for x in range(11, 30):
            mouse(app, MouseMove, x, 5)
        await pilot.pause()
        assert len(asked(app)) == 1
        await tell(app, pilot, classified(1))
        assert len(asked(app)) == 2
        assert canvas(app).sketch.down
        assert sum(asked(app)[1].drawing.pixels) > sum(asked(app)[0].drawing.pixels)  # all that was drawn meanwhile
        mouse(app, MouseUp, 29, 5)
        await tell(app, pilot, classified(7))
        text = screen_text(app)
        assert "it is taken for 7  91.0 %" in text
        assert f"by {RUN}, step 50" in text
        assert asked(app)[-1].run == RUN
        assert canvas(app).sketch.canvas.strokes[0].points[0] == pytest.approx((10.5 * 28 / 62, 5.5 * 28 / 31))


async def test_keys_alone_draw_lift_the_pen_erase_and_undo() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(app, pilot)
        await press(app, pilot, "h", "left", "k", "up")
        assert canvas(app).sketch.canvas.blank
        await press(app, pilot, "space", "l", "j", "right", "down", "G", "enter", "g")
        [stroke] = canvas(app).sketch.canvas.strokes
        assert len(stroke.points) == 6
        assert stroke.points[-1][1] > 26
        assert asked(app)
        assert app.engine.sent_of(Pause) == []  # space is the pen here
        await press(app, pilot, "x", "space", "G", "escape", "x", "plus")
        assert [each.erases for each in canvas(app).sketch.canvas.strokes] == [False, True]
        assert "pen up, brush 3" in screen_text(app)
        await press(app, pilot, "u", "u")
        assert canvas(app).sketch.canvas.blank
        assert "redo" not in screen_text(app)  # there is no room for all in the line of keys
        await press(app, pilot, "U")
        before = canvas(app).sketch.canvas
        await press(app, pilot, "H", "shift+up")
        assert canvas(app).sketch.canvas.moved == (-1, -1)
        await press(app, pilot, "c", "u", "u", "u")
        assert canvas(app).sketch.canvas == before


async def test_the_other_button_erases_the_wheel_changes_the_brush_and_a_lost_release_lifts_the_pen() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await begin(app, pilot)
        await drag(app, pilot, (10, 5), (20, 5))
        await drag(app, pilot, (15, 5), (16, 5), button=RIGHT)
        assert [each.erases for each in canvas(app).sketch.canvas.strokes] == [False, True]
        mouse(app, MouseScrollUp, 10, 10)
        mouse(app, MouseDown, 10, 10)
        mouse(app, MouseMove, 12, 10)
        mouse(app, MouseMove, 30, 20, button=0)
        mouse(app, MouseMove, 40, 20)
        await pilot.pause()
        assert canvas(app).sketch.canvas.strokes[-1].width == 3.0
        assert len(canvas(app).sketch.canvas.strokes[-1].points) == 2
        assert app.mouse_captured is None


async def test_a_key_and_the_stroke_that_comes_with_it_are_done_in_their_order() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await begin(app, pilot)
        await drag(app, pilot, (10, 5), (20, 5))
        app.post_message(key_from(app, "c"))
        mouse(app, MouseDown, 5, 5)
        mouse(app, MouseUp, 5, 5)
        await pilot.pause()
        assert len(canvas(app).sketch.canvas.strokes) == 1


@pytest.mark.parametrize("ascii", [False, True])
async def test_it_is_drawn_at_every_size_and_in_ascii(ascii: bool) -> None:
    app = FakeApp(ascii=ascii)
    async with app.run_test(size=(1, 1)) as pilot:
        await begin(app, pilot)
        await press(app, pilot, "space", "l", "l", "j", "j", "space", "w")
        for size in ((20, 5), (60, 20), (80, 24), (80, 50), (120, 36), (200, 50), (300, 80)):
            await pilot.resize_terminal(*size)
            await tell(app, pilot, classified(treatment="\x1b[31mread \u202e"), explained())
            text = filtered_text(app)
            assert not set(text) & set("\x1b\u202e")
            assert text.isascii() or not ascii
            columns, rows = canvas(app).size
            assert columns == 2 * rows
            if size >= (60, 20):
                assert "91" in text
                assert rows >= 12
                assert app.screen.query_one(SeenPane).size.width >= 28
