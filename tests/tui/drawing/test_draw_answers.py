"""What is asked about a drawing, and what is told: the answer, why, what is saved, opened, or refused."""

from fake_engine import RUN, FakeApp, epoch_done, snapshot, steps, tell
from textual.events import MouseDown, MouseMove, MouseUp, Paste
from textual.widgets import Input

from engine.vocabulary.messages import (
    CommandFailed,
    DrawingSaved,
    Evaluate,
    Explain,
    FilePrediction,
    FilesPredicted,
    PredictFiles,
    RunEnded,
    SaveDrawing,
)
from tests.tui.app.screen_text import TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.drawing.drawn import PIXELS, answer_all, asked, begin, canvas, classified, drag, explained, mouse
from tui.screens.draw import DrawScreen
from tui.state.drawing.answers import CLASSIFY, READ, SAVE


async def test_it_is_asked_again_after_each_epoch_and_when_the_run_has_ended() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await begin(app, pilot)
        await drag(app, pilot, (10, 5), (30, 20))
        await answer_all(app, pilot)
        count = len(asked(app))
        await tell(app, pilot, steps(80, [0.4] * 30), epoch_done(2))
        await answer_all(app, pilot, step=80)
        assert len(asked(app)) > count
        count = len(asked(app))
        await tell(app, pilot, RunEnded(run=RUN, step=80, time=2.0, state="finished"))
        assert len(asked(app)) > count
        assert [step for step, _ in app.state.drawing.trail] == [50, 80]


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
