"""The screen of drawing: what the mouse and the keys draw, what is asked, and what is told."""

import pytest
from fake_engine import RUN, FakeApp, epoch_done, press_together, snapshot, steps, tell
from textual.events import MouseDown, MouseEvent, MouseMove, MouseScrollUp, MouseUp, Paste
from textual.widgets import Input

from engine.vocabulary.messages import (
    ClassifyDrawing,
    CommandFailed,
    DrawingClassified,
    DrawingSaved,
    Evaluate,
    Explain,
    Explained,
    FilePrediction,
    FilesPredicted,
    Pause,
    PredictFiles,
    RunEnded,
    SaveDrawing,
)
from engine.vocabulary.messages.pictures import pack_floats
from tests.tui.app.screen_text import TRAINING, filtered_text, screen_text
from tests.tui.coach.fake_rule import press
from tui.screens.draw import DrawScreen
from tui.state.drawing.answers import CLASSIFY, EXPLAIN, READ, SAVE
from tui.widgets.drawing.canvas import CanvasView
from tui.widgets.drawing.seen import SeenPane

PIXELS = bytes(255 if 10 <= place % 28 <= 12 else 0 for place in range(784))
LEFT, RIGHT = 1, 3


def classified(predicted: int = 7, step: int = 50, **more) -> DrawingClassified:
    shares = [0.91 if label == predicted else 0.01 for label in range(10)]
    values = {"pixels": PIXELS, "treatment": "cropped, centred", "reply_to": CLASSIFY, **more}
    return DrawingClassified(run=RUN, step=step, predicted=predicted, probabilities=shares, **values)


def explained(label: int = 7, method="integrated") -> Explained:
    heat = pack_floats([gray / 255 if place < 392 else -gray / 255 for place, gray in enumerate(PIXELS)])
    return Explained(run=RUN, step=50, method=method, label=label, heat=heat, pixels=PIXELS, predicted=7,
                     probabilities=[0.1] * 10, output=1.0, empty_output=0.0, reply_to=EXPLAIN)  # fmt: skip


def canvas(app: FakeApp) -> CanvasView:
    return app.screen.query_one(CanvasView)


def mouse(app: FakeApp, kind: type[MouseEvent], x: int, y: int, button: int = LEFT) -> None:
    """Post an event at a cell of the canvas."""
    inner = canvas(app).content_region
    place = {"screen_x": inner.x + x, "screen_y": inner.y + y}
    canvas(app).post_message(kind(canvas(app), x, y, 0, 0, button, False, False, False, **place))


async def drag(app: FakeApp, pilot, *cells: tuple[int, int], button: int = LEFT) -> None:
    mouse(app, MouseDown, *cells[0], button)
    for cell in cells[1:]:
        mouse(app, MouseMove, *cell, button)
    mouse(app, MouseUp, *cells[-1], button)
    await pilot.pause()


def asked(app: FakeApp) -> list[ClassifyDrawing]:
    return app.engine.sent_of(ClassifyDrawing)


async def begin(app: FakeApp, pilot, *events) -> None:
    await tell(app, pilot, snapshot(*(events or TRAINING)))
    await press(app, pilot, "7")
    assert isinstance(app.screen, DrawScreen)


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


async def test_it_is_asked_again_after_each_epoch_and_when_the_run_has_ended() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await begin(app, pilot)
        await drag(app, pilot, (10, 5), (30, 20))
        await tell(app, pilot, classified())
        await tell(app, pilot, steps(80, [0.4] * 30), epoch_done(2))
        await tell(app, pilot, classified(step=80))
        count = len(asked(app))
        await tell(app, pilot, RunEnded(run=RUN, step=90, time=2.0, state="finished"))
        assert len(asked(app)) == count + 1
        assert [step for step, _ in app.state.drawing.trail] == [50, 80]


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
        keys = press_together(app, pilot, "c")
        keys.send(None)  # the key is on its way
        keys.close()
        mouse(app, MouseDown, 5, 5)
        mouse(app, MouseUp, 5, 5)
        await pilot.pause()
        assert len(canvas(app).sketch.canvas.strokes) == 1


async def test_a_drawing_is_saved_with_the_digit_whose_key_is_pressed() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await begin(app, pilot)
        await press(app, pilot, "s")
        assert isinstance(app.screen, DrawScreen)  # a blank canvas is not saved
        await drag(app, pilot, (10, 5), (30, 20))
        await tell(app, pilot, classified(3))
        await press(app, pilot, "s")
        assert app.focused is not None
        assert app.focused.id == "digit-3"  # what it is taken for, one Enter away
        await press(app, pilot, "2")
        [saved] = app.engine.sent_of(SaveDrawing)
        assert saved.label == 2
        assert saved.drawing == canvas(app).drawing
        assert app.current_mode == "draw"
        where = "/home/ada/checkpoints/own-digits/test/2/00004.png"
        before = len(app.engine.sent_of(Evaluate))
        await tell(app, pilot, DrawingSaved(path=where, folder="f", counts=[5], reply_to=SAVE))
        assert "own-digits/test/2/00004.png" in screen_text(app)
        assert len(app.engine.sent_of(Evaluate)) >= before
        assert app.engine.sent_of(Evaluate)[-1].data == "checkpoints/own-digits"


async def test_an_image_file_is_opened_and_what_is_wrong_with_it_is_said_at_its_field() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await begin(app, pilot)
        await press(app, pilot, "o", *"/x.png", "enter")
        assert app.engine.sent_of(PredictFiles)[-1].paths == ["/x.png"]
        wrong = FilePrediction(path="/x.png", error="/x.png: does not exist; check the \x1bname")
        await tell(app, pilot, FilesPredicted(run=RUN, files=[wrong], reply_to=READ))
        assert "/x.png: does not exist; check the" in screen_text(app)
        await press(app, pilot, "enter")
        await tell(app, pilot, CommandFailed(reason="its checkpoint is gone", reply_to=READ))
        assert "its checkpoint is gone" in screen_text(app)
        await press(app, pilot, "enter")
        right = FilePrediction(path="/x.png", predicted=1, probabilities=[0.1] * 10, pixels=PIXELS)
        await tell(app, pilot, FilesPredicted(run=RUN, files=[right], reply_to=READ))
        assert not app.screen.query(Input)
        assert asked(app)[-1].drawing.pixels == PIXELS  # as `predict` saw it


async def test_a_path_that_is_pasted_or_dropped_is_opened() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await begin(app, pilot)
        canvas(app).post_message(Paste("'/a b.png' \n"))
        await tell(app, pilot)
        assert app.engine.sent_of(PredictFiles)[-1].paths == ["/a b.png"]


async def test_why_is_shown_for_any_class_by_any_method() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(app, pilot)
        await drag(app, pilot, (10, 5), (30, 15))
        await tell(app, pilot, classified())
        assert app.engine.sent_of(Explain) == []  # there is no room for it beside the picture
        await press(app, pilot, "w")
        [why] = app.engine.sent_of(Explain)
        assert (why.picture.pixels, why.label, why.method, why.run) == (PIXELS, -1, "integrated", RUN)
        await tell(app, pilot, explained())
        text = screen_text(app)
        assert "why 7: integrated gradients" in text
        assert "red .+*# for, blue ,-~= against" in text
        assert "###" in text
        assert "===" in text
        await press(app, pilot, "n")
        await tell(app, pilot, explained(8))
        await press(app, pilot, "p", "p")
        await tell(app, pilot, explained(7), explained(6))
        assert [each.label for each in app.engine.sent_of(Explain)] == [-1, 8, 7, 6]
        await press(app, pilot, "m")
        assert app.engine.sent_of(Explain)[-1].method == "gradient"
        await press(app, pilot, "w")
        assert "what the network sees" in screen_text(app)


async def test_why_stands_beside_the_picture_where_there_is_room_once_the_pen_is_up() -> None:
    app = FakeApp()
    async with app.run_test(size=(200, 50)) as pilot:
        await begin(app, pilot)
        mouse(app, MouseDown, 10, 5)
        mouse(app, MouseMove, 30, 5)
        await tell(app, pilot, classified())
        assert app.engine.sent_of(Explain) == []
        mouse(app, MouseUp, 30, 5)
        await pilot.pause()
        await tell(app, pilot, classified())
        await tell(app, pilot, explained())
        assert len(app.engine.sent_of(Explain)) == 1
        first = screen_text(app).splitlines()[2]
        assert "what the network sees" in first
        assert "why 7" in first


async def test_what_is_refused_stays_on_the_screen_until_it_works() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await begin(app, pilot)
        await drag(app, pilot, (10, 5), (30, 20))
        await tell(app, pilot, CommandFailed(reason="its checkpoint is gone\x1b[2J", reply_to=CLASSIFY))
        assert "its checkpoint is gone" in screen_text(app)
        assert not app._notifications
        await drag(app, pilot, (10, 8), (30, 20))
        await tell(app, pilot, classified())
        assert "its checkpoint is gone" not in screen_text(app)


async def test_without_a_network_it_says_what_to_do_and_what_is_drawn_stays() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "7")
        assert "No network has been trained yet. Press t to train one" in screen_text(app)
        await drag(app, pilot, (10, 5), (30, 20))
        assert asked(app) == []
        await tell(app, pilot, *TRAINING)
        assert len(asked(app)) == 1
        app.engine.incoming.put_nowait(None)
        await tell(app, pilot)
        assert "There is no engine to ask. Press e" in screen_text(app)
        await press(app, pilot, "e")
        await tell(app, pilot, snapshot(*TRAINING))
        assert len(asked(app)) == 1  # the new engine is asked about what is still there


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (80, 50), (120, 36), (200, 50), (300, 80), (20, 5), (1, 1)])
@pytest.mark.parametrize("ascii", [False, True])
async def test_it_is_drawn_at_every_size_and_in_ascii(size: tuple[int, int], ascii: bool) -> None:
    app = FakeApp(ascii=ascii)
    async with app.run_test(size=size) as pilot:
        await begin(app, pilot)
        await press(app, pilot, "space", "l", "l", "j", "j", "space", "w")
        await tell(app, pilot, classified(treatment="\x1b[31mread \u202e"))
        await tell(app, pilot, explained())
        text = filtered_text(app)
        assert not set(text) & set("\x1b\u202e")
        assert text.isascii() or not ascii
        if size >= (60, 20):
            assert "91" in text
            columns, rows = canvas(app).size
            assert columns == 2 * rows
            assert app.screen.query_one(SeenPane).size.width >= 28
