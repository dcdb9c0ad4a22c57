"""The terminal shows what the screen holds, whatever is scrolled, opened and closed."""

import pyte
import pytest
from fake_engine import FakeApp, snapshot, tell
from rich.console import Console, RenderableType
from textual._compositor import CompositorUpdate
from textual.pilot import Pilot
from textual.screen import Screen

from tests.tui.app.screen_text import screen_text
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
