"""The runs that wait until nothing trains: kept on the disk, and told to every screen."""

import contextlib
import time
from pathlib import Path

import msgspec

from engine.networks.own.code import is_trusted, named_code, trust
from engine.server.protocols import EventSink, Reply
from engine.server.worker.checks import REFUSALS, CommandError, checked
from engine.server.worker.fork import open_fork
from engine.storage.files import in_words
from engine.storage.printing import say
from engine.storage.runs.bounded_history import parts
from engine.storage.runs.queue_file import Queue, QueueError, changed, find_queued, read_queue, set_aside, write_queue
from engine.tracking.trackers import check_trusted, targets
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyEvent,
    ClearQueue,
    CommandDone,
    CommandFailed,
    EditQueued,
    Enqueue,
    Enqueued,
    JobsPlanned,
    PlanJobs,
    QueueChanged,
    QueueCommand,
    QueuedRun,
    SetJobs,
)

LONGEST_PROBLEM = 2000


class RunQueue:
    """`starting` is the number of the run that begins now, 0 for none. Belongs to the worker's thread."""

    def __init__(self, checkpoints: Path, sink: EventSink) -> None:
        self.checkpoints = checkpoints
        self.sink = sink
        self.starting = 0
        self.queue = Queue()
        self.problem = ""
        self._unwritten = False  # what the disk has is older: it is full, say
        self._read()

    @property
    def at_once(self) -> int:
        """How many runs may train at once."""
        return max(1, self.queue.jobs)

    @property
    def next(self) -> QueuedRun | None:
        """The run that begins when nothing trains."""
        queue = self.queue  # another thread asks
        if queue.paused or self.starting:
            return None
        return next((run for run in queue.runs if not run.problem), None)

    def tell(self) -> None:
        """Tell every screen."""
        pieces = list(parts(self.queue.runs))
        for i, piece in enumerate(pieces):
            self.sink.publish(
                QueueChanged(
                    runs=piece,
                    paused=self.queue.paused,
                    problem=self.problem,
                    jobs=self.at_once,
                    first=i == 0,
                    last=i == len(pieces) - 1,
                )
            )

    # -------------------------------------------------------------- commands

    def handle(self, command: QueueCommand) -> CommandDone | Enqueued:
        """Do what a command asks. Changes nothing when it raises CommandError, ConfigError, QueueError or OSError."""
        if self.problem:
            self._read()  # somebody may have mended it
        if self.problem and isinstance(command, ClearQueue):
            say(f"the damaged queue is kept as {set_aside(self.checkpoints)}")
            self.problem, self.queue = "", Queue()
        if self.problem:
            raise QueueError(self.problem)
        queue = self.queue
        match command:
            case Enqueue():
                config = self._taken(command)
                run = QueuedRun(id=queue.next, config=config, fork=command.fork, added=time.time())
                self._change(msgspec.structs.replace(queue, runs=(*queue.runs, run), next=run.id + 1))
                return Enqueued(queued=run.id, place=len(queue.runs))
            case EditQueued():
                old = find_queued(queue, command.queued)
                if old.id == self.starting:
                    raise CommandError(f"waiting run {old.id} is about to start; steer it instead")
                new = msgspec.structs.replace(old, config=self._taken(command), fork=command.fork, problem="")
                runs = tuple(new if run is old else run for run in queue.runs)
                self._change(msgspec.structs.replace(queue, runs=runs))
            case _:
                self._change(changed(queue, command, starting=self.starting))
        return CommandDone()

    def question(self, command: SetJobs) -> PlanJobs:
        """Return what is to be known before so many runs train at once."""
        runs = self.queue.runs
        return PlanJobs(config=runs[0].config if runs else RunConfig(), jobs=command.jobs)

    def set_jobs(self, command: SetJobs, reply: Reply, plan: AnyEvent) -> None:
        """Have so many waiting runs train at once, where there is memory for them, and answer."""
        answer = plan
        if isinstance(plan, JobsPlanned):
            try:
                answer = self.handle(SetJobs(jobs=plan.jobs))
            except REFUSALS as error:
                answer = CommandFailed(reason=in_words(error))
        reply(msgspec.structs.replace(answer, reply_to=command.id))

    def _taken(self, command: Enqueue | EditQueued) -> RunConfig:
        """Return a configuration that may wait; a user's own network is that of this moment. Raises ConfigError, and
        for a fork RunError and CheckpointError."""
        config = checked(command.config)
        if command.fork:
            open_fork(self.checkpoints, command.fork, config)
        else:
            trust(named_code(config.model))
        return config

    # ----------------------------------------------------------------- start

    def check(self, run: QueuedRun) -> None:
        """Raise CommandError or ConfigError for a run that may not begin by itself: the user has not named its file, or
        where it is logged to."""
        code = named_code(run.config.model) if not run.fork else None  # a fork has that of its parent
        if code is not None and not is_trusted(code):
            raise CommandError(
                f"{run.config.model} is not the file that was queued: it has changed since, or the queue came with this"
                " folder. Edit the waiting run, or queue it again, to train it as it is now"
            )
        for name, target in targets(run.config.log_to).items():
            check_trusted(name, target)

    def begun(self, number: int) -> None:
        """Take a run that has begun from the queue."""
        self._must_change(tuple(run for run in self.queue.runs if run.id != number))

    def failed(self, number: int, reason: str) -> None:
        """Keep a run that could not begin, with the reason; it is in nobody's way."""
        say(f"waiting run {number} could not start: {reason}")
        self._must_change(
            tuple(
                msgspec.structs.replace(run, problem=reason[:LONGEST_PROBLEM]) if run.id == number else run
                for run in self.queue.runs
            )
        )

    def settle(self) -> None:
        """Write what could not be written before, if it can be now."""
        if self._unwritten:
            with contextlib.suppress(OSError, QueueError):
                write_queue(self.checkpoints, self.queue)
                self._unwritten = False

    # ------------------------------------------------------------------ disk

    def _read(self) -> None:
        before = self.problem
        try:
            self.queue, self.problem = read_queue(self.checkpoints), ""
        except QueueError as error:
            self.problem = str(error)
            if self.problem != before:
                say(self.problem)
        if before and self.problem != before:
            self.tell()

    def _change(self, queue: Queue) -> None:
        write_queue(self.checkpoints, queue)
        self._unwritten = False
        self.queue = queue
        self.tell()

    def _must_change(self, runs: tuple[QueuedRun, ...]) -> None:
        """Change what has happened already, whether or not the disk takes it."""
        self.starting = 0
        self.queue = msgspec.structs.replace(self.queue, runs=runs)
        try:
            write_queue(self.checkpoints, self.queue)
            self._unwritten = False
        except (OSError, QueueError) as error:
            self._unwritten = True
            say(f"the queue cannot be saved: {in_words(error)}; it is tried again")
        self.tell()
