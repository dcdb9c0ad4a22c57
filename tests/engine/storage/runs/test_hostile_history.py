"""A log whose lines are in order and whose figures are absurd: the history stays bounded, the screens stand."""

import itertools

import msgspec
import pytest
from fake_engine import RUN, FakeApp, digit, epoch_done, snapshot, started, steps, tell
from hostile import texts
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.storage.runs.bounded_history import EPOCHS, OTHERS, STEP_EVENTS, History
from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.messages import (
    STEP_POINTS,
    CheckpointSaved,
    Continued,
    EpochDone,
    Paused,
    Predicted,
    RunEnded,
    RunEvent,
    RunOpened,
    RunsListed,
    RunStarted,
    RunSummary,
    SavingFailed,
    Steered,
    StepsDone,
    decode_event,
    encode,
)
from tui.coach.watch import apply_rules
from tui.state.advice import Coach
from tui.state.run import MOST_POINTS, RunView, apply_to_run
from tui.widgets.run_bar import run_segments
from tui.widgets.side.figures import figures

pytestmark = pytest.mark.slow

counts = st.one_of(st.integers(0, 100), st.sampled_from([0, 1, 2**53]))
sizes = st.one_of(st.integers(1, 100), st.sampled_from([1, 2**53]))
losses = st.one_of(st.floats(-1e39, 1e39), st.sampled_from([0.0, -1e39, 1e39, 5e-324]))
shares = st.floats(0, 1)
times = st.floats(0, 1e10)
rows = st.lists(counts, min_size=10, max_size=10)
run = st.just(RUN)
any_value = {int: counts, float: losses, str: st.one_of(st.text(), st.sampled_from(texts()))}
any_config = st.fixed_dictionaries({}, optional={name: any_value[field.kind] for name, field in FIELDS.items()})
taken_config = st.fixed_dictionaries({}, optional={"schedule": st.sampled_from(FIELDS["schedule"].choices)})
configs = st.builds(lambda values: RunConfig(**values), st.one_of(any_config, taken_config))
events: st.SearchStrategy[RunEvent] = st.one_of(
    st.builds(
        RunStarted, run=run, time=times, config=configs, device=st.just("cpu"), parameters=counts,
        train_images=sizes, test_images=sizes, sample=st.booleans(), steps_per_epoch=sizes, step=counts, epoch=counts,
    ),
    st.builds(
        StepsDone, run=run, step=counts, epoch=counts, stride=sizes, losses=st.lists(losses, max_size=STEP_POINTS),
        images_per_s=st.floats(0, 1e30), steps=counts,
    ),
    st.builds(
        EpochDone, run=run, epoch=counts, step=counts, train_loss=losses, train_accuracy=shares, test_loss=losses,
        test_accuracy=shares, seconds=times, test_seconds=times, lr=times, confusion=st.lists(rows, max_size=10),
    ),
    st.builds(Steered, run=run, step=counts, changes=st.just({"lr": 0.1}), config=configs),
    st.builds(Paused, run=run, step=counts),
    st.builds(Continued, run=run, step=counts),
    st.builds(CheckpointSaved, run=run, step=counts, file=st.just("last.pt")),
    st.builds(SavingFailed, run=run, step=counts, reason=st.text()),
    st.builds(RunEnded, run=run, step=counts, time=times, state=st.text(), reason=st.text()),
)  # fmt: skip


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(st.lists(events, max_size=60))
def test_any_history_is_bounded_and_what_it_tells_can_be_told_on(given_events: list[RunEvent]) -> None:
    history = History(itertools.chain(*[given_events] * 3))
    assert len(history.events) <= STEP_EVENTS + EPOCHS + OTHERS + 2
    view: RunView | None = None
    for event in history.events:
        again = decode_event(encode(event))
        assert isinstance(again, RunEvent)
        view = apply_to_run(view, again)
    if view is not None:
        assert len(view.losses) <= MOST_POINTS
        assert 0 <= view.run_fraction <= 1
        assert view.seconds_left is None or view.seconds_left == view.seconds_left
        assert view.lr is None or 0 < view.lr <= view.config.lr
        assert run_segments(view, past=False)
        assert figures(view)
        apply_rules(Coach(), view)


HUGE = 2**53
ABSURD: list[RunEvent] = [
    msgspec.structs.replace(
        started(), parameters=HUGE, train_images=HUGE, test_images=HUGE, steps_per_epoch=1, time=1e10
    ),
    steps(1, [1e39, -1e39, 0.0]),
    msgspec.structs.replace(steps(HUGE, [5e-324]), epoch=HUGE, steps=HUGE, images_per_s=1e30),
    msgspec.structs.replace(
        epoch_done(1), epoch=HUGE, step=HUGE, train_loss=-1e39, test_loss=1e39, seconds=1e10, test_seconds=1e10,
        confusion=[[HUGE] * 10],
    ),
    msgspec.structs.replace(epoch_done(1), epoch=3, step=0, confusion=[[0] * 10] * 10),
]  # fmt: skip


@pytest.mark.parametrize(("size", "live"), [((80, 24), True), ((200, 50), False)])
async def test_absurd_figures_are_drawn_somehow_on_every_screen(size: tuple[int, int], live: bool) -> None:
    summary = RunSummary(
        run=RUN, state="x" * 300, started=1e10, model="m" * 300, epoch=HUGE, epochs=HUGE, sample=True,
        test_accuracy=1.0, test_loss=1e39, lr=1e30, resumable=True, problem="p" * 5000,
    )  # fmt: skip
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot(*ABSURD) if live else snapshot(), RunsListed(runs=[summary]))
        if not live:
            await tell(app, pilot, RunOpened(summary=summary, history=ABSURD))
        for key in ("1", "g", "2", "3", "c", "b", "escape", "4", "5", "escape", "7", "8", "w", "y", "m"):
            await pilot.press(key)
            await tell(app, pilot, Predicted(run=RUN, step=HUGE, digits=[digit(index=0)]))
        assert app.is_running
