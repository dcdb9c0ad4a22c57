"""The main thread of the engine: carries out commands, one at a time, between two training steps.

It knows no sockets. Commands come through a queue together with where to answer; events go out through a Desk.
"""

import contextlib
import queue
import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import torch

from engine.active_run import ActiveRun
from engine.begin_run import begin_run, check_machine
from engine.checkpoint import CheckpointError
from engine.config import ConfigError, RunConfig, Value
from engine.data import DataError
from engine.device import DeviceError, choose_device, device_name
from engine.event_log import EventReader
from engine.group import ALONE, Alone, End, GroupBroken, Leave
from engine.history import History
from engine.image_folder import export_pngs
from engine.inspection import Inspector
from engine.loader import Loader
from engine.memory import give_back
from engine.messages import (
    AnyCommand,
    AnyEvent,
    CancelDownload,
    CommandDone,
    CommandFailed,
    Continue,
    DescribeModel,
    DownloadData,
    EngineReady,
    Evaluate,
    ExportData,
    FindRate,
    LoadData,
    Pause,
    Predict,
    PredictFiles,
    PreviewAugmentation,
    RatesTried,
    ResumeRun,
    Shutdown,
    StartRun,
    StartStudy,
    Steer,
    Steered,
    Stop,
    StopFinding,
)
from engine.output import say, say_traceback
from engine.own_code import named_code
from engine.ports import Desk, Reply
from engine.preview import preview
from engine.rate_finder import find_rates
from engine.run import Run, resume
from engine.runs import RunError, RunLog, find_run, read_record
from engine.step import Steps
from engine.study_files import INSTALL, StudyError, can_tune
from engine.summary import describe_network

if TYPE_CHECKING:
    from engine.active_study import ActiveStudy

COMMANDS_SHARE = 0.05  # seconds for commands between two stretches of training, of 0.1 seconds each


class CommandError(Exception):
    """A command that cannot be carried out now; the message says why and what to do."""


class Worker:
    def __init__(self, checkpoints: Path, desk: Desk, group: Alone = ALONE) -> None:
        self.group = group
        self.checkpoints = checkpoints
        self.desk = desk
        self.commands: queue.SimpleQueue[tuple[AnyCommand, Reply]] = queue.SimpleQueue()
        self.loader = Loader(desk)
        self.active: ActiveRun | None = None
        self.study: ActiveStudy | None = None  # only without a run
        self.inspector = Inspector(checkpoints)
        self.finding: Generator[RatesTried, None, None] | None = None  # the learning-rate finder, while it is at work
        self.ending = False
        self.untidy = False  # memory of what has ended is still held

    def submit(self, command: AnyCommand, reply: Reply) -> None:
        """Hand over a command; called from any thread, and from signal handlers."""
        self.commands.put((command, reply))

    def terminate(self) -> None:
        """End on SIGTERM, which torchrun sends to all processes of a group when one is lost: its run is to go on."""
        if self.group.size > 1:
            raise GroupBroken("ended by SIGTERM")
        self.submit(Shutdown(force=True), lambda event: None)

    @property
    def live(self) -> Run | None:
        return self.active.run if self.active is not None else None

    @property
    def live_run(self) -> str:
        """The name of the run in progress, or ""."""
        active = self.active  # another thread asks
        return active.run.name if active is not None else ""

    @property
    def job(self) -> "ActiveRun | ActiveStudy | None":
        """What trains: a run, a study, or nothing."""
        return self.active or self.study

    @property
    def busy(self) -> bool:
        work = (self.job, self.finding, self.loader.download)
        return any(each is not None for each in work) or not self.commands.empty()

    # ------------------------------------------------------------------ loop

    def work(self, data_path: str = "") -> None:
        """Announce the engine, load the data, and serve until Shutdown. Raises GroupBroken."""
        device = choose_device()
        self.desk.publish(
            EngineReady(
                device=str(device),
                device_name=device_name(device),
                torch=str(torch.__version__),
                threads=torch.get_num_threads(),
            )
        )
        with contextlib.suppress(DataError):  # DataFailed tells every screen; another folder can be named
            self.loader.load(data_path)
        self.warm_up()
        while not self.ending:
            self.take_commands()
            if self.finding is not None:
                self.try_rates(self.finding)
            elif self.active is not None and not self.active.idle:
                self.advance()
            elif self.study is not None:
                self.advance_study()
        self.group.tell(Leave())

    def warm_up(self) -> None:
        """Take a step that is thrown away, while nobody waits: the first use of a device loads libraries and kernels,
        which on CUDA takes seconds."""
        data = self.loader.data
        if data is None or not self.commands.empty():
            return
        try:
            run = Run(RunConfig(batch_size=min(RunConfig().batch_size, len(data.train_labels))), data)
            Steps(run)(torch.arange(run.config.batch_size, device=run.device)).item()
            self.loader.data = run.data  # on the run's device: the first run starts at once
        except Exception as error:  # a run will fail in the same way, and say so to those who asked for it
            say(f"warming up failed: {error}")

    def take_commands(self) -> None:
        """Carry out the commands that are there; wait for one when there is nothing else to do.

        Many commands get a share of the time, so that no flood of them keeps the run from training.
        """
        patience = self.job.patience if self.job is not None else None
        patience = patience if self.finding is None else 0.0
        if patience is None and self.untidy:
            self.untidy = False
            give_back()
        share = time.monotonic() + COMMANDS_SHARE
        with contextlib.suppress(queue.Empty):
            self.carry_out(*self.commands.get(timeout=patience))
            while not self.ending and time.monotonic() < share:
                self.carry_out(*self.commands.get_nowait())

    def carry_out(self, command: AnyCommand, reply: Reply) -> None:
        """Do what a command asks and answer it; a failure is an answer too, and never ends the engine."""
        try:
            answer = self.handle(command)
        except GroupBroken:
            raise
        except (
            CommandError,
            ConfigError,
            DataError,
            DeviceError,
            RunError,
            CheckpointError,
            StudyError,
            OSError,
        ) as error:
            answer = CommandFailed(reason=str(error))
        except (Exception, SystemExit) as error:
            say_traceback()
            answer = CommandFailed(reason=f"{type(command).__name__} failed: {type(error).__name__}: {error}")
        reply(msgspec.structs.replace(answer, reply_to=command.id))

    def handle(self, command: AnyCommand) -> AnyEvent:
        if isinstance(command, StartRun | StartStudy | ResumeRun | Continue | StopFinding | Shutdown):
            self.finding = None
        match command:
            case StartRun():
                self.start(command.config)
            case ResumeRun():
                self.resume(command.run, command.changes)
            case Steer():
                self.steer(command.changes)
            case StartStudy():
                self.start_study(command)
            case Pause() | Continue():
                (self.study or self.running()).pause(isinstance(command, Pause))
            case Stop():
                self.stop(command.force)
            case LoadData():
                if self.job is None:
                    self.loader.load(command.path)
                elif command.path != self.loader.path:
                    raise CommandError("a run is training on the loaded data; stop it before loading other data")
                if self.loader.announced is not None:
                    return self.loader.announced
            case DownloadData():
                self.loader.start_download(lambda: self.submit(LoadData(path=""), self.downloaded))
            case CancelDownload():
                self.loader.cancelled.set()
            case ExportData():
                export_pngs(self.loader.needed(), Path(command.path), self.loader.progress)
            case Predict():
                return self.inspector.walk(command, self.live, self.loader.data)
            case PreviewAugmentation():
                return preview(command, self.loader.needed())
            case FindRate():
                self.find_rate(command.config)
            case StopFinding():
                pass
            case PredictFiles():
                return self.inspector.classify(command, self.live)
            case Evaluate():
                return self.inspector.evaluate(command, self.live, self.loader.data)
            case DescribeModel():
                config = RunConfig().replace(msgspec.structs.asdict(command.config))
                return describe_network(config, named_code(config.model))
            case Shutdown():
                if self.job is not None:
                    self.stop(command.force)
                self.loader.cancelled.set()
                self.ending = True
            case _:
                raise CommandError(f"{type(command).__name__} is no command for the engine's worker")
        return CommandDone()

    # ------------------------------------------------------------------- run

    def start(self, config: RunConfig) -> None:
        self.check_free()
        config = RunConfig().replace(msgspec.structs.asdict(config))  # decoding a message checks types, not bounds
        check_machine(config, self.group)
        self.launch(*begin_run(self.checkpoints, config, self.loader.data_for(config), self.group))

    def check_free(self) -> None:
        """Raises CommandError while something trains."""
        if self.active is not None:
            raise CommandError(f"run {self.active.run.name} is already training; stop it first")
        if self.study is not None:
            raise CommandError(f"study {self.study.name} is tuning; stop it first, it can be continued")

    def resume(self, name: str, changes: dict[str, Value]) -> None:
        self.check_free()
        folder = find_run(self.checkpoints, name)
        record = read_record(folder)
        if self.loader.data is None or self.loader.data.fingerprint != record.data:
            self.loader.load(record.data_path)
        run = resume(folder.name, folder, self.loader.needed(), changes, self.group)
        record.state, record.reason, record.config = "running", "", run.config
        self.desk.replace_history(History(EventReader(folder)).events)
        self.launch(run, RunLog(folder, record))

    def launch(self, run: Run, log: RunLog) -> None:
        self.loader.data = run.data  # keep it on the run's device: the next run starts at once
        self.active = ActiveRun(run, log, self.desk.publish)
        self.advance()

    def steer(self, changes: dict[str, Value]) -> None:
        active = self.running()
        active.run.steer(changes)
        active.record(Steered(run=active.run.name, step=active.run.step, changes=changes, config=active.run.config))

    def find_rate(self, config: RunConfig) -> None:
        """Begin to look for a learning rate for the paused run, or for a new one with this config."""
        run = self.live
        if self.study is not None:
            self.check_free()
        if self.active is not None and not self.active.paused:
            raise CommandError(f"run {self.live_run} is training; pause it to find a learning rate for it")
        if self.group.size > 1:
            raise CommandError("the learning-rate finder works in one process; end this engine, and give processes 1")
        config = run.config if run is not None else RunConfig().replace(msgspec.structs.asdict(config))
        data = self.loader.data_for(config) if run is None else self.loader.needed()
        self.finding = find_rates(config, data, run)

    def try_rates(self, finding: Generator[RatesTried, None, None]) -> None:
        try:
            tried = next(finding)
        except (Exception, SystemExit) as error:  # of a copy: nothing else is touched
            say_traceback()
            tried = RatesTried(rates=[], losses=[], smoothed=[], done=True, problem=f"{type(error).__name__}: {error}")
        if tried.done:
            self.finding = None
        self.desk.publish(tried)

    def downloaded(self, answer: AnyEvent) -> None:
        """Tell those who wait for the downloaded data that it is there, although a run keeps it from being loaded."""
        if isinstance(answer, CommandFailed) and self.job is not None:
            self.loader.announce("MNIST is downloaded; it is loaded for the next run")

    def running(self) -> ActiveRun:
        if self.active is None:
            raise CommandError("no run is training")
        return self.active

    def stop(self, force: bool) -> None:
        """Save the run where it is and end it; `resume` continues from this very step.

        Raises CommandError when it cannot be saved and `force` does not say to end it nevertheless.
        """
        if self.study is not None:
            self.study.stop()
            self.study = None
            return
        active = self.running()
        active.stop()
        if active.ended is None:
            if not force:
                raise CommandError(
                    f"run {active.run.name} cannot be saved: {active.problem}. It waits, and nothing is lost: make"
                    f" room, or end it without saving its last {active.run.step - active.run.saved_step} steps"
                )
            active.give_up()
        self.leave(active)

    def advance(self) -> None:
        """Train until the next event."""
        active = self.running()
        active.advance()
        if active.ended is not None:
            self.leave(active)

    def start_study(self, command: StartStudy) -> None:
        self.check_free()
        if not can_tune():
            raise CommandError(INSTALL)
        from engine.begin_study import begin_study  # Optuna is an extra, and takes a while to import

        config = RunConfig().replace(msgspec.structs.asdict(command.base))
        device = choose_device(config.device)
        if self.group.size > 1:
            raise CommandError(
                f"this engine has {self.group.size} processes, a trial needs one; end it with `mnist-tui engine stop`,"
                " and start several engines on one study instead"
            )
        data = self.loader.data = self.loader.data_for(config).to(device)
        self.study = begin_study(self.checkpoints, command, data, self.desk.publish)

    def advance_study(self) -> None:
        assert self.study is not None
        self.study.advance()
        if self.study.ended is not None:
            self.study = None
            self.untidy = True

    def leave(self, active: ActiveRun) -> None:
        self.active = None
        self.group.tell(End())
        if active.ended is not None and active.ended.state != "failed":
            self.inspector.keep(active.run)
        self.untidy = True
