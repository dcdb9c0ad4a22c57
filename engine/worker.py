"""The main thread of the engine: carries out commands, one at a time, between two training steps.

It knows no sockets. Commands come through a queue together with where to answer; events go out through a Desk.
"""

import contextlib
import platform
import queue
import shutil
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy
import torch

from engine.active_run import ActiveRun
from engine.catalogue import folder_name
from engine.checkpoint import CheckpointError
from engine.config import ConfigError, RunConfig, Value
from engine.data import DataError, Dataset, load_data
from engine.device import DeviceError, choose_device, device_name
from engine.download import download
from engine.event_log import EventReader
from engine.group import ALONE, Alone, End, GroupBroken, Leave
from engine.history import History
from engine.image_folder import export_pngs
from engine.inspection import Inspector
from engine.messages import (
    AnyCommand,
    AnyEvent,
    CancelDownload,
    CommandDone,
    CommandFailed,
    Continue,
    DataFailed,
    DataProgress,
    DataReady,
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
from engine.own_code import keep_copy, named_code, trust
from engine.paths import default_data
from engine.ports import Desk, Reply
from engine.preview import preview
from engine.rate_finder import find_rates
from engine.run import Run, resume
from engine.runs import RunError, RunLog, RunRecord, create_folder, find_run, read_record
from engine.step import Steps
from engine.study_files import INSTALL, StudyError, can_tune
from engine.summary import describe_network
from engine.validation import split

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
        self.data: Dataset | None = None
        self.data_path: str | None = None  # what was asked for, "" being the default search
        self.announced: DataReady | None = None  # what screens were told of `data`
        self.active: ActiveRun | None = None
        self.study: ActiveStudy | None = None  # only without a run
        self.inspector = Inspector(checkpoints)
        self.finding: Generator[RatesTried, None, None] | None = None  # the learning-rate finder, while it is at work
        self.download: threading.Thread | None = None
        self.cancelled = threading.Event()
        self.ending = False

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
        work = (self.job, self.finding, self.download)
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
            self.load(data_path)
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
        if self.data is None or not self.commands.empty():
            return
        try:
            run = Run(RunConfig(batch_size=min(RunConfig().batch_size, len(self.data.train_labels))), self.data)
            Steps(run)(torch.arange(run.config.batch_size, device=run.device)).item()
            self.data = run.data  # on the run's device: the first run starts at once
        except Exception as error:  # a run will fail in the same way, and say so to those who asked for it
            say(f"warming up failed: {error}")

    def take_commands(self) -> None:
        """Carry out the commands that are there; wait for one when there is nothing else to do.

        Many commands get a share of the time, so that no flood of them keeps the run from training.
        """
        patience = self.job.patience if self.job is not None else None
        patience = patience if self.finding is None else 0.0
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
        except Exception as error:
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
                    self.load(command.path)
                elif command.path != self.data_path:
                    raise CommandError("a run is training on the loaded data; stop it before loading other data")
                if self.announced is not None:
                    return self.announced
            case DownloadData():
                self.start_download()
            case CancelDownload():
                self.cancelled.set()
            case ExportData():
                export_pngs(self.needed_data(), Path(command.path), self.progress)
            case Predict():
                return self.inspector.walk(command, self.live, self.data)
            case PreviewAugmentation():
                return preview(command, self.needed_data())
            case FindRate():
                self.find_rate(command.config)
            case StopFinding():
                pass
            case PredictFiles():
                return self.inspector.classify(command, self.live)
            case Evaluate():
                return self.inspector.evaluate(command, self.live, self.data)
            case DescribeModel():
                config = RunConfig().replace(msgspec.structs.asdict(command.config))
                return describe_network(config, named_code(config.model))
            case Shutdown():
                if self.job is not None:
                    self.stop(command.force)
                self.cancelled.set()
                self.ending = True
            case _:
                raise CommandError(f"{type(command).__name__} is no command for the engine's worker")
        return CommandDone()

    # ------------------------------------------------------------------ data

    def load(self, path: str) -> None:
        """Load a data set and tell every screen. Raises DataError."""
        if self.data is not None and path == self.data_path:
            return
        began = time.perf_counter()
        try:
            data = load_data(path, self.progress)
        except DataError as error:
            self.desk.publish(DataFailed(reason=str(error)))
            raise
        self.data, self.data_path = data, path
        self.announced = DataReady(
            kind=data.kind,
            path=data.path,
            train=len(data.train_labels),
            test=len(data.test_labels),
            sample=data.sample,
            fingerprint=data.fingerprint,
            seconds=round(time.perf_counter() - began, 3),
            notes=list(data.notes),
        )
        self.desk.publish(self.announced)

    def progress(self, action: str, done: int, total: int) -> None:
        self.desk.publish(DataProgress(action=action, done=done, total=total))

    def needed_data(self) -> Dataset:
        if self.data is None:
            raise CommandError("no data set is loaded; name a folder with --data, or download MNIST")
        return self.data

    def start_download(self) -> None:
        """Fetch MNIST in a thread, so that training and predictions go on; then load it, if no run is on."""
        if self.download is not None:
            raise CommandError("a download is already under way")
        self.cancelled.clear()

        def fetch() -> None:
            try:
                download(default_data(), self.progress, self.cancelled.is_set)
            except (DataError, OSError) as error:
                self.desk.publish(DataFailed(reason=str(error)))
            else:
                self.data_path = None  # the default search may now find more
                self.submit(LoadData(path=""), self.downloaded)
            finally:
                self.download = None

        self.download = threading.Thread(target=fetch, name="download", daemon=True)
        self.download.start()

    def downloaded(self, answer: AnyEvent) -> None:
        """Tell those who wait for the downloaded data that it is there, although a run keeps it from being loaded."""
        if isinstance(answer, CommandFailed) and self.job is not None and self.announced is not None:
            note = "MNIST is downloaded; it is loaded for the next run"
            self.desk.publish(msgspec.structs.replace(self.announced, notes=[*self.announced.notes, note]))

    # ------------------------------------------------------------------- run

    def start(self, config: RunConfig) -> None:
        self.check_free()
        config = RunConfig().replace(msgspec.structs.asdict(config))  # decoding a message checks types, not bounds
        choose_device(config.device)
        if config.processes != self.group.size:
            raise CommandError(
                f"Processes (processes): {config.processes}, but this engine has {self.group.size}; end it with"
                f" `mnist-tui engine stop` and train with --processes {config.processes}, or give {self.group.size}"
            )
        data = self.data_for(config)
        images = len(data.train_labels) - len(split(len(data.train_labels), config.validation)[1])
        if config.batch_size > images:
            raise CommandError(
                f"Batch size (batch_size): {config.batch_size} is more than the {images}"
                " training images; give at most that"
            )
        code = named_code(config.model)
        folder = create_folder(self.checkpoints, folder_name(config.model))
        try:
            trust(code)
            keep_copy(code, folder)
            run = Run(config, data, name=folder.name, folder=folder, group=self.group, code=code)
            log = RunLog(folder, record_of(run))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # no half-made run in the list
            raise
        self.launch(run, log)

    def check_free(self) -> None:
        """Raises CommandError while something trains."""
        if self.active is not None:
            raise CommandError(f"run {self.active.run.name} is already training; stop it first")
        if self.study is not None:
            raise CommandError(f"study {self.study.name} is tuning; stop it first, it can be continued")

    def data_for(self, config: RunConfig) -> Dataset:
        if config.data or self.data is None or self.data_path is None:
            self.load(config.data)
        return self.needed_data()

    def resume(self, name: str, changes: dict[str, Value]) -> None:
        self.check_free()
        folder = find_run(self.checkpoints, name)
        record = read_record(folder)
        if self.data is None or self.data.fingerprint != record.data:
            self.load(record.data_path)
        run = resume(folder.name, folder, self.needed_data(), changes, self.group)
        record.state, record.reason, record.config = "running", "", run.config
        self.desk.replace_history(History(EventReader(folder)).events)
        self.launch(run, RunLog(folder, record))

    def launch(self, run: Run, log: RunLog) -> None:
        self.data = run.data  # keep it on the run's device: the next run starts at once
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
        data = self.data_for(config) if run is None else self.needed_data()
        self.finding = find_rates(config, data, run)

    def try_rates(self, finding: Generator[RatesTried, None, None]) -> None:
        try:
            tried = next(finding)
        except Exception as error:  # of a copy: nothing else is touched
            say_traceback()
            tried = RatesTried(rates=[], losses=[], smoothed=[], done=True, problem=f"{type(error).__name__}: {error}")
        if tried.done:
            self.finding = None
        self.desk.publish(tried)

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
        self.data = self.data_for(config).to(device)
        self.study = begin_study(self.checkpoints, command, self.data, self.desk.publish)

    def advance_study(self) -> None:
        assert self.study is not None
        self.study.advance()
        if self.study.ended is not None:
            self.study = None

    def leave(self, active: ActiveRun) -> None:
        self.active = None
        self.group.tell(End())
        if active.ended is not None and active.ended.state != "failed":
            self.inspector.keep(active.run)


def record_of(run: Run) -> RunRecord:
    return RunRecord(
        run=run.name,
        state="running",
        started=time.time(),
        config=run.config,
        device=str(run.device),
        data=run.data.fingerprint,
        data_path=run.data.path,
        sample=run.data.sample,
        versions={
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": numpy.__version__,
        },
        epoch=run.epoch,
        step=run.step,
    )
