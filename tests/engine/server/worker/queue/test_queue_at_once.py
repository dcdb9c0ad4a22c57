"""Several of the waiting runs train at once."""

from pathlib import Path

import pytest
from limits import LIMIT

from engine.server.worker.command_loop import Worker
from engine.storage.runs.queue_file import QUEUE, Queue, QueueError, changed, read_queue
from engine.vocabulary.messages import (
    MOST_JOBS,
    AnyCommand,
    AnyEvent,
    CommandDone,
    CommandFailed,
    Enqueue,
    JobsPlanned,
    PlanJobs,
    QueueChanged,
    RunEnded,
    SetJobs,
    StartRun,
)
from tests.engine.server.worker.driven_worker import CONFIG, FakeEventSink
from tests.engine.server.worker.pool.fake_jobs import FakeJob


class Engine:
    """A worker whose processes are played."""

    def __init__(self, checkpoints: Path) -> None:
        self.jobs: list[FakeJob] = []
        self.sink = FakeEventSink()
        self.worker = Worker(checkpoints, self.sink, start=self.new_job)

    def new_job(self, hear, gone) -> FakeJob:
        self.jobs.append(FakeJob(len(self.jobs) + 1, hear, gone))
        return self.jobs[-1]

    def tell(self, command: AnyCommand) -> list[AnyEvent]:
        answers: list[AnyEvent] = []
        self.worker.carry_out(command, answers.append)
        return answers

    def settle(self) -> None:
        """Do what is to be done now."""
        while not self.worker.commands.empty():
            self.worker.carry_out(*self.worker.commands.get(timeout=LIMIT))
        self.worker.start_queued()

    def set_jobs(self, jobs: int, memory: int = 1) -> AnyEvent:
        answers = self.tell(SetJobs(jobs=jobs, id=4))
        job = self.jobs[-1]
        assert isinstance(job.told[-1], PlanJobs)
        job.answer(JobsPlanned(jobs=0, threads=0, memory=memory, free=0))
        self.settle()
        return answers[0]


@pytest.fixture
def engine(checkpoints: Path) -> Engine:
    checkpoints.mkdir(exist_ok=True)
    return Engine(checkpoints)


def test_so_many_waiting_runs_begin_and_the_next_when_one_has_ended(engine: Engine) -> None:
    assert engine.set_jobs(2) == CommandDone(reply_to=4)
    for seed in range(3):
        engine.tell(Enqueue(config=CONFIG.replace({"seed": seed})))
    engine.settle()
    for number in (1, 2):
        begun = engine.jobs[number - 1].told[-1]
        assert isinstance(begun, StartRun)
        assert (begun.config.seed, begun.queued, begun.jobs) == (number - 1, number, 2)
        engine.jobs[number - 1].begin(f"{number:04}-seed-cnn")
        engine.settle()
    assert [run.id for run in read_queue(engine.worker.queue.checkpoints).runs] == [3]
    assert len(engine.jobs) == 2
    engine.jobs[0].says(RunEnded(run="0001-seed-cnn", step=8, time=2.0, state="finished"))
    engine.settle()
    begun = engine.jobs[0].told[-1]
    assert isinstance(begun, StartRun)
    assert begun.queued == 3
    assert engine.worker.live_runs == {"0002-seed-cnn"}
    assert engine.worker.busy


def test_a_run_that_is_to_train_alone_waits_for_all_that_train_at_once(engine: Engine) -> None:
    engine.set_jobs(2)
    engine.tell(Enqueue(config=CONFIG))
    engine.settle()
    engine.jobs[0].begin("0001-seed-cnn")
    engine.settle()
    [refused] = engine.tell(StartRun(config=CONFIG))
    assert isinstance(refused, CommandFailed)
    assert refused.busy
    assert "0001-seed-cnn is training beside others; stop first what trains" in refused.reason


def test_more_than_memory_allows_change_nothing(engine: Engine) -> None:
    refused = engine.set_jobs(2, memory=1 << 60)
    assert isinstance(refused, CommandFailed)
    assert "Jobs (jobs): 2 runs at once need" in refused.reason
    assert refused.reply_to == 4
    assert engine.worker.queue.at_once == 1


def test_the_number_is_kept_and_told(engine: Engine) -> None:
    engine.set_jobs(2)
    assert engine.sink.of(QueueChanged)[-1].jobs == 2
    assert read_queue(engine.worker.queue.checkpoints).jobs == 2
    assert (engine.worker.queue.checkpoints / QUEUE).exists()
    [done] = engine.tell(SetJobs(jobs=1))
    assert done == CommandDone()
    assert engine.worker.queue.at_once == 1


@pytest.mark.parametrize("jobs", [0, -1, MOST_JOBS + 1])
def test_a_number_that_is_none_is_refused(jobs: int) -> None:
    with pytest.raises(QueueError, match=f"give 1 to {MOST_JOBS}"):
        changed(Queue(), SetJobs(jobs=jobs))
