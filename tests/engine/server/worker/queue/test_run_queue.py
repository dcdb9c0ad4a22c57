"""Runs that wait: in order, on the disk, and begun when nothing trains."""

from pathlib import Path

import pytest

from engine.storage.runs.folders import run_names
from engine.storage.runs.queue_file import QUEUE, Queue, read_queue
from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    ClearQueue,
    CommandFailed,
    ContinueQueue,
    EditQueued,
    Enqueue,
    Enqueued,
    MoveQueued,
    Pause,
    PauseQueue,
    QueueChanged,
    QueuedRun,
    RemoveQueued,
    RunEnded,
    RunStarted,
    StartRun,
    Stop,
)
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine, engine  # noqa: F401  (engine is a fixture)

SHORT = CONFIG.replace({"epochs": 1})


@pytest.fixture(autouse=True)
def _folder(checkpoints: Path) -> None:
    checkpoints.mkdir(exist_ok=True)


def seed(number: int) -> RunConfig:
    return SHORT.replace({"seed": number})


def enqueue(engine: Engine, config: RunConfig) -> int:
    answer = engine.tell(Enqueue(config=config))
    assert isinstance(answer, Enqueued), answer
    return answer.queued


def seeds(engine: Engine) -> list[int]:
    return [run.config.seed for run in read_queue(engine.checkpoints).runs]


def work_off(engine: Engine) -> None:
    """Do as the worker's loop does, until nothing trains or waits."""
    engine.worker.start_queued()
    while engine.worker.jobs.active is not None:
        engine.worker.jobs.advance()
        engine.worker.start_queued()


def test_waiting_runs_start_by_themselves_in_order_when_nothing_trains(engine: Engine) -> None:
    engine.done(StartRun(config=SHORT))
    numbers = [enqueue(engine, seed(1)), enqueue(engine, seed(2))]
    engine.worker.start_queued()
    assert engine.worker.jobs.live is not None
    assert engine.worker.jobs.live.name == RUN
    work_off(engine)
    assert [event.queued for event in engine.sink.of(RunStarted)] == [0, *numbers]
    assert [read_record(engine.checkpoints / name).config.seed for name in run_names(engine.checkpoints)] == [0, 1, 2]
    assert read_queue(engine.checkpoints).runs == ()
    assert engine.sink.of(QueueChanged)[-1].runs == []
    assert not engine.worker.busy


def test_an_engine_with_waiting_runs_is_busy_unless_the_queue_is_paused(engine: Engine) -> None:
    enqueue(engine, seed(1))
    assert engine.worker.busy
    engine.done(PauseQueue())
    assert not engine.worker.busy


def test_one_that_cannot_begin_stays_with_its_reason_and_does_not_stop_the_next(engine: Engine) -> None:
    bad = enqueue(engine, seed(1).replace({"batch_size": 5000}))
    enqueue(engine, seed(2))
    work_off(engine)
    [left] = read_queue(engine.checkpoints).runs
    assert left.id == bad
    assert "5000 is more than the 200 training images" in left.problem
    assert [read_record(engine.checkpoints / name).config.seed for name in run_names(engine.checkpoints)] == [2]
    assert not engine.worker.busy
    engine.done(EditQueued(queued=bad, config=seed(1)))
    work_off(engine)
    assert read_queue(engine.checkpoints).runs == ()


def test_one_that_fails_while_it_trains_does_not_stop_the_next(engine: Engine) -> None:
    enqueue(engine, seed(1))
    enqueue(engine, seed(2))
    engine.worker.start_queued()
    assert engine.worker.jobs.live is not None
    next(engine.worker.jobs.live.model.parameters()).data.fill_(float("nan"))
    work_off(engine)
    assert [event.state for event in engine.sink.of(RunEnded)] == ["failed", "finished"]


def test_waiting_runs_are_moved_edited_removed_and_cleared(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    first, second, third = (enqueue(engine, seed(i)) for i in (1, 2, 3))
    engine.done(MoveQueued(queued=third, place=0))
    assert seeds(engine) == [3, 1, 2]
    engine.done(MoveQueued(queued=third, place=99))
    assert seeds(engine) == [1, 2, 3]
    engine.done(EditQueued(queued=second, config=seed(7)))
    assert seeds(engine) == [1, 7, 3]
    engine.done(RemoveQueued(queued=first))
    assert seeds(engine) == [7, 3]
    assert f"no run with number {first} waits" in engine.refused(RemoveQueued(queued=first))
    assert "Epochs (epochs)" in engine.refused(EditQueued(queued=second, config=RunConfig(epochs=0)))
    engine.done(ClearQueue())
    assert seeds(engine) == []
    assert enqueue(engine, seed(4)) > third  # a number is never given twice


def test_the_queue_survives_the_engine_in_order(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    for number in (5, 6):
        enqueue(engine, seed(number))
    again = Engine(engine.checkpoints)  # as after kill -9: nothing was ended
    assert [run.config.seed for run in again.worker.queue.queue.runs] == [5, 6]
    assert again.worker.next_queued is not None
    assert again.worker.next_queued.config == seed(5)


def test_a_stop_says_whether_the_queue_goes_on(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    enqueue(engine, seed(1))
    engine.done(Stop(pause_queue=True))
    engine.worker.start_queued()
    assert engine.worker.jobs.active is None
    assert engine.sink.of(QueueChanged)[-1].paused
    assert read_queue(engine.checkpoints).paused
    engine.done(ContinueQueue())
    engine.worker.start_queued()
    assert engine.worker.jobs.live is not None
    enqueue(engine, seed(2))
    engine.done(Stop())
    engine.worker.start_queued()
    assert engine.worker.jobs.live.config.seed == 2


def test_a_paused_run_keeps_the_others_waiting(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    enqueue(engine, seed(1))
    engine.done(Pause())
    assert engine.worker.next_queued is None


def test_what_is_refused_because_something_trains_says_that_it_could_wait(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    answer = engine.tell(StartRun(config=CONFIG))
    assert isinstance(answer, CommandFailed)
    assert answer.busy


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b'{"format":2,"sha256":"","queue":{}}', b'{"format":1,"sha256":"0","queue":{"runs":[]}}'],
)
def test_a_damaged_queue_is_named_and_kept(engine: Engine, damage: bytes) -> None:
    path = engine.checkpoints / QUEUE
    path.write_bytes(damage)
    again = Engine(engine.checkpoints)
    again.worker.loader.load("")
    reason = again.refused(Enqueue(config=SHORT))
    assert str(path) in reason
    assert "queue clear" in reason
    assert path.read_bytes() == damage
    again.done(StartRun(config=SHORT))  # without the queue all goes on
    again.finish()
    again.done(ClearQueue())
    assert path.with_name(f"{QUEUE}.damaged").read_bytes() == damage
    enqueue(again, seed(1))
    assert seeds(again) == [1]


def test_a_mended_queue_is_read_again(engine: Engine) -> None:
    enqueue(engine, seed(1))
    path = engine.checkpoints / QUEUE
    whole = path.read_bytes()
    path.write_bytes(b"?")
    again = Engine(engine.checkpoints)
    assert again.worker.queue.problem
    path.write_bytes(whole)
    enqueue(again, seed(2))
    assert seeds(again) == [1, 2]


def test_a_long_queue_is_told_in_parts(engine: Engine) -> None:
    engine.worker.queue.queue = Queue(next=5000, runs=tuple(QueuedRun(id=i, config=SHORT) for i in range(1000)))
    engine.worker.queue.tell()
    told = engine.sink.of(QueueChanged)
    assert len(told) > 1
    assert [told[0].first, told[0].last, told[-1].first, told[-1].last] == [True, False, False, True]
    assert [run.id for event in told for run in event.runs] == list(range(1000))


def test_a_full_disk_refuses_a_run_and_keeps_those_that_wait(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    enqueue(engine, seed(1))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(engine.checkpoints / QUEUE))

    monkeypatch.setattr("engine.storage.runs.queue_file.write_atomically", full)
    assert "No space left" in engine.refused(Enqueue(config=seed(2)))
    assert [run.config.seed for run in engine.worker.queue.queue.runs] == [1]
    assert seeds(engine) == [1]
