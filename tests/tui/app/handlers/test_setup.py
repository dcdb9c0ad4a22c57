"""The form: what is typed there is started, steered, or said to be wrong."""

from fake_engine import RUN, FakeApp, snapshot, started, steps, tell
from textual.widgets import Input

from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.messages import RatesTried, RunEnded, StartRun, Steer, Steered
from tests.tui.app.screen_text import TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tui.screens.rates import RatesScreen
from tui.screens.setup import SetupScreen
from tui.widgets.config_form import FieldRow

LIVE = {name for name, field in FIELDS.items() if field.live}
STOPPED = RunEnded(run=RUN, step=50, time=1.0, state="stopped")


def told(app: FakeApp) -> list[str]:
    return [note.message for note in app._notifications]


async def test_a_bad_value_is_shown_at_its_field_and_nothing_starts() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        app.screen.query_one("#field-lr", Input).value = "11"
        await pilot.pause()
        row = app.screen.query_one("#row-lr", FieldRow)
        assert "give more than 0 and at most 10" in row.render_line(0).text
        assert "Learning rate (lr): 11 is out of range" in screen_text(app)
        await pilot.press("f5")
        await pilot.pause()
        assert not app.engine.sent_of(StartRun)
        assert app.focused is row.input


async def test_the_form_shows_the_command_line_and_starts_what_it_shows() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        app.screen.query_one("#field-epochs", Input).value = "3"
        app.screen.query_one("#field-lr", Input).value = "0.01"
        await pilot.pause()
        assert "$ mnist-tui train --epochs 3 --lr 0.01" in screen_text(app)
        await pilot.press("f5")
        await pilot.pause()
        (command,) = app.engine.sent_of(StartRun)
    assert command.config.differences() == {"epochs": 3, "lr": 0.01}


async def test_during_a_run_the_form_has_what_it_is_now_beside_the_next_and_steers_what_can_be_steered() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("5")
        await pilot.pause()
        form = app.screen
        assert {row.field.name for row in form.query(FieldRow) if row.now is not None} == LIVE
        assert "0001 now" in screen_text(app)
        form.query_one("#now-lr", Input).value = "0.0005"
        await pilot.pause()
        assert "not applied yet: 0.001 to 0.0005" in form.query_one("#row-lr", FieldRow).hint()
        assert "steer 0001" in screen_text(app)  # f5 names what it does
        await pilot.press("f5")
        await pilot.pause()
        assert [command.changes for command in app.engine.sent_of(Steer)] == [{"lr": 0.0005}]
        assert not app.engine.sent_of(StartRun)


async def test_during_a_run_enter_never_steers_and_what_is_prepared_leaves_the_run_alone() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "5")
        form = app.screen
        form.query_one("#now-lr", Input).focus()
        await press(app, pilot, "ctrl+u", *"0.1", "enter", "enter")
        assert isinstance(app.focused, Input)
        assert app.focused.id == "now-momentum"  # down the same column
        form.query_one("#now-lr", Input).value = "0.001"
        form.query_one("#field-lr", Input).value = "0.02"
        form.query_one("#field-batch_size", Input).focus()
        await press(app, pilot, "enter")
        assert not app.engine.sent_of(Steer)
        assert "$ mnist-tui train --lr 0.02" in screen_text(app)
        assert app.config.lr == 0.02
        assert "queue next" in screen_text(app)
        await press(app, pilot, "f5")
        assert not app.engine.sent_of(Steer)


async def test_what_somebody_else_steers_is_shown_and_what_is_typed_for_the_run_stays() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "5")
        app.screen.query_one("#now-dropout", Input).value = "0.1"
        steered = Steered(run=RUN, step=50, changes={"lr": 0.5}, config=RunConfig(lr=0.5))
        await tell(app, pilot, steered)
        values = [app.screen.query_one(f"#now-{name}", Input).value for name in ("lr", "dropout")]
        assert values == ["0.5", "0.1"]
        await press(app, pilot, "s")
        assert [command.changes for command in app.engine.sent_of(Steer)] == [{"dropout": 0.1}]


async def test_after_a_run_form_and_key_agree_on_the_next_one() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5")
        form = app.screen
        assert isinstance(form, SetupScreen)
        form.query_one("#field-epochs", Input).value = "7"
        await pilot.pause()
        await tell(app, pilot, started(lr=0.5, epochs=3), steps(40, [1.0] * 40))
        assert form.query_one("#now-lr", Input).value == "0.5"
        await tell(app, pilot, STOPPED)
        assert not form.query_one("#now-lr", Input).display
        assert (form.query_one("#field-lr", Input).value, form.query_one("#field-epochs", Input).value) == (
            "0.001",
            "7",
        )
        await press(app, pilot, "t")
        [start] = app.engine.sent_of(StartRun)
        assert start.config.differences() == {"epochs": 7}


async def test_what_the_engine_does_not_steer_stays_in_the_form() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "5")
        app.screen.query_one("#now-epochs", Input).value = "2"
        app.engine.refusal = "2 is too few, 4 are done"
        await press(app, pilot, "f5")
        assert isinstance(app.screen, SetupScreen)
        assert "2 is too few, 4 are done" in told(app)
        assert app.screen.query_one("#now-epochs", Input).value == "2"


async def test_a_finder_that_somebody_else_ended_says_so() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "f7")
        ended = RatesTried(rates=[], losses=[], smoothed=[], done=True, problem="stopped by another command (StartRun)")
        await tell(app, pilot, ended)
        assert isinstance(app.screen, RatesScreen)
        assert "stopped by another command" in screen_text(app)


async def test_what_a_preset_changes_is_told() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5")
        form = app.screen
        assert isinstance(form, SetupScreen)
        form.fill_preset({"epochs": 3, "lr": 0.01})
        await pilot.pause()
        assert told(app) == ["Filled in: epochs 3, lr 0.01, otherwise the defaults."]
