"""The key w on Runs writes a report of the marked runs, or of the one at the cursor, and says where."""

from pathlib import Path

import pytest
from fake_engine import FakeApp, snapshot, tell

from engine.storage.runs.listing import list_runs
from engine.vocabulary.messages import RunsListed
from tests.tui.commands.report.made import Digits, Page, make_run


@pytest.fixture
def app(tmp_path: Path) -> FakeApp:
    for lr in (0.1, 0.2, 0.3):
        make_run(tmp_path / "runs", lr=lr)
    app = FakeApp()
    app.checkpoints = tmp_path / "runs"
    app.engine.request = Digits()  # type: ignore[method-assign]
    return app


async def pressed(app: FakeApp, pilot, *keys: str) -> list[tuple[str, str, str]]:
    await pilot.press(*keys)
    await pilot.pause()
    for each in [each for each in app.workers if each.group == "report"]:
        await each.wait()
    await pilot.pause()
    return [(note.title, note.message, note.severity) for note in app._notifications]


async def open_runs(app: FakeApp, pilot) -> None:
    await tell(app, pilot, snapshot(), RunsListed(runs=list_runs(app.checkpoints, live="")))
    await pilot.press("4")
    await tell(app, pilot)


async def test_a_report_of_the_run_at_the_cursor_lies_beside_the_runs(app: FakeApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await open_runs(app, pilot)
        [told] = await pressed(app, pilot, "w")
        path = app.checkpoints / "reports" / "report-3.html"
        assert told == ("Report written", str(path), "information")
        assert app.state.written == (str(path),)
        page = Page(path.read_text())
        assert "0003-seed-cnn" in page.text
        assert len(page.all("img")) == 2
        await pressed(app, pilot, "w")
        assert sorted(each.name for each in path.parent.iterdir()) == ["report-3.2.html", "report-3.html"]


async def test_marked_runs_are_compared_in_one(app: FakeApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await open_runs(app, pilot)
        await pressed(app, pilot, "space", "space", "w")
        page = Page((app.checkpoints / "reports" / "report-2-3.html").read_text())
        assert [row[0] for row in page.table("run")] == ["run", "a 0003-seed-cnn", "b 0002-seed-cnn"]


async def test_why_there_is_no_report_is_said(app: FakeApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await open_runs(app, pilot)
        (app.checkpoints / "reports").touch()
        [(title, message, severity)] = await pressed(app, pilot, "w")
        assert (title, severity) == ("No report", "error")
        assert str(app.checkpoints / "reports") in message
