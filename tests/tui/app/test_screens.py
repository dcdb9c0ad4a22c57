"""What the screens show, at every size and in every dress of the terminal."""

import pytest
from fake_engine import RUN, FakeApp, digit, epoch_done, snapshot, started, steps, tell
from textual.app import App

from engine.vocabulary.messages import CommandFailed, DataFailed, Predicted, Printed, RunEnded, RunsListed, Steered
from tests.tui.app.screen_text import OLD, SIZES, TRAINING, filtered_strips, filtered_text, screen_text
from tui.screens.confusion import ConfusionScreen
from tui.screens.digits import DigitsScreen
from tui.screens.runs import RunsScreen
from tui.screens.setup import SetupScreen
from tui.screens.train import TrainScreen
from tui.screens.tune import TuneScreen
from tui.widgets.log import LogPane
from tui.widgets.side.pane import TrainSide


async def test_the_first_screen_says_what_was_found_and_which_key_trains() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        text = screen_text(app)
    assert "4,000 training and 1,000 test images" in text
    assert "the sample that ships with mnist-tui" in text
    assert "cpu, Test CPU" in text
    assert "t  train the default network" in text
    assert "?  all keys; Enter there opens the guide" in text


async def test_the_first_screen_names_what_the_form_says() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        app.fill_form(app.config.replace({"model": "fast-cnn", "epochs": 1}))
        await tell(app, pilot)
        assert "t  train fast-cnn: 1 epoch " in screen_text(app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_run_in_progress_is_drawn_at_every_size(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        text = screen_text(app)
    assert RUN in text
    assert "training" in text
    assert "epoch 2/10" in text
    assert "loss" in text
    assert "accuracy" in text
    assert "test 90.00 %" in text


ALL_SIZES = [
    SIZES[0],
    *(pytest.param(size, marks=pytest.mark.slow) for size in (*SIZES[1:], (40, 10), (20, 3), (1, 1))),
]


@pytest.mark.parametrize("size", ALL_SIZES)
async def test_every_screen_opens_at_every_size(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        for key, kind in {
            "2": DigitsScreen,
            "3": ConfusionScreen,
            "4": RunsScreen,
            "6": TuneScreen,
            "5": SetupScreen,
        }.items():
            await pilot.press(key)
            await tell(app, pilot, Predicted(run=RUN, step=50, digits=[digit()]))
            assert isinstance(app.screen, kind)
        await pilot.press("escape")
        assert isinstance(app.screen, TrainScreen)


async def test_what_was_steered_is_marked_on_the_chart_and_logged() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        steered = Steered(run=RUN, step=50, changes={"lr": 0.0005}, config=TRAINING[0].config.replace({"lr": 0.0005}))
        await tell(app, pilot, snapshot(*TRAINING, steered))
        text = screen_text(app)
    assert "lr 0.0005" in text
    assert "step 50: Learning rate is now 0.0005" in text


async def test_the_smallest_screen_shows_the_present_learning_rate_of_a_run_in_progress() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(started(epochs=2, schedule="step", decay=0.5, decay_every=1)))
        assert "lr 0.001 " in screen_text(app).splitlines()[0]
        await tell(app, pilot, steps(40, [1.0]), epoch_done(1), steps(50, [0.5] * 10))
        assert "lr 0.0005 " in screen_text(app).splitlines()[0]
        await tell(app, pilot, RunEnded(run=RUN, step=80, time=9.0, state="finished"))
        assert "lr " not in screen_text(app).splitlines()[0]


async def test_text_from_outside_is_shown_inert() -> None:
    app = FakeApp()
    hostile = "\x1b]0;owned\x07[/nope][@click=app.quit]x\x9b31m\u202e"
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), Printed(lines=[hostile]), CommandFailed(reason=hostile))
        await tell(
            app, pilot, DataFailed(reason=hostile), RunEnded(run=RUN, step=1, time=1, state="failed", reason=hostile)
        )
        text = screen_text(app)
    assert "[/nope]" in text
    assert not set(text) & set("\x1b\x07\x9b\u202e")


@pytest.mark.slow
async def test_ascii_mode_writes_nothing_but_ascii_on_any_screen() -> None:
    app = FakeApp(ascii=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        for key in ("1", "2", "3", "4", "5", "escape", "question_mark"):
            await pilot.press(key)
            await tell(app, pilot, Predicted(run=RUN, step=50, digits=[digit()] * 7))
            assert filtered_text(app).isascii(), filtered_text(app)


async def test_under_no_color_nothing_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        styles = [segment.style for strip in filtered_strips(app) for segment in strip if segment.style]
    assert styles
    assert all(style.color is None and style.bgcolor is None for style in styles)


@pytest.mark.parametrize("key", ["T", "A"])
async def test_a_screen_that_comes_back_wears_what_was_chosen_elsewhere(key: str) -> None:
    app, other = FakeApp(), FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        for each in ("2", key, "1"):
            await pilot.press(each)
        await pilot.pause()
        shown = app.screen._compositor.render_strips()
    async with other.run_test(size=(120, 36)) as pilot:
        await tell(other, pilot, snapshot(*TRAINING))
        await pilot.press(key)
        await pilot.pause()
        assert [list(strip) for strip in other.screen._compositor.render_strips()] == [list(strip) for strip in shown]


@pytest.mark.parametrize("key", ["5", "4"])
async def test_the_first_frame_of_a_screen_is_whole(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    app = FakeApp()
    frames: list[str] = []
    display = App._display

    def look(self: App, screen, renderable) -> None:
        if renderable is not None and not isinstance(app.screen, TrainScreen) and app._batch_count == 0:
            frames.append(screen_text(app))
        display(self, screen, renderable)

    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        monkeypatch.setattr(App, "_display", look)
        await pilot.press(key)
        await tell(app, pilot)
    for frame in frames[:1]:
        assert RUN in frame.splitlines()[0]
        if key == "5":
            assert "Learning rate" in frame
            assert "Batch size" in frame


async def test_dim_is_dim_under_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        await pilot.pause()
        segments = [segment for strip in filtered_strips(app) for segment in strip if segment.style]
        assert any("Momentum" in segment.text and segment.style.dim for segment in segments)
        field = app.screen.query_one("#field-epochs").region
        row = filtered_strips(app)[field.y].crop(field.x, field.right)
    assert all(segment.style.underline for segment in row)  # where a field is can be seen


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_all_screens_are_named_on_top_and_a_click_goes_there(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot())
        line = screen_text(app).splitlines()[1]
        for name, mode in (("Tune", "tune"), ("Digits", "digits"), ("Train", "train")):
            assert name in line[: size[0]]
            await pilot.click(offset=(line.index(name), 1))
            await pilot.pause()
            assert app.current_mode == mode


async def test_the_log_is_wrapped_for_the_width_of_the_terminal_as_it_is_now() -> None:
    app = FakeApp()
    async with app.run_test(size=(60, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        narrow = app.screen.query_one(LogPane).virtual_size.height
        await pilot.resize_terminal(200, 36)
        await pilot.pause()
        log = app.screen.query_one(LogPane)
        assert log.virtual_size.height < narrow
        assert max(len(strip.text.rstrip()) for strip in log.lines) > 60


async def test_an_app_that_ends_before_the_charts_are_there_ends_without_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A signal may end it in its first moments: Textual then gives no parts to what is mounted."""
    app = FakeApp()
    monkeypatch.setattr(TrainSide, "compose", lambda self: ())
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        assert app.screen.query(TrainSide)
        assert app.screen._parts is None
