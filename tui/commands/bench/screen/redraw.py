"""How long it takes to draw charts anew in which twenty runs lie over each other: in this process, to the frame."""

import gc
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
from textual.app import App, ComposeResult

from engine.storage.runs.bounded_history import History
from engine.storage.runs.event_log import EventReader
from engine.storage.runs.folders import run_names
from engine.vocabulary.messages import HistoryRead
from tui.state.marks import Histories, letter
from tui.state.run import RunView
from tui.widgets.charts.pane import ChartsPane
from tui.widgets.plotting.series import Range

CHARTS = ("loss", "accuracy")
MOVES = 4  # of the window and of the cursor, in a row


class Redraws(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds from a change to the frame that shows it, of both charts."""

    runs: int
    epochs: int
    first: list[float]
    """Runs that were not drawn before."""

    zoom: list[float]
    pan: list[float]
    cursor: list[float]


class ChartsApp(App[None]):
    """Nothing but the charts of runs."""

    def compose(self) -> ComposeResult:
        yield ChartsPane(CHARTS)


def read_courses(checkpoints: Path, runs: int) -> list[tuple[str, RunView]]:
    """Return the courses of the first runs of a folder, as they are kept when they have come from the engine."""
    histories = Histories()
    names = run_names(checkpoints)[:runs]
    for name in names:
        histories = histories.after(
            HistoryRead(run=name, history=History(EventReader(checkpoints / name)).events), names
        )
    return [(letter(i), histories.views[name]) for i, name in enumerate(names)]


async def redraws(checkpoints: Path, runs: int, size: tuple[int, int], rounds: int) -> Redraws:
    """Draw, zoom, pan, and move the cursor, so often."""
    courses = read_courses(checkpoints, runs)
    measured: dict[str, list[float]] = {"first": [], "zoom": [], "pan": [], "cursor": []}
    gc.collect()
    gc.freeze()  # as in the program itself: to look at all that is there takes longer than a redraw
    for _ in range(rounds):
        app = ChartsApp()
        async with app.run_test(size=size) as pilot:
            pane = app.screen.query_one(ChartsPane)
            pane.overlay(courses[:1])  # what is imported at the first line is no matter of drawing
            await pilot.pause()
            for name, change in changes_of(pane, courses):
                began = time.perf_counter()
                change()
                app.screen._on_timer_update()  # which else comes at the next sixtieth of a second
                measured[name].append((time.perf_counter() - began) * 1000)
                await pilot.pause()
    return Redraws(runs=len(courses), epochs=courses[0][1].epoch, **measured)


def changes_of(pane: ChartsPane, courses: list[tuple[str, RunView]]) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the changes that are measured, with the names of the fields of Redraws."""
    end = courses[0][1].epoch

    def show(part: Range) -> None:
        pane.window = part

    yield "first", partial(pane.overlay, courses)
    yield from [("zoom", pane.zoom)] * 3
    yield "zoom", partial(show, (0.5 * end, 0.8 * end))
    for i in range(1, MOVES + 1):
        yield "pan", partial(show, ((0.5 - i / 50) * end, (0.8 - i / 50) * end))
    yield from [("cursor", partial(pane.move_cursor, -1))] * MOVES
