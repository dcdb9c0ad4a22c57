"""The terminal shows what the screen holds, whatever is scrolled, opened and closed, and however late it is."""

import asyncio
import itertools

import pyte
import pytest
from fake_engine import FakeApp, snapshot, tell
from limits import LIMIT
from rich.console import Console, RenderableType
from rich.text import Text
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.timer import Timer

from tests.tui.app.screen_text import TRAINING, screen_text
from tui.terminal.frame_diff import ScreenBuffer


class Watched(FakeApp):
    """Draws on a terminal of its own what a real one would be sent."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.terminal = pyte.Screen(*size)
        self._stream = pyte.Stream(self.terminal)
        self._sent = ScreenBuffer()
        self._truecolor = Console(force_terminal=True, color_system="truecolor", width=size[0], height=size[1])

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate) and not self._batch_count:
            frame = self._sent.diff(renderable, self._truecolor)
            self._stream.feed(frame.text if frame else "")
        super()._display(screen, renderable)


def without_blanks(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


async def settle(app: Watched, pilot: Pilot[None]) -> None:
    await pilot.wait_for_scheduled_animations()
    await tell(app, pilot)


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 36), marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "keys",
    [
        ["question_mark", "pagedown", "end", "up"],
        ["5", *["down"] * 12, "pagedown", "up"],
        ["5", "f4", "down", "down", "f4", "f4"],
        ["5", "f8", "pagedown", "n", "end", "escape"],
        ["5", "f2", "end", "escape", "6", "f", "1"],
    ],
    ids=["help", "fields", "preview", "network", "presets"],
)
async def test_the_terminal_shows_what_the_screen_holds(size: tuple[int, int], keys: list[str]) -> None:
    app = Watched(size)
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot())
        for key in keys:
            await pilot.press(key)
            await settle(app, pilot)
            shown = "\n".join(app.terminal.display)
            assert without_blanks(shown) == without_blanks(screen_text(app)), key


async def test_a_crash_of_the_screen_ends_the_program_with_status_1() -> None:
    app = FakeApp()
    async with app.run_test():
        app.panic("what reads the keyboard has failed")
    assert app.return_code == 1


async def test_a_machine_that_is_always_late_does_not_freeze_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(0, 0.01)  # between any two looks at it, 10 ms have passed
    monkeypatch.setattr("textual._time.get_time", lambda: next(clock))
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.engine.incoming.put_nowait(snapshot(*TRAINING))
        async with asyncio.timeout(LIMIT):
            while "epoch 2/10" not in screen_text(app):
                await pilot.pause(0.01)
            await pilot.resize_terminal(120, 30)
            while app.screen.size != (120, 30):
                await pilot.pause(0.01)


async def test_no_timer_runs_before_it_knows_that_late_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """From Python 3.12 on it runs as soon as it is made, and of a delay of 0 it would end in a division by it."""
    begin = Timer._start
    begun: list[bool] = []

    def start(self: Timer) -> None:
        if self.target is app:
            begun.append(self._active.is_set())
        begin(self)

    monkeypatch.setattr(Timer, "_start", start)
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        begun.clear()
        called = asyncio.Event()
        app.set_timer(0, called.set)
        await tell(app, pilot, snapshot())
        async with asyncio.timeout(LIMIT):
            await called.wait()
        assert begun
        assert not any(begun)


@pytest.mark.parametrize("lost", [True, False])
async def test_a_frame_that_falls_into_a_batch_is_drawn_after_it(monkeypatch: pytest.MonkeyPatch, lost: bool) -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        drawn = asyncio.Event()
        monkeypatch.setattr(App, "_display", lambda self, screen, frame: drawn.set() if frame else None)
        with app.batch_update():
            if lost:
                app._display(app.screen, Text("a frame"))
                drawn.clear()
            else:
                app.screen.refresh()
                app.screen._on_timer_update()  # the screen's turn to draw
        async with asyncio.timeout(LIMIT):
            await drawn.wait()
