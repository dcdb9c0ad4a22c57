"""The table of runs: its cursor, and columns that do not fit."""

import msgspec
import pytest
from fake_engine import FakeApp, snapshot, tell

from engine.vocabulary.messages import ResumeRun, RunsListed, RunSummary
from tests.tui.app.screen_text import OLD, screen_text


async def test_the_cursor_stays_with_its_run_when_a_newer_one_comes_into_the_list() -> None:
    runs = [
        RunSummary(
            run=f"{number:04}-seed-cnn", state="stopped", started=1.0, model="seed-cnn", epoch=1, epochs=10,
            sample=True, resumable=True,
        ) for number in range(9, 0, -1)
    ]  # fmt: skip
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=runs[1:]))
        await pilot.press("4")
        await tell(app, pilot)
        await pilot.press("down", "down", "down")
        await tell(app, pilot, RunsListed(runs=runs[:2], last=False))
        await tell(app, pilot, RunsListed(runs=runs[2:], first=False))
        await pilot.press("R")
        await pilot.pause()
        assert app.engine.sent_of(ResumeRun)[-1] == ResumeRun(run="0005-seed-cnn")


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_columns_of_runs_that_do_not_fit_are_reached_by_keys_and_the_name_stays(size: tuple[int, int]) -> None:
    app = FakeApp()
    many = {"lr": 0.003, "weight_decay": 0.01, "dropout": 0.2, "label_smoothing": 0.1}
    async with app.run_test(size=size) as pilot:
        old = msgspec.structs.replace(OLD, changes=many, started=1.7e9)
        await tell(app, pilot, snapshot(), RunsListed(runs=[old]))
        await pilot.press("4")
        await tell(app, pilot)
        assert "started" not in screen_text(app)
        for key, back in (("right", "left"), ("l", "h")):
            await pilot.press(*[key] * 10)
            await tell(app, pilot)
            text = screen_text(app)
            assert "started" in text
            assert OLD.run in text
            assert "2023-11-1" in text
            await pilot.press(*[back] * 10)
            await tell(app, pilot)
            assert "state" in screen_text(app)
