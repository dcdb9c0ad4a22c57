"""A pool whose processes are lists of what they were told; a test says what they answer."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from engine.server.pool.pool import Pool
from engine.storage.runs.record import RunRecord, write_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyCommand,
    AnyEvent,
    CommandDone,
    RunEnded,
    RunStarted,
    RunTold,
    StartRun,
)

CONFIG = RunConfig(epochs=2, batch_size=50, device="cpu")


class FakeJob:
    def __init__(self, number: int, hear: Callable[[AnyEvent], None], gone: Callable[[], None]) -> None:
        self.pid = number
        self.end_reason = "it was ended by SIGKILL"
        self.told: list[AnyCommand] = []
        self.says = hear
        self.dies = gone
        self.killed = False

    def send(self, command: AnyCommand) -> None:
        self.told.append(command)

    def kill(self) -> None:
        self.killed = True

    def wait(self, seconds: float) -> bool:
        return True

    def answer(self, event: AnyEvent) -> None:
        self.says(msgspec.structs.replace(event, reply_to=self.told[-1].id))

    def begin(self, run: str) -> None:
        """Answer StartRun as a process does."""
        self.says(started(run))
        self.answer(CommandDone())


class FakePool(Pool):
    def __init__(self, checkpoints: Path) -> None:
        self.jobs: list[FakeJob] = []
        self.events: list[AnyEvent] = []
        super().__init__(checkpoints, self, lambda what: what(), self.new_job)

    def new_job(self, hear: Callable[[AnyEvent], None], gone: Callable[[], None]) -> FakeJob:
        self.jobs.append(FakeJob(len(self.jobs) + 1, hear, gone))
        return self.jobs[-1]

    def publish(self, event: AnyEvent) -> None:
        self.events.append(event)

    def replace_history(self, events: object) -> None: ...

    def ended(self) -> list[RunEnded]:
        return [each.told for each in self.events if isinstance(each, RunTold) and isinstance(each.told, RunEnded)]

    def begin(self, run: str, jobs: int = 2) -> FakeJob:
        """Have a run begun, and return its process."""
        answers: list[AnyEvent] = []
        self.start(StartRun(config=CONFIG, jobs=jobs), answers.append)
        job = next(job for job in reversed(self.jobs) if isinstance(job.told[-1], StartRun))
        job.begin(run)
        return job


def started(run: str) -> RunStarted:
    return RunStarted(
        run=run, time=1.0, config=CONFIG, device="cpu", parameters=1, train_images=200, test_images=50, sample=True,
        steps_per_epoch=4, threads=1, most_threads=2,
    )  # fmt: skip


def record(checkpoints: Path, run: str) -> None:
    (checkpoints / run).mkdir(parents=True)
    kept = RunRecord(
        run=run, state="running", started=1.0, config=CONFIG, device="cpu", data="1" * 16, data_path="/own",
        sample=False, versions={},
    )  # fmt: skip
    write_record(checkpoints / run, kept)
