"""What the screen of runs does not do again: a key costs the same with hundreds of runs."""

import pytest
from fake_engine import FakeApp, snapshot, tell
from textual.widgets import Input
from textual.widgets._footer import FooterKey

from engine.vocabulary.messages import RunsListed
from tests.tui.coach.fake_rule import press
from tests.tui.state.run_filter.summaries import summary
from tui.state.words import run_columns

RUNS = [summary(number) for number in range(200, 0, -1)]


async def with_runs(app: FakeApp, pilot) -> None:
    await tell(app, pilot, snapshot(), RunsListed(runs=RUNS))
    await press(app, pilot, "4")


async def test_a_key_in_the_filter_words_no_run_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    worded = []
    name_of = run_columns.name_of
    monkeypatch.setattr(run_columns, "name_of", lambda run: worded.append(run) or name_of(run))
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_runs(app, pilot)
        assert len(worded) == len(RUNS)
        await press(app, pilot, "slash", "1", "9", "backspace")
        assert app.screen.query_one(Input).value == "1"
        assert len(worded) == len(RUNS)


async def test_the_line_of_keys_is_relabelled_and_not_built_anew_as_the_cursor_moves() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_runs(app, pilot)
        keys = list(app.screen.query(FooterKey))
        assert "delete 0200" in [key.description for key in keys]
        await press(app, pilot, "j")
        assert list(app.screen.query(FooterKey)) == keys
        assert "delete 0199" in [key.description for key in keys]
