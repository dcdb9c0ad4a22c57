"""The app on a machine that is the same everywhere: its time, its folders, its engine; and pictures taken of it."""

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from fake_engine import FakeApp, tell
from quiet_pilot import Handlers, Present, counted, until_quiet
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.widgets import Input

from engine.vocabulary.messages import AnyEvent, RunSummary, StudySummary
from tests.tui.app.screen_text import filtered_strips
from tests.tui.pictures.answers import AnsweringClient
from tests.tui.pictures.frame import MODES, Frame, Region, frame_of
from tests.tui.pictures.world import NOW, STUDY
from tui.screens.digits import DigitsScreen
from tui.screens.runs import RunsScreen
from tui.widgets.chart import Chart

GLANCE = "120x36"
KEPT = ("80x24", GLANCE, "200x50")
MEASURED = ("60x20", *KEPT, "300x80")
SETTLES = 3  # turns of what a picture sets off, which may set off more


@dataclass(frozen=True)
class Picture:
    """A screen in a state: how it comes about from what the engine says (events) and keys (text)."""

    screen: str
    state: str
    steps: tuple[AnyEvent | str, ...]
    runs: tuple[RunSummary, ...] = ()
    studies: tuple[StudySummary, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.screen}/{self.state}"


class StagedApp(FakeApp):
    """Its engine answers questions about digits and networks as a real one would."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.engine = AnsweringClient(picture.runs, picture.studies)
        self.animation_level = "none"

    def notify(self, message: str, **_: object) -> None:  # type: ignore[override]
        """Show no toast: it goes by itself, and nobody knows when."""


@contextlib.contextmanager
def same_machine(**environment: str) -> Iterator[None]:
    """Fix what depends on the machine, the user and the hour."""
    with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as stack:
        kept = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_START") if name in os.environ}
        folders = {f"XDG_{name}_HOME": f"{home}/{name}" for name in ("CACHE", "CONFIG", "DATA", "STATE")}
        surroundings = {**kept, **folders, "HOME": home, "TZ": "UTC", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        stack.enter_context(mock.patch.dict(os.environ, {**surroundings, **environment}, clear=True))
        stack.enter_context(contextlib.chdir(home))
        for target, value in {
            "time.time": lambda: NOW,
            "tui.widgets.side.pane.RENEWED": 1e6,  # the same digit, however long the picture takes
            "tui.link.logout.logout_warning": lambda: "",
            "tui.app.handlers.data.default_data": lambda: Path("/home/ada/mnist-tui/Dataset"),
            "tui.widgets.study_hint.can_tune": lambda: True,
            "engine.tuning.files.can_tune": lambda: True,
            "engine.tuning.files.study_names": lambda _: [STUDY],
        }.items():
            stack.enter_context(mock.patch(target, value))
        stack.enter_context(mock.patch.object(MessagePump, "_dispatch_message", counted))
        stack.enter_context(mock.patch.object(Pilot, "pause", until_quiet))
        stack.enter_context(mock.patch.object(Present, "handlers", Handlers()))
        time.tzset()
        try:
            yield
        finally:
            stack.close()
            time.tzset()


async def take(
    picture: Picture, sizes: Sequence[str] = MEASURED, modes: Sequence[str] = MODES
) -> dict[tuple[str, str], Frame]:
    """Return the frames of a picture by size and mode; of sizes that are only measured, those in colour.

    One app goes through the sizes, the one of a glance first, and a second one under NO_COLOR. With a dialog in front
    there is one for each size: what lies behind it is laid out for a new size when it is in front again.
    """
    frames: dict[tuple[str, str], Frame] = {}
    for mode in [each for each in modes if each != "ASCII"]:
        wanted = [size for size in sizes if size in KEPT or mode == MODES[0]]
        wanted.sort(key=lambda size: size != GLANCE)
        with same_machine(**({"NO_COLOR": "1"} if mode == "NO_COLOR" else {})):
            while wanted:
                app = StagedApp(picture)
                async with app.run_test(size=size_of(wanted[0])) as pilot:
                    await play(app, pilot, picture)
                    while wanted:
                        size = wanted.pop(0)
                        if app.size != size_of(size):
                            await pilot.resize_terminal(*size_of(size))
                        frames[size, mode] = await shot(app, pilot)
                        if mode == MODES[0] and size in KEPT and "ASCII" in modes:
                            app.action_toggle_ascii()
                            frames[size, "ASCII"] = await shot(app, pilot)
                            app.action_toggle_ascii()
                        if app.screen.is_modal:
                            break
    return {(size, mode): frames[size, mode] for size in sizes for mode in MODES if (size, mode) in frames}


async def play(app: StagedApp, pilot: Pilot[None], picture: Picture) -> None:
    for step in picture.steps:
        if isinstance(step, str):
            await pilot.press(*step.split())
            await tell(app, pilot)
        else:
            await tell(app, pilot, step)


async def shot(app: StagedApp, pilot: Pilot[None]) -> Frame:
    """Return what is on the screen once nothing more happens."""
    for field in app.screen.query(Input):
        field.cursor_blink = False
    if isinstance(app.screen, RunsScreen):
        app.screen._look()  # as once the cursor rests
    if isinstance(app.screen, DigitsScreen):
        app.screen._has_rested()
    for _ in range(SETTLES):
        await asyncio.sleep(0)
        await tell(app, pilot)
    return frame_of(filtered_strips(app), app.size.width, charts_of(app))


def charts_of(app: StagedApp) -> list[Region]:
    """Return where charts are that can be seen, also behind a dialog."""
    found = []
    for screen in reversed(app.screen_stack):
        for chart in screen.query(Chart):
            if chart in screen._compositor.visible_widgets:
                region = chart.content_region
                if region.width and region.height:
                    found.append((region.x, region.y, region.width, region.height))
        if not screen.is_modal:
            break
    return sorted(found)


def size_of(size: str) -> tuple[int, int]:
    width, height = size.split("x")
    return int(width), int(height)
