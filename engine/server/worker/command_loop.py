"""The main thread of the engine: carries out commands, one at a time, between two training steps.

It knows no sockets. Commands come through a queue together with where to answer; events go out through an EventSink.
"""

import contextlib
import queue
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
import torch

from engine.data.find import DataError
from engine.insight.answers import INSIGHT_IN_WORDS
from engine.insight.certainty.asked import IN_WORDS
from engine.machine.activity import ACTIVITY
from engine.machine.device import announced_device, device_name
from engine.machine.process_group import ALONE, GroupBroken, Leave, ProcessGroup
from engine.machine.threads import limit_threads
from engine.machine.torchrun import is_whole
from engine.networks.own.isolation import traces_of_others
from engine.server.pool.pool import Pool
from engine.server.pool.process import Start
from engine.server.protocols import EventSink, Reply
from engine.server.worker.checks import CommandError, answered
from engine.server.worker.command_handler import CommandHandler
from engine.server.worker.inspection import Inspector
from engine.server.worker.jobs import Jobs
from engine.server.worker.loaded_data import Loader
from engine.server.worker.run_queue import RunQueue
from engine.storage.printing import say, say_traceback
from engine.vocabulary.config import ConfigError
from engine.vocabulary.messages import (
    AnyCommand,
    AnyEvent,
    CancelDownload,
    CommandFailed,
    EngineReady,
    QueuedRun,
    Shutdown,
    StartRun,
    Stop,
)

COMMANDS_SHARE = 0.05  # seconds for commands between two stretches of training, of 0.1 seconds each
DOING = {  # in words, for who waits for it
    "LoadData": "loading data",
    "ExportData": "writing images",
    "StartRun": "beginning a run",
    "ResumeRun": "resuming a run",
    "StartStudy": "beginning a study",
    "Evaluate": "testing a run",
    "PredictFiles": "classifying images",
    "AskGalleryNow": "classifying all images",
    "DescribeModel": "building a network to describe it",
    **{kind.__name__: doing for kind, doing in IN_WORDS.items()},
    **INSIGHT_IN_WORDS,
}


class Call(NamedTuple):
    """What another thread wants done by this one."""

    what: Callable[[], None]


class Worker:
    def __init__(
        self, checkpoints: Path, sink: EventSink, group: ProcessGroup = ALONE, start: Start | None = None
    ) -> None:
        """`start` begins processes that train beside each other; None: this is one of them."""
        self.group = group
        self.sink = sink
        self.commands: queue.SimpleQueue[tuple[AnyCommand | Call, Reply]] = queue.SimpleQueue()
        self.loader = Loader(sink)
        self.inspector = Inspector(checkpoints)
        self.pool = Pool(checkpoints, sink, self.call, start) if start is not None else None
        self.jobs = Jobs(checkpoints, self.loader, self.inspector, sink, group, self.pool)
        self.queue = RunQueue(checkpoints, sink)
        self.handler = CommandHandler(self.loader, self.inspector, self.jobs, self.queue, self.submit)
        self.restarts = False  # a new engine is to take this one's place, for the runs that wait

    def submit(self, command: AnyCommand, reply: Reply) -> None:
        """Hand over a command; called from any thread, and from signal handlers."""
        if isinstance(command, CancelDownload | Stop | Shutdown):  # the loop may be busy with a download
            self.loader.interrupted.set()
        self.commands.put((command, reply))

    def call(self, what: Callable[[], None]) -> None:
        """Have something done by the worker's thread; called from any thread."""
        self.commands.put((Call(what), lambda event: None))

    def terminate(self) -> None:
        """End on SIGTERM. torchrun sends it, too, to those that are left when one is lost: their run is to go on."""
        if self.group.size > 1 and not is_whole():
            raise GroupBroken("a process of the group is lost")
        self.submit(Shutdown(force=True), lambda event: None)

    @property
    def live_run(self) -> tuple[str, int, int]:
        """The run in progress ("" for none), its step, and how many of its steps no checkpoint has."""
        run = self.jobs.live
        return (run.name, run.step, run.step - run.saved_step) if run is not None else ("", 0, 0)

    @property
    def live_runs(self) -> frozenset[str]:
        """The names of all runs in progress."""
        run = self.jobs.live
        beside = self.pool.runs if self.pool is not None else ()
        return frozenset((*beside, *([run.name] if run is not None else [])))

    @property
    def waits_for(self) -> str:
        """What goes on elsewhere that a command waits for, "" for nothing."""
        return f"looking at {network}" if (network := self.handler.checks.network) else ""

    @property
    def busy(self) -> bool:
        work = (self.jobs.training, self.jobs.finding, self.loader.download)
        if any(each is not None for each in work) or self.handler.checks.busy or not self.commands.empty():
            return True
        if self.handler.questions.doing:
            return True
        if self.pool is not None and self.pool.working:
            return True
        return bool(self.queue.starting) or self.queue.next is not None

    @property
    def next_queued(self) -> QueuedRun | None:
        """The waiting run that can begin now, None for none."""
        jobs = self.jobs
        if jobs.study is not None or jobs.finding is not None or self.handler.checks.starting is not None:
            return None
        beside = len(self.pool.working) if self.pool is not None else 0
        return self.queue.next if (jobs.active is not None) + beside < self.queue.at_once else None

    # ------------------------------------------------------------------ loop

    def work(self, data_path: str = "") -> None:
        """Announce the engine, load the data, and serve until Shutdown. Raises GroupBroken."""
        ACTIVITY.begin("starting")
        device = announced_device()
        limit_threads()
        self.ready = EngineReady(
            device=str(device),
            device_name=device_name(device),
            torch=str(torch.__version__),
            threads=torch.get_num_threads(),
        )
        self.sink.publish(self.ready)
        if self.queue.queue.runs or self.queue.queue.paused or self.queue.problem:
            self.queue.tell()
        ACTIVITY.begin(DOING["LoadData"])
        with contextlib.suppress(DataError):  # DataFailed tells every screen; another folder can be named
            self.loader.load(data_path)
        ACTIVITY.begin("warming up")
        if self.commands.empty():
            self.loader.warm_up()
        self.serve()
        self.group.tell(Leave())

    def serve(self) -> None:
        """Carry out commands and train until Shutdown. Raises GroupBroken."""
        while not self.handler.ending:
            self.take_commands()
            self.jobs.advance()
            self.advance_answers()
            self.start_queued()
            self.tell_traces()

    def advance_answers(self) -> None:
        """Go on with an answer that takes long, for a piece."""
        if doing := self.handler.questions.doing:
            ACTIVITY.begin(doing)
            self.handler.questions.advance(beside=self.jobs.patience == 0)
            ACTIVITY.begin("")

    def start_queued(self) -> None:
        """Begin the next waiting run once nothing trains; one that cannot begin does not stop those after it."""
        self.queue.settle()
        while not self.handler.ending and (run := self.next_queued) is not None:
            try:
                self.queue.check(run)
            except (CommandError, ConfigError) as error:
                self.queue.failed(run.id, str(error))
                continue
            self.queue.starting = run.id
            jobs = self.queue.at_once
            command = StartRun(config=run.config, fork=run.fork, queued=run.id, jobs=jobs)
            self.carry_out(command, lambda answer, run=run: self.tell_started(run, answer))  # type: ignore[misc]

    def tell_started(self, run: QueuedRun, answer: AnyEvent) -> None:
        """Take a waiting run from the queue that has begun, or say why it has not."""
        if not isinstance(answer, CommandFailed):
            self.queue.begun(run.id)
        elif answer.renew and self.group.size == 1:
            self.queue.starting = 0
            self.restarts = self.handler.ending = True
            say("a new engine takes the place of this one, for the runs that wait")
        elif answer.busy:
            self.queue.starting = 0
        else:
            self.queue.failed(run.id, answer.reason)

    def tell_traces(self) -> None:
        """Tell every screen, once, that a user's own network has changed this process for good."""
        if not self.ready.stale and (trace := traces_of_others(None)):
            self.ready = msgspec.structs.replace(self.ready, stale=trace)
            self.sink.publish(self.ready)

    def take_commands(self) -> None:
        """Carry out the commands that are there; wait for one when there is nothing else to do.

        Many commands get a share of the time, so that no flood of them keeps the run from training.
        """
        waits = self.next_queued is None and not self.handler.questions.doing
        patience = self.jobs.patience if waits else 0.0
        if patience is None:
            self.jobs.tidy()
        if patience != 0:
            ACTIVITY.begin("")
        share = time.monotonic() + COMMANDS_SHARE
        with contextlib.suppress(queue.Empty):
            self.carry_out(*self.commands.get(timeout=patience))
            while not self.handler.ending and time.monotonic() < share:
                self.carry_out(*self.commands.get_nowait())

    def carry_out(self, command: AnyCommand | Call, reply: Reply) -> None:
        """Do what a command asks and answer it; a failure is an answer too, and never ends the engine."""
        if isinstance(command, Call):
            try:
                command.what()
            except Exception:  # it concerns one of several runs, and the others go on
                say_traceback()
            return
        ACTIVITY.begin(DOING.get(type(command).__name__, type(command).__name__))
        if isinstance(command, CancelDownload | Stop):  # what came before it has been ended
            self.loader.interrupted.clear()
        answer = answered(type(command).__name__, partial(self.handler.handle, command, reply))
        if answer is not None:
            reply(msgspec.structs.replace(answer, reply_to=command.id))
        ACTIVITY.begin("")
