"""A fork and its parent in the same charts."""

import pytest
from fake_engine import FakeApp, epoch_done, snapshot, started, steps, tell

from engine.vocabulary.messages import HistoryRead, ReadHistory, RunEvent, RunsListed, RunStarted, RunSummary
from tests.tui.app.screen_text import screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.state.events import run_after
from tui.state.marks import Mark, parent_marks
from tui.state.run import RunView
from tui.widgets.chart import Chart
from tui.widgets.charts.clock import seconds_before
from tui.widgets.charts.curves import Curves, stem_of

PARENT, FORK = "0012-seed-cnn", "0013-seed-cnn"


def course(run: str, first: int, last: int, **fork: object) -> list[RunEvent]:
    """Return the events of a run of 40 steps an epoch, after the `first` one on."""
    begun = started(run, step=40 * first, epoch=first, epochs=10)
    events: list[RunEvent] = [RunStarted(**{**{n: getattr(begun, n) for n in begun.__struct_fields__}, **fork})]
    for epoch in range(first + 1, last + 1):
        events += [steps(40 * epoch, [1 / epoch] * 40, run=run), epoch_done(epoch, run, 1 - 0.5 / epoch)]
    return events


PARENTS = course(PARENT, 0, 4)
FORKS = course(FORK, 2, 6, parent=PARENT, parent_epoch=2, parent_step=80)
LISTED = RunsListed(
    runs=[
        RunSummary(run=run, state="finished", started=1.0, model="seed-cnn", epoch=4, epochs=10, sample=True, **fork)
        for run, fork in ((FORK, {"parent": PARENT, "parent_epoch": 2, "parent_step": 80}), (PARENT, {}))
    ]
)


async def answer(app: FakeApp, pilot, answered: int = 0) -> None:
    """Send each history that is asked for."""
    while answered < len(asked := app.engine.sent_of(ReadHistory)):
        run = asked[answered].run
        answered += 1
        await tell(app, pilot, HistoryRead(run=run, history=PARENTS if run == PARENT else FORKS))


def lines(app: FakeApp) -> dict[str, dict[str, list[tuple[float, float]]]]:
    return {
        chart.id or "": {line.letter or line.name: list(line.points) for line in chart.plot.lines}
        for chart in app.screen.query(Chart)
        if chart.display and chart.plot.lines
    }


def marks(app: FakeApp) -> set[tuple[float, str]]:
    return {mark for chart in app.screen.query(Chart) if chart.display for mark in chart.plot.marks}


async def test_a_fork_is_drawn_on_train_with_its_parent_and_the_point_where_it_branches_off() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*FORKS), LISTED)
        assert [command.run for command in app.engine.sent_of(ReadHistory)] == [PARENT]
        await answer(app, pilot)
        drawn = lines(app)
        assert [x for x, _ in drawn["accuracy"]["p"]] == [1, 2, 3, 4]
        assert drawn["accuracy"]["test"][:2] == [(2.0, 0.75), (3.0, pytest.approx(1 - 0.5 / 3))]
        assert drawn["accuracy"]["test"][0] in drawn["accuracy"]["p"]
        assert drawn["loss"]["test"][0] in drawn["loss"]["p"]
        assert (2.0, "fork of 0012@2") in marks(app)
        text = screen_text(app)
        assert "parent 0012" in text
        assert "fork of 0012@2" in text


async def test_the_fork_under_the_cursor_of_runs_is_drawn_with_its_parent_and_its_line_says_what_it_is() -> None:
    app = FakeApp()
    async with app.run_test(size=(200, 50)) as pilot:
        await tell(app, pilot, snapshot(), LISTED)
        await press(app, pilot, "4")
        await tell(app, pilot)
        while not app.engine.sent_of(ReadHistory):
            await pilot.pause()  # the cursor rests
        await answer(app, pilot)
        assert {command.run for command in app.engine.sent_of(ReadHistory)} == {PARENT, FORK}
        assert set(lines(app)["accuracy"]) >= {"p", "test"}
        assert (2.0, "fork of 0012@2") in marks(app)
        line = next(line for line in screen_text(app).splitlines() if FORK in line)
        assert "fork of 0012@2" in line.partition("│")[0]


async def test_marked_forks_are_drawn_with_their_parent_and_say_whose_fork_they_are() -> None:
    app = FakeApp()
    async with app.run_test(size=(200, 50)) as pilot:
        await tell(app, pilot, snapshot(), LISTED)
        await press(app, pilot, "4", "space")
        await answer(app, pilot)
        assert [mark.run for mark in app.state.marks] == [FORK]
        assert list(lines(app)["accuracy"]) == ["a", "p"]
        assert (2.0, "a fork of 0012@2") in marks(app)
        await press(app, pilot, "space")  # the parent too: it has one letter and one line
        assert list(lines(app)["accuracy"]) == ["a", "b"]


def test_a_parent_gets_a_letter_of_its_own_and_none_where_it_is_marked() -> None:
    both = (Mark("x", "a"), Mark("y", "p"))
    assert parent_marks(both, ["x", "", "z", "z", "w"]) == (Mark("z", "q"), Mark("w", "r"))
    assert parent_marks((), ["z"]) == (Mark("z", "p"),)


def test_on_the_axis_of_time_a_fork_begins_after_the_time_that_its_parent_took() -> None:
    parent, fork = run_after(*PARENTS), run_after(*FORKS)
    known = {PARENT: parent, FORK: fork}
    before = seconds_before(fork, known)
    assert before == pytest.approx(2 * 1.0 + 0.1)  # as the second test comes after its last step
    drawn = Curves(fork, "time", 1.0, 0.0, stem_of(fork, known), before)
    assert drawn.branch == (pytest.approx(before), "fork of 0012@2")
    assert drawn.loss[0].points[0][0] == pytest.approx(before + 1 / 40)
    assert seconds_before(fork, {FORK: fork}) == 0.0


def test_a_run_that_says_it_is_its_own_parent_harms_nobody() -> None:
    def looped(run: str, parent: str) -> RunView:
        return run_after(*course(run, 2, 3, parent=parent, parent_epoch=2, parent_step=80))

    views = {PARENT: looped(PARENT, FORK), FORK: looped(FORK, PARENT), "0014": looped("0014", "0014")}
    for view in views.values():
        assert seconds_before(view, views) >= 0
        assert Curves(view, "time", 1.0, 0.9, stem_of(view, views), seconds_before(view, views)).branch is not None


def test_with_another_batch_size_the_branch_is_where_the_fork_counts_its_own_first_step() -> None:
    fork = run_after(*course(FORK, 2, 3, parent=PARENT, parent_epoch=2, parent_step=160))
    assert Curves(fork, "epoch", 1.0, 0.9).branch == (2.0, "fork of 0012@2")
    resumed = run_after(
        *course(FORK, 2, 3, parent=PARENT, parent_epoch=2, parent_step=160),
        *course(FORK, 3, 4, parent=PARENT, parent_epoch=2, parent_step=160, resumed=True),
    )
    assert Curves(resumed, "epoch", 1.0, 0.9).branch == (2.0, "fork of 0012@2")
