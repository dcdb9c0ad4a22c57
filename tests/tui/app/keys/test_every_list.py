"""Each key of lists in each list, table, matrix and pane of the program, and what the wheel and a click do there."""

from collections.abc import Callable

import pytest
from fake_engine import FakeApp, snapshot, tell
from textual.events import MouseScrollDown
from textual.widget import Widget
from textual.widgets import DataTable, OptionList

from engine.storage.presets import list_presets
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import QueueChanged, QueuedRun, RunsListed, RunSummary, StudiesListed, StudySummary
from tests.tui.app.screen_text import TRAINING
from tests.tui.coach.fake_rule import press
from tests.tui.screens.studies import began, trial
from tests.tui.state.gallery.gallery_answers import answered
from tui.screens.presets import PresetChoice
from tui.widgets.confusion import ConfusionMatrix
from tui.widgets.gallery.grid import DigitGrid
from tui.widgets.list_keys import ListKeys, Pane
from tui.widgets.log import LogPane
from tui.widgets.queue_list import QueueList
from tui.widgets.run_comparison import RunComparison
from tui.widgets.run_list import RunList

MANY = 40
RUNS = [
    RunSummary(run=f"{number:04}-seed-cnn", state="finished", started=1.0, model="seed-cnn", epoch=1, epochs=2,
               changes={"seed": number, "lr": number / 1000}, sample=True)
    for number in range(MANY, 0, -1)
]  # fmt: skip


def row(widget: Widget) -> int:
    """Return the line that is chosen, or the first that is shown."""
    match widget:
        case DataTable():
            return widget.cursor_row
        case OptionList():
            return widget.highlighted or 0
        case ConfusionMatrix():
            return widget.cursor[0]
        case DigitGrid():
            return widget.cursor // widget.across
        case RunList():
            return widget.cursor
        case RunComparison():
            return widget._line
        case _:
            return round(widget.scroll_target_y)


async def runs(app: FakeApp, pilot) -> Widget:
    await press(app, pilot, "4")
    return app.screen.query_one(RunList)


async def queue(app: FakeApp, pilot) -> Widget:
    await press(app, pilot, "4")
    return app.screen.query_one(QueueList).query_one(OptionList)


async def comparison(app: FakeApp, pilot) -> Widget:
    await press(app, pilot, "4")
    await pilot.press(*["space"] * 20)
    await pilot.pause()
    return app.screen.query_one(RunComparison)


async def matrix(app: FakeApp, pilot) -> Widget:
    await press(app, pilot, "3")
    return app.screen.query_one(ConfusionMatrix)


async def digits(app: FakeApp, pilot) -> Widget:
    await press(app, pilot, "2")
    await answered(app, pilot)
    return app.screen.query_one(DigitGrid)


async def log(app: FakeApp, pilot) -> Widget:
    pane = app.screen.query_one(LogPane)
    for number in range(MANY):
        pane.write(f"line {number}")
    await pilot.pause()
    return pane


async def sort(app: FakeApp, pilot) -> Widget:
    await press(app, pilot, "4", "s")
    return app.screen.query_one(OptionList)


async def presets(app: FakeApp, pilot) -> Widget:
    app.push_screen(PresetChoice(list_presets(app.checkpoints)))
    await pilot.pause()
    return app.screen.query_one(OptionList)


async def keys(app: FakeApp, pilot) -> Widget:
    await press(app, pilot, "question_mark")
    return app.screen.query_one(Pane)


async def studies(app: FakeApp, pilot) -> Widget:
    await press(app, pilot, "6")
    await tell(app, pilot, StudiesListed(studies=[StudySummary(study=f"s{i}", changed=1.0) for i in range(MANY)]))
    return app.screen.query_one("StudyTable")


async def fields(app: FakeApp, pilot) -> Widget:
    await press(app, pilot, "6")
    return app.screen.query_one("FieldTable")


async def trials(app: FakeApp, pilot) -> Widget:
    await tell(app, pilot, began(), *(trial(number, number / MANY) for number in range(MANY)))
    await press(app, pilot, "6")
    return app.screen.query_one("Leaderboard")


CASES = [runs, queue, comparison, matrix, digits, log, sort, presets, keys, studies, fields, trials]


@pytest.fixture(autouse=True)
def _studies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.tuning.files.study_names", lambda _: [])


@pytest.mark.parametrize(
    "case",
    [case if case in (runs, queue) else pytest.param(case, marks=pytest.mark.slow) for case in CASES],
    ids=lambda case: case.__name__,
)
async def test_each_key_of_a_list_works_in(case: Callable) -> None:
    app = FakeApp()
    waiting = QueueChanged(runs=[QueuedRun(id=i, config=RunConfig(seed=i)) for i in range(1, MANY)])
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=RUNS), waiting)
        widget = await case(app, pilot)
        assert isinstance(widget, ListKeys)
        widget.focus()
        await press(app, pilot, "g")
        places = [row(widget)]
        for key in ("j", "down", "k", "up", "G", "g", "end", "home", "pagedown", "pageup", "ctrl+f", "ctrl+b"):
            await pilot.press(key)
            await pilot.pause()
            places.append(row(widget))
        first, last, page, page2 = places[0], places[5], places[9], places[11]
        assert first == 0
        assert places[1:5] == [1, 2, 1, 0]
        assert last > 2
        assert places[6:9] == [0, last, 0]
        assert 1 < page <= last
        assert page2 == page
        assert (places[10], places[12]) == (0, 0)
        await pilot.press("h", "left", "l", "right", "h", "left")  # what lies beside, or nothing; never another line
        await pilot.pause()
        assert row(widget) == 0
        before = widget.scroll_target_y, getattr(widget, "_top", 0), getattr(widget, "_line", 0)
        if not isinstance(widget, ConfusionMatrix) and last > widget.size.height:
            x, y = widget.region.offset
            widget.post_message(MouseScrollDown(widget, 2, 2, 0, 0, 0, False, False, False, x + 2, y + 2))
            await pilot.pause()
            assert before != (widget.scroll_target_y, getattr(widget, "_top", 0), getattr(widget, "_line", 0))
