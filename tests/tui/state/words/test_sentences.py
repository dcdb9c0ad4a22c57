"""Sentences that a person would say: numbers and their nouns, bounds, and what a key does now."""

import msgspec
import pytest
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started, steps, tell

from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import RunsListed
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tui.commands.train.follow import advise
from tui.screens.dialogs import EpochsQuestion
from tui.state.advice import Advice, Coach
from tui.state.run import apply_to_run
from tui.widgets.chart import Chart
from tui.widgets.confusion import ConfusionMatrix


def test_one_is_singular() -> None:
    assert [counted(number, "epoch") for number in (0, 1, 2, 60000)] == [
        "0 epochs",
        "1 epoch",
        "2 epochs",
        "60,000 epochs",
    ]


@pytest.mark.parametrize(
    ("epoch", "state", "said"),
    [(10, "finished", "finished after 10 epochs"), (2, "stopped", "stopped in epoch 3 of 10")],
)
async def test_the_first_screen_says_how_far_the_last_run_is(epoch: int, state: str, said: str) -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[msgspec.structs.replace(OLD, epoch=epoch, state=state)]))
        assert said in screen_text(app)


async def test_a_run_of_one_epoch_is_asked_about_in_the_singular() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(EpochsQuestion(RUN, 1))
        await pilot.pause()
        assert "after 1 epoch." in screen_text(app)


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if field.low is not None])
def test_bounds_say_whether_they_are_allowed_themselves(name: str) -> None:
    field = FIELDS[name]
    assert field.bounds.startswith("more than ") is field.low_open
    assert ("at most" in field.bounds) is field.low_open
    assert not (field.low_open and " to " in field.bounds)


async def test_f5_says_train_or_queue_and_never_both() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        await tell(app, pilot)
        assert "f5 train " in screen_text(app).splitlines()[-1]
        await tell(app, pilot, *TRAINING)
        last = screen_text(app).splitlines()[-1]
        assert "f5 queue next " in last
        assert "f5 train" not in last


async def test_the_highest_rate_of_a_schedule_is_the_one_that_was_given() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        for name, value in {"lr": "0.01", "schedule": "one-cycle"}.items():
            app.screen.query_one(f"#field-{name}").value = value
        await pilot.pause()
        legend = app.screen.query_one(Chart).render_line(0).text
        assert "at most 0.01 " in legend + " "


def test_a_printed_command_names_no_precision_that_nobody_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Display:
        def show(self, event, view) -> None: ...

        def say(self, line: str) -> None:
            said.append(line)

    view = None
    for event in (started(precision="bf16"), steps(40, [0.5] * 40), epoch_done(1)):
        view = apply_to_run(view, event)
    assert view is not None
    advice = Advice(rule="r", seen="s", why="w", remedy="d", changes={"lr": 0.01})
    monkeypatch.setattr("tui.commands.train.follow.apply_rules", lambda coach, view: coach.receive(RUN, (advice,)))
    for asked, named in ((RunConfig(), False), (RunConfig(precision="bf16"), True)):
        said.clear()
        advise(Coach(), view, Display(), asked)
        (command,) = [line for line in said if "mnist-tui train" in line]
        assert "--lr 0.01" in command
        assert ("--precision bf16" in command) is named


@pytest.mark.parametrize(("ascii", "shades"), [(False, "░▒▓"), (True, ".:%")])
async def test_without_colour_the_confusion_matrix_is_shaded(
    monkeypatch: pytest.MonkeyPatch, ascii: bool, shades: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = FakeApp(ascii=ascii)
    async with app.run_test(size=(120, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("3")
        await tell(app, pilot)
        counts = [[90 if i == j else 0 for j in range(10)] for i in range(10)]
        counts[0][1], counts[0][2], counts[0][3] = 1, 6, 40
        matrix = app.screen.query_one(ConfusionMatrix)
        matrix.counts = counts
        await pilot.pause()
        row = next(line for line in (matrix.render_line(y).text for y in range(24)) if " 0 " in line and "40" in line)
    at = [row.index(shade) for shade in shades]
    assert at == sorted(at)
