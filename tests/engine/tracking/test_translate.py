"""What the events of a log say to a tracker."""

from collections.abc import Iterable

import pytest

from engine.tracking.batch import Batch
from engine.tracking.translate import Translator, has_pictures, joined
from engine.vocabulary.messages import MachineMeasured, RunEvent, StepsDone
from tests.engine.tracking.made_runs import KILLED, RESUMED, RUN, TWO_EPOCHS, epoch, steered


def told(events: Iterable[RunEvent], takes_back: bool = False, most: int = 10_000) -> list[Batch]:
    translator = Translator(takes_back)
    return list(joined((translator.batch(event, i) for i, event in enumerate(events, 1)), most))


def values(batches: list[Batch], name: str) -> dict[int, float]:
    found = [(point.step, point.value) for batch in batches for point in batch.points if point.name == name]
    assert len(found) == len(dict(found))
    return dict(found)


def test_each_step_and_each_epoch_is_a_point() -> None:
    batches = told(TWO_EPOCHS)
    assert values(batches, "train/loss") == {step: step / 10 for step in range(1, 81)}
    assert values(batches, "epoch/test_accuracy") == {40: 0.9, 80: 0.9}
    assert values(batches, "epoch/lr") == {40: 1e-3, 80: 1e-3}
    assert [batch.ended for batch in batches] == ["", "", "finished"]


def test_the_mean_of_several_steps_is_a_point_at_the_last_of_them() -> None:
    event = StepsDone(run=RUN, step=110, epoch=0, stride=4, steps=10, losses=[1.0, 2.0, 3.0], images_per_s=100.0)
    assert values(told([event]), "train/loss") == {104: 1.0, 108: 2.0, 110: 3.0}


def test_what_was_steered_is_a_note_and_a_scalar_at_its_step() -> None:
    batches = told(TWO_EPOCHS)
    assert values(batches, "steering/lr") == {40: 0.5}
    assert [(note.step, note.text) for batch in batches for note in batch.notes] == [
        (40, "lr: 0.001 -> 0.5"), (80, "finished"),
    ]  # fmt: skip


def test_a_log_says_the_same_each_time_it_is_read_however_it_is_cut() -> None:
    whole, cut = told(TWO_EPOCHS), told(TWO_EPOCHS, most=1)
    assert len(cut) > len(whole)
    assert [point for batch in cut for point in batch.points] == [point for batch in whole for point in batch.points]


def test_time_goes_on_with_steps_tests_and_what_has_a_time() -> None:
    measured = MachineMeasured(
        run=RUN, step=40, time=50.0, cpu=0.5, engine=0.4, memory=1, memory_total=2, engine_memory=1
    )
    batches = told([*TWO_EPOCHS[:4], measured, *TWO_EPOCHS[4:]])
    times = [point.time for batch in batches for point in batch.points]
    assert times[0] == pytest.approx(1.0 + 100 / 5000)  # a batch of 100 at 5,000 a second
    assert next(time for time in times if time >= 50.0) == 50.0
    assert batches[-1].time == 90.0


def test_of_a_run_that_was_killed_no_step_is_there_twice_and_none_is_missing() -> None:
    batches = told([*KILLED, *RESUMED])
    assert list(values(batches, "train/loss")) == list(range(1, 81))
    assert "resumed, 20 steps are trained again" in [note.text for batch in batches for note in batch.notes]


def test_a_tracker_that_takes_back_is_told_from_where_and_gets_the_steps_anew() -> None:
    batches = told([*KILLED, *RESUMED], takes_back=True)
    place = next(i for i, batch in enumerate(batches) if batch.rewinds is not None)
    assert batches[place].rewinds == 40
    before, after = (
        [point.step for batch in part for point in batch.points if point.name == "train/loss"]
        for part in (batches[:place], batches[place:])
    )
    assert (before, after) == (list(range(1, 61)), list(range(41, 81)))


def test_points_do_not_wait_for_the_pictures_of_their_epoch() -> None:
    first, second = told(TWO_EPOCHS[:5])
    assert (len(first.points), first.confusions) == (sum(len(batch.points) for batch in (first, second)), [])
    assert [confusion.epoch for confusion in second.confusions] == [1]


def test_what_is_other_in_a_resumed_run_is_told() -> None:
    from fake_engine import started

    batches = told([started(), *epoch(1), started(step=40, epoch=1, lr=0.25)])
    assert values(batches, "steering/lr") == {40: 0.25}


def test_pictures_come_with_the_checkpoint_of_their_epoch_and_of_the_last_epoch_always() -> None:
    def epochs(last: int) -> list[int]:
        events = [event for number in range(1, last + 1) for event in epoch(number)]
        batches = told([TWO_EPOCHS[0], *events, TWO_EPOCHS[-1]])
        return [confusion.epoch for batch in batches for confusion in batch.confusions]

    assert epochs(3) == [1, 2, 3]
    assert epochs(19) == [*range(1, 17), 18, 19]
    assert not told(TWO_EPOCHS[:4])[0].confusions  # what the run thinks of each digit is not on the disk yet


def test_however_long_a_run_is_there_are_few_pictures() -> None:
    assert sum(map(has_pictures, range(1, 100_001))) < 250


def test_a_steering_back_at_the_same_step_is_told_once() -> None:
    batches = told([TWO_EPOCHS[0], *epoch(1), steered(40, 0.5), steered(40, 0.25)])
    assert len(values(batches, "steering/lr")) == 1
