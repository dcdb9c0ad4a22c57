"""The history of a run stays small, loses no event but steps, and keeps their order."""

import itertools

import msgspec
import pytest
from fake_engine import epoch_done, measured, started

from engine.storage.runs.bounded_history import EPOCHS, MACHINE, OTHERS, PART_BYTES, STEP_EVENTS, History, parts
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    STEP_POINTS,
    CheckpointSaved,
    Continued,
    EpochDone,
    MachineMeasured,
    Paused,
    RunEnded,
    RunEvent,
    RunStarted,
    SavingFailed,
    Steered,
    StepsDone,
    encode,
)

RUN = "0001-seed-cnn"


def steps_done(step: int, count: int = 1, loss: float | None = None) -> StepsDone:
    value = step / 1000 if loss is None else loss
    return StepsDone(
        run=RUN, step=step, epoch=step // 40, stride=1, losses=[value] * count, images_per_s=9.0, steps=count
    )


def other_than_steps(events: list[RunEvent]) -> list[RunEvent]:
    """The events that are no steps, without the confusion matrices, of which only the newest is kept."""
    kept = [event for event in events if not isinstance(event, StepsDone | CheckpointSaved)]
    return [type(event)(**{**fields(event), "confusion": []}) if isinstance(event, EpochDone) else event
            for event in kept]  # fmt: skip


def fields(event: RunEvent) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def total(events: list[RunEvent]) -> tuple[int, float]:
    """Return the number of steps, and the sum of their losses, that the events stand for."""
    count, loss_sum = 0, 0.0
    for event in events:
        if isinstance(event, StepsDone):
            steps = event.steps or event.stride * len(event.losses)
            weights = [event.stride] * (len(event.losses) - 1)
            weights.append(steps - sum(weights))
            assert 1 <= weights[-1] <= event.stride
            count += steps
            loss_sum += sum(weight * loss for weight, loss in zip(weights, event.losses, strict=True))
    return count, loss_sum


@pytest.mark.parametrize("per_event", [1, 7, 64])
def test_twenty_thousand_step_events_stay_bounded(per_event: int) -> None:
    history = History([started()])
    largest = 0
    for i in range(1, 20_001):
        history.add(steps_done(i * per_event, per_event))
        largest = max(largest, len(history.events))
    steps = [event for event in history.events if isinstance(event, StepsDone)]
    assert largest <= STEP_EVENTS + 2
    assert len(steps) > STEP_EVENTS // 4  # bounded, but not thrown together either
    assert all(len(event.losses) <= STEP_POINTS for event in steps)
    assert [event.step for event in steps] == sorted({event.step for event in steps})
    assert steps[-1].step == 20_000 * per_event
    count, loss_sum = total(history.events)
    assert count == 20_000 * per_event
    assert loss_sum == pytest.approx(sum(i * per_event / 1000 * per_event for i in range(1, 20_001)))


def test_all_other_events_are_kept_in_order_among_thousands_of_steps() -> None:
    given: list[RunEvent] = [started()]
    for i in range(1, 3001):
        given.append(steps_done(i))
        if i % 40 == 0:
            given += [epoch_done(i // 40), CheckpointSaved(run=RUN, step=i, file="last.pt")]
        if i % 500 == 0:
            given.append(Steered(run=RUN, step=i, changes={"lr": 0.1}, config=RunConfig(lr=0.1)))
        if i % 700 == 0:
            given += [Paused(run=RUN, step=i), Continued(run=RUN, step=i)]
    given.append(RunEnded(run=RUN, step=3000, time=2.0, state="finished"))
    history = History(given)
    assert other_than_steps(history.events) == other_than_steps(given)
    assert total(history.events) == pytest.approx(total(given))
    positions = [event.step for event in history.events if isinstance(event, StepsDone)]
    assert positions == sorted(positions)


def test_a_hundred_thousand_epochs_and_pauses_stay_bounded_and_keep_the_shape_of_the_curve() -> None:
    history = History([started()])
    for i in range(1, 100_001):
        history.add(msgspec.structs.replace(epoch_done(1), epoch=i, step=i, test_loss=1 / i))
        history.add(CheckpointSaved(run=RUN, step=i, file="last.pt"))
        history.add(Paused(run=RUN, step=i) if i % 2 else Continued(run=RUN, step=i))
        assert len(history.events) <= EPOCHS + OTHERS + 1
    assert history.events[0] == started()
    epochs = [event.epoch for event in history.events if isinstance(event, EpochDone)]
    assert epochs == sorted(set(epochs))
    assert (epochs[0], epochs[-1]) == (1, 100_000)
    assert epochs[-1000:] == list(range(99_001, 100_001))
    assert max(later - earlier for earlier, later in itertools.pairwise(epochs)) <= 100_000 // 100
    assert isinstance(history.events[-1], Continued)


def test_a_full_disk_that_is_over_is_no_part_of_the_history() -> None:
    full = SavingFailed(run=RUN, step=1, reason="No space left on device")
    assert History([started(), full]).events == [started(), full]
    assert History([started(), full, msgspec.structs.replace(full, reason="other")]).events[1:] == [
        msgspec.structs.replace(full, reason="other")
    ]
    assert History([started(), full, CheckpointSaved(run=RUN, step=1, file="last.pt")]).events == [started()]


def test_only_the_newest_confusion_matrix_is_kept() -> None:
    history = History([started(), epoch_done(1), epoch_done(2), steps_done(81), epoch_done(3)])
    epochs = [event for event in history.events if isinstance(event, EpochDone)]
    assert [bool(event.confusion) for event in epochs] == [False, False, True]
    assert [event.test_loss for event in epochs] == [0.9, 0.45, 0.3]


def test_neighbouring_steps_join_until_an_event_is_full() -> None:
    history = History([steps_done(i) for i in range(1, 41)])
    assert [len(event.losses) for event in history.events if isinstance(event, StepsDone)] == [32, 8]


def test_steps_before_and_after_a_resume_are_not_merged() -> None:
    """What came after the checkpoint is repeated after the resume; a mean over both would be of neither."""
    history = History([started()])
    for i in range(1, 101):
        history.add(steps_done(i, loss=1.0))
    history.add(started(step=50, epoch=1))
    for i in range(51, 20_001):
        history.add(steps_done(i, loss=5.0))
    resumed = next(i for i, event in enumerate(history.events) if isinstance(event, RunStarted) and event.step)
    before = [loss for event in history.events[:resumed] if isinstance(event, StepsDone) for loss in event.losses]
    after = [loss for event in history.events[resumed:] if isinstance(event, StepsDone) for loss in event.losses]
    assert before
    assert all(loss == pytest.approx(1.0) for loss in before)
    assert all(loss == pytest.approx(5.0) for loss in after)
    assert len(history.events) <= STEP_EVENTS + 3


def test_many_resumes_are_all_kept() -> None:
    given: list[RunEvent] = []
    for i in range(300):
        given += [started(step=i, epoch=0), steps_done(i + 1)]
    history = History(given)
    assert sum(isinstance(event, RunStarted) for event in history.events) == 300
    assert total(history.events)[0] == 300


def test_a_history_of_a_history_is_the_same() -> None:
    once = History([started(), *(steps_done(i) for i in range(1, 5001)), epoch_done(1)]).events
    assert History(once).events == once


def test_parts_stay_under_the_limit_and_lose_nothing() -> None:
    events = [epoch_done(i) for i in range(1, 301)]
    lists = list(parts(events, size=10_000))
    assert len(lists) > 5
    assert [event for part in lists for event in part] == events
    assert all(sum(len(encode(event)) for event in part) <= 10_000 for part in lists)


def test_one_event_over_the_limit_goes_alone_and_nothing_is_one_empty_part() -> None:
    assert [len(part) for part in parts([epoch_done(1), epoch_done(2)], size=10)] == [1, 1]
    assert list(parts([])) == [[]]
    assert PART_BYTES < 1 << 20


def test_measurements_of_the_machine_stay_bounded_and_even_over_time_and_push_out_nothing_else() -> None:
    history = History([started()])
    for i in range(1, 20_001):
        history.add(measured(i))
        if i % 1000 == 0:
            history.add(Paused(run=RUN, step=i))
    kept = [event.time for event in history.events if isinstance(event, MachineMeasured)]
    assert len(kept) <= MACHINE
    assert len(kept) > MACHINE // 4
    assert kept == sorted(kept)
    assert kept[-100:] == [float(i) for i in range(19_901, 20_001)]
    assert kept[0] < 300
    assert max(later - earlier for earlier, later in itertools.pairwise(kept)) <= 20_000 // 50
    assert sum(isinstance(event, Paused) for event in history.events) == 20
