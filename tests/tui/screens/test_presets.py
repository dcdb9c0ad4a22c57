"""The form and presets: one is filled in, the form is saved as one."""

from pathlib import Path

import pytest
from fake_engine import FakeApp, snapshot, started, steps, tell
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from engine.storage.presets import list_presets, load_preset, save_preset
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import StartRun, Steer
from engine.vocabulary.presets import PRESETS
from tests.tui.app.screen_text import SIZES, screen_text
from tui.screens.dialogs import Question
from tui.screens.presets import PresetChoice, PresetName
from tui.screens.setup import SetupScreen

pytestmark = pytest.mark.slow  # the whole form is mounted for each


@pytest.fixture
def app(tmp_path: Path) -> FakeApp:
    app = FakeApp()
    app.checkpoints = tmp_path
    return app


async def settled(app: FakeApp, pilot: Pilot[None]) -> None:
    """Wait until what was asked for is done, or asks back: files are read and written in a thread."""
    await pilot.pause()
    while not isinstance(app.screen, (PresetChoice, PresetName, Question)) and any(
        worker.group == "presets" for worker in app.workers
    ):
        await pilot.pause(0.01)
    while isinstance(app.screen, (PresetChoice, PresetName, Question)) and app.screen.focused is None:
        await pilot.pause(0.01)  # it is not yet there for keys
    await pilot.pause()


async def press(app: FakeApp, pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(app, pilot)


def unwrapped(text: str) -> str:
    """Return a text without blanks and borders: where its lines end depends on how long a path is in it."""
    return "".join(text.replace("│", "").split())


def field(app: FakeApp, name: str) -> Input:
    return app.screen.query_one(f"#field-{name}", Input)


def notes(app: FakeApp) -> list[str]:
    return [note.message for note in app._notifications]


@pytest.mark.parametrize("size", SIZES)
async def test_the_list_shows_built_in_and_own_presets_and_what_they_differ_in(
    app: FakeApp, size: tuple[int, int]
) -> None:
    save_preset(app.checkpoints, "mine", {"lr": 0.5}, "of my own")
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "f2")
        text = screen_text(app)
        for name in ("mine", "of my own", "yours", *list(PRESETS)[:9], "Differs from the defaults in lr 0.5."):
            assert name in text
        await press(app, pilot, "down")
        assert "The defaults." in screen_text(app)
        await press(app, pilot, "end")
        assert list(PRESETS)[-1] in screen_text(app)
        await press(app, pilot, "escape")
        assert isinstance(app.screen, SetupScreen)


async def test_a_preset_fills_the_form_and_keeps_what_is_about_the_machine(app: FakeApp) -> None:
    save_preset(app.checkpoints, "mine", {"lr": 0.5, "seed": 3})
    async with app.run_test(size=(120, 50)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5")
        machine = {"data": "/some/where", "device": "cpu", "precision": "fp32", "keep_every": "2"}
        for name, value in {**machine, "epochs": "77"}.items():
            field(app, name).value = value
        await press(app, pilot, "f2", "enter", "f5")
        (command,) = app.engine.sent_of(StartRun)
    assert command.config == RunConfig().replace({**machine, "lr": 0.5, "seed": 3})


async def test_the_list_opens_with_the_mouse_too(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5")
        await pilot.click("#presets")
        await settled(app, pilot)
        await press(app, pilot, "down", "down", "enter")
        await pilot.press("f5")
        (command,) = app.engine.sent_of(StartRun)
    assert command.config.differences() == PRESETS["fast"].changes


async def test_more_presets_than_fit_can_be_reached(app: FakeApp) -> None:
    for i in range(40):
        save_preset(app.checkpoints, f"try-{i:02}", {"seed": i})
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "f2", *["down"] * 39)
        text = screen_text(app)
        assert "try-39" in text
        assert "Differs from the defaults in seed 39." in text
        assert "Enter fills it in" in text
        await press(app, pilot, "enter")
        assert field(app, "seed").value == "39"


async def test_a_preset_that_cannot_be_used_says_why_and_fills_nothing(app: FakeApp) -> None:
    save_preset(app.checkpoints, "broken", {}).write_text("batchsize = 3\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "f2")
        text = screen_text(app)
        assert "cannot be used" in text
        assert "didyoumeanbatch_size?" in unwrapped(text)
        await press(app, pilot, "enter")
        assert isinstance(app.screen, PresetChoice)


async def test_names_and_titles_that_would_act_on_a_screen_do_not(app: FakeApp) -> None:
    save_preset(app.checkpoints, "mine", {}, "[/nope][bold]x")
    (app.checkpoints / "presets" / "[nope].toml").write_text("[/nope]")
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "f2")
        text = screen_text(app)
        assert "[/nope][bold]x" in text
        details = app.screen.query_one("#details").region
        lines = [line[details.x : details.right] for line in text.splitlines()[details.y : details.bottom]]
        assert "'[nope]'cannotbethenameofapreset" in unwrapped("\n".join(lines))


async def test_the_form_is_saved_under_a_name_without_what_is_about_the_machine(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5")
        for name, value in {"lr": "0.5", "epochs": "3", "data": "/some/where", "precision": "fp32"}.items():
            field(app, name).value = value
        await press(app, pilot, "f3")
        assert "epochs 3, lr 0.5. Under what name?" in screen_text(app)
        await press(app, pilot, *"mine", "enter")
        assert isinstance(app.screen, SetupScreen)
        assert notes(app) == ["Saved. `mnist-tui train --preset mine` trains with it too."]
    assert load_preset(app.checkpoints, "mine").changes == {"epochs": 3, "lr": 0.5}


@pytest.mark.parametrize(("answer", "lr"), [("w", 0.001), ("c", 0.5), ("escape", 0.5)])
async def test_a_preset_is_written_over_only_after_a_question(app: FakeApp, answer: str, lr: float) -> None:
    save_preset(app.checkpoints, "mine", {"lr": 0.5})
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "f3", *"mine", "enter")
        assert "There is a preset mine already." in screen_text(app)
        await press(app, pilot, answer)
        assert isinstance(app.screen, SetupScreen)
    assert RunConfig().replace(load_preset(app.checkpoints, "mine").changes).lr == lr


async def test_a_name_that_cannot_be_one_is_explained_until_there_is_a_better_one(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "f3", "enter")
        assert "'' cannot be the name of a preset" in screen_text(app)
        await press(app, pilot, *"fast", "enter")
        assert "the preset 'fast' is built in" in screen_text(app)
        await press(app, pilot, *"er", "enter")
        assert isinstance(app.screen, SetupScreen)
    assert [each.name for each in list_presets(app.checkpoints)] == [*PRESETS, "faster"]


async def test_a_form_with_a_bad_value_is_not_saved(app: FakeApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5")
        field(app, "lr").value = "11"
        await press(app, pilot, "f3")
        assert isinstance(app.screen, SetupScreen)
        assert app.focused is field(app, "lr")
        assert "out of range" in notes(app)[0]


async def test_a_folder_that_takes_no_file_says_so(app: FakeApp) -> None:
    (app.checkpoints / "presets").write_text("")
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "f3", *"mine", "enter")
        assert "mine.toml: cannot be written" in notes(app)[0]
        await press(app, pilot, "f2")
        assert app.screen.query_one(OptionList).option_count == len(PRESETS) + 1


async def test_during_a_run_the_form_of_the_next_one_is_filled_and_saved(app: FakeApp) -> None:
    save_preset(app.checkpoints, "mine", {"lr": 0.5})
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(started(lr=0.25), steps(40, [1.0])))
        await press(app, pilot, "5", "f2", "enter")
        assert field(app, "lr").value == "0.5"
        assert app.screen.query_one("#now-lr", Input).value == "0.25"
        assert not app.engine.sent_of(Steer)
        await press(app, pilot, "f3", *"other", "enter")
    assert load_preset(app.checkpoints, "other").changes == {"lr": 0.5}


async def test_without_colour_the_option_under_the_cursor_is_underlined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = FakeApp()
    app.checkpoints = tmp_path
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "f2", "down")
        options = app.screen.query_one(OptionList)
        underlined = [any(part.style and part.style.underline for part in options.render_line(y)) for y in range(3)]
    assert underlined == [False, True, False]
