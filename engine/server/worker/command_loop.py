"""The main thread of the engine: carries out commands, one at a time, between two training steps.

It knows no sockets. Commands come through a queue together with where to answer; events go out through an EventSink.
"""

import contextlib
import queue
import time
from pathlib import Path

import msgspec
import torch

from engine.data.find import DataError
from engine.machine.activity import ACTIVITY
from engine.machine.device import DeviceError, announced_device, device_name
from engine.machine.process_group import ALONE, GroupBroken, Leave, ProcessGroup
from engine.machine.threads import limit_threads
from engine.machine.torchrun import is_whole
from engine.networks.own.isolation import OwnCodeFailed, traces_of_others
from engine.server.protocols import EventSink, Reply
from engine.server.worker.checks import Busy, CommandError, EngineStale
from engine.server.worker.command_handler import CommandHandler
from engine.server.worker.inspection import Inspector
from engine.server.worker.jobs import Jobs
from engine.server.worker.loaded_data import Loader
from engine.server.worker.run_queue import RunQueue
from engine.storage.files import in_words
from engine.storage.printing import say, say_traceback
from engine.storage.runs.checkpoint import CheckpointError
from engine.storage.runs.folders import RunError
from engine.storage.runs.queue_file import QueueError
from engine.training.evaluation import BATCH
from engine.training.loop import train_epochs
from engine.training.run import Run
from engine.training.step import Steps
from engine.tuning.files import StudyError
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import (
    AnyCommand,
    AnyEvent,
    CommandFailed,
    EngineReady,
    QueuedRun,
    Shutdown,
    StartRun,
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
    "DescribeModel": "building a network to describe it",
}


class Worker:
    def __init__(self, checkpoints: Path, sink: EventSink, group: ProcessGroup = ALONE) -> None:
        self.group = group
        self.sink = sink
        self.commands: queue.SimpleQueue[tuple[AnyCommand, Reply]] = queue.SimpleQueue()
        self.loader = Loader(sink)
        self.inspector = Inspector(checkpoints)
        self.jobs = Jobs(checkpoints, self.loader, self.inspector, sink, group)
        self.queue = RunQueue(checkpoints, sink)
        self.handler = CommandHandler(self.loader, self.inspector, self.jobs, self.queue, self.submit)
        self.restarts = False  # a new engine is to take this one's place, for the runs that wait

    def submit(self, command: AnyCommand, reply: Reply) -> None:
        """Hand over a command; called from any thread, and from signal handlers."""
        self.commands.put((command, reply))

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
    def waits_for(self) -> str:
        """What goes on elsewhere that a command waits for, "" for nothing."""
        return f"looking at {network}" if (network := self.handler.checks.network) else ""

    @property
    def busy(self) -> bool:
        work = (self.jobs.training, self.jobs.finding, self.loader.download)
        if any(each is not None for each in work) or self.handler.checks.busy or not self.commands.empty():
            return True
        return bool(self.queue.starting) or self.queue.next is not None

    @property
    def next_queued(self) -> QueuedRun | None:
        """The waiting run that can begin now, None for none."""
        jobs = self.jobs
        if jobs.training is not None or jobs.finding is not None or self.handler.checks.starting is not None:
            return None
        return self.queue.next

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
        self.warm_up()
        while not self.handler.ending:
            self.take_commands()
            self.jobs.advance()
            self.start_queued()
            self.tell_traces()
        self.group.tell(Leave())

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
            command = StartRun(config=run.config, fork=run.fork, queued=run.id)
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

    def warm_up(self) -> None:
        """Take steps that are thrown away, while nobody waits: the first use of a device loads libraries and kernels,
        which on CUDA takes seconds."""
        data = self.loader.data
        if data is None or not self.commands.empty():
            return
        try:
            run = Run(RunConfig(epochs=1, batch_size=min(RunConfig().batch_size, len(data.train_labels))), data)
            take_step = Steps(run)
            take_step(torch.arange(run.config.batch_size, device=run.device))[0].item()
            if take_step.new_graph:  # a short epoch, with all that belongs to one
                list(train_epochs(Run(run.config, run.data.first(BATCH))))
            self.loader.data = run.data  # on the run's device: the first run starts at once
        except Exception as error:  # a run will fail in the same way, and say so to those who asked for it
            say(f"warming up failed: {error}")

    def take_commands(self) -> None:
        """Carry out the commands that are there; wait for one when there is nothing else to do.

        Many commands get a share of the time, so that no flood of them keeps the run from training.
        """
        patience = self.jobs.patience if self.next_queued is None else 0.0
        if patience is None:
            self.jobs.tidy()
        if patience != 0:
            ACTIVITY.begin("")
        share = time.monotonic() + COMMANDS_SHARE
        with contextlib.suppress(queue.Empty):
            self.carry_out(*self.commands.get(timeout=patience))
            while not self.handler.ending and time.monotonic() < share:
                self.carry_out(*self.commands.get_nowait())

    def carry_out(self, command: AnyCommand, reply: Reply) -> None:
        """Do what a command asks and answer it; a failure is an answer too, and never ends the engine."""
        ACTIVITY.begin(DOING.get(type(command).__name__, type(command).__name__))
        try:
            answer = self.handler.handle(command, reply)
        except GroupBroken:
            raise
        except EngineStale as error:
            answer = CommandFailed(reason=str(error), renew=True)
        except Busy as error:
            answer = CommandFailed(reason=str(error), busy=True)
        except (
            CommandError,
            ConfigError,
            DataError,
            DeviceError,
            RunError,
            CheckpointError,
            StudyError,
            QueueError,
            OwnCodeFailed,
            OSError,
        ) as error:
            answer = CommandFailed(reason=in_words(error))
        except (Exception, SystemExit) as error:
            say_traceback()
            answer = CommandFailed(reason=f"{type(command).__name__} failed: {type(error).__name__}: {error}")
        if answer is not None:
            reply(msgspec.structs.replace(answer, reply_to=command.id))
        ACTIVITY.begin("")
