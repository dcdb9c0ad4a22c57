"""The main thread of the engine: carries out commands, one at a time, between two training steps.

It knows no sockets. Commands come through a queue together with where to answer; events go out through a Desk.
"""

import contextlib
import platform
import queue
import threading
import time
import traceback
from collections.abc import Generator
from pathlib import Path

import msgspec
import numpy
import torch

from engine.checkpoint import CheckpointError
from engine.config import ConfigError, RunConfig, Value
from engine.data import DataError, Dataset, load_data
from engine.device import DeviceError, choose_device, device_name
from engine.download import download
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
    Continued,
    DataFailed,
    DataProgress,
    DataReady,
    DownloadData,
    EngineReady,
    Evaluate,
    ExportData,
    LoadData,
    Pause,
    Paused,
    Predict,
    PredictFiles,
    ResumeRun,
    RunEnded,
    RunEvent,
    Shutdown,
    StartRun,
    Steer,
    Steered,
    Stop,
)
from engine.paths import default_data
from engine.ports import Desk, Reply
from engine.run import Run, resume
from engine.runs import EventReader, RunError, RunLog, RunRecord, create_folder, find_run, read_record
from engine.train import TrainingFailed, train


class CommandError(Exception):
    """A command that cannot be carried out now; the message says why and what to do."""


class Worker:
    def __init__(self, checkpoints: Path, desk: Desk) -> None:
        self.checkpoints = checkpoints
        self.desk = desk
        self.commands: queue.SimpleQueue[tuple[AnyCommand, Reply]] = queue.SimpleQueue()
        self.data: Dataset | None = None
        self.data_path: str | None = None  # what was asked for, "" being the default search
        self.announced: DataReady | None = None  # what screens were told of `data`
        self.active: ActiveRun | None = None
        self.inspector = Inspector(checkpoints)
        self.download: threading.Thread | None = None
        self.cancelled = threading.Event()
        self.ending = False

    def submit(self, command: AnyCommand, reply: Reply) -> None:
        """Hand over a command; called from any thread, and from signal handlers."""
        self.commands.put((command, reply))

    @property
    def live(self) -> Run | None:
        return self.active.run if self.active is not None else None

    @property
    def busy(self) -> bool:
        return self.active is not None or self.download is not None or not self.commands.empty()

    # ------------------------------------------------------------------ loop

    def work(self, data_path: str = "") -> None:
        """Announce the engine, load the data, and serve until Shutdown."""
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
        while not self.ending:
            training = self.active is not None and not self.active.paused
            try:
                command, reply = self.commands.get(block=not training)
            except queue.Empty:
                self.advance()
            else:
                self.carry_out(command, reply)

    def carry_out(self, command: AnyCommand, reply: Reply) -> None:
        """Do what a command asks and answer it; a failure is an answer too, and never ends the engine."""
        try:
            answer = self.handle(command)
        except (CommandError, ConfigError, DataError, DeviceError, RunError, CheckpointError, OSError) as error:
            answer = CommandFailed(reason=str(error))
        except Exception as error:
            traceback.print_exc()
            answer = CommandFailed(reason=f"{type(command).__name__} failed: {type(error).__name__}: {error}")
        reply(msgspec.structs.replace(answer, reply_to=command.id))

    def handle(self, command: AnyCommand) -> AnyEvent:
        match command:
            case StartRun():
                self.start(command.config)
            case ResumeRun():
                self.resume(command.run, command.changes)
            case Steer():
                self.steer(command.changes)
            case Pause():
                self.pause(True)
            case Continue():
                self.pause(False)
            case Stop():
                self.stop()
            case LoadData():
                if self.active is None:
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
            case PredictFiles():
                return self.inspector.classify(command, self.live)
            case Evaluate():
                return self.inspector.evaluate(command, self.live, self.data)
            case Shutdown():
                if self.active is not None:
                    self.stop()
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
        if isinstance(answer, CommandFailed) and self.active is not None and self.announced is not None:
            note = "MNIST is downloaded; it is loaded for the next run"
            self.desk.publish(msgspec.structs.replace(self.announced, notes=[*self.announced.notes, note]))

    # ------------------------------------------------------------------- run

    def start(self, config: RunConfig) -> None:
        if self.active is not None:
            raise CommandError(f"run {self.active.run.name} is already training; stop it first")
        config = RunConfig().replace(msgspec.structs.asdict(config))  # decoding a message checks types, not bounds
        choose_device(config.device)
        if config.data or self.data is None or self.data_path is None:
            self.load(config.data)
        data = self.needed_data()
        if config.batch_size > len(data.train_labels):
            raise CommandError(
                f"Batch size (batch_size): {config.batch_size} is more than the {len(data.train_labels)}"
                " training images; give at most that"
            )
        folder = create_folder(self.checkpoints, config.model)
        run = Run(config, data, name=folder.name, folder=folder)
        self.launch(run, RunLog(folder, record_of(run)))

    def resume(self, name: str, changes: dict[str, Value]) -> None:
        if self.active is not None:
            raise CommandError(f"run {self.active.run.name} is training; stop it first")
        folder = find_run(self.checkpoints, name)
        record = read_record(folder)
        if self.data is None or self.data.fingerprint != record.data:
            self.load(record.data_path)
        run = resume(folder.name, folder, self.needed_data(), changes)
        record.state, record.reason, record.config = "running", "", run.config
        self.desk.replace_history(History(EventReader(folder)).events)
        self.launch(run, RunLog(folder, record))

    def launch(self, run: Run, log: RunLog) -> None:
        self.data = run.data  # keep it on the run's device: the next run starts at once
        self.active = ActiveRun(run, log, train(run))
        self.advance()

    def steer(self, changes: dict[str, Value]) -> None:
        active = self.running()
        active.run.steer(changes)
        self.emit(Steered(run=active.run.name, step=active.run.step, changes=changes, config=active.run.config))

    def pause(self, paused: bool) -> None:
        active = self.running()
        if active.paused != paused:
            if paused:
                self.emit(active.run.save())  # a pause may last: a machine that restarts loses nothing
                self.emit(Paused(run=active.run.name, step=active.run.step))
            else:
                self.emit(Continued(run=active.run.name, step=active.run.step))
            active.paused = paused  # last: a pause that could not be saved is none, and no screen heard of one
            active.log.record.state = "paused" if paused else "running"
            active.log.save_record()

    def running(self) -> "ActiveRun":
        if self.active is None:
            raise CommandError("no run is training")
        return self.active

    def stop(self) -> None:
        """Save the run where it is and end it; `resume` continues from this very step. Raises OSError."""
        active = self.running()
        self.emit(active.run.save())
        active.events.close()
        self.finish(RunEnded(run=active.run.name, step=active.run.step, time=time.time(), state="stopped"))

    def advance(self) -> None:
        """Train until the next event."""
        active = self.running()
        try:
            event = next(active.events)
            if not isinstance(event, RunEnded):
                self.emit(event)
                return
        except Exception as error:
            reason = str(error)
            if not isinstance(error, TrainingFailed):
                traceback.print_exc()
                reason = f"{type(error).__name__}: {error}"
            run = active.run
            event = RunEnded(run=run.name, step=run.step, time=time.time(), state="failed", reason=reason)
        self.finish(event)

    def emit(self, event: RunEvent) -> None:
        """Log an event, then tell every screen: what a screen has seen is on record."""
        self.running().log.write(event)
        self.desk.publish(event)

    def finish(self, event: RunEnded) -> None:
        active = self.running()
        self.active = None
        if event.state != "failed":
            self.inspector.keep(active.run)
        try:
            active.log.write(event)
            active.log.close(event.state, event.step, event.reason)
        except OSError as error:
            reason = f"{event.reason}; its end could not be written: {error}".removeprefix("; ")
            event = msgspec.structs.replace(event, reason=reason)
        self.desk.publish(event)


class ActiveRun:
    """The run in progress: its training generator and its log."""

    def __init__(self, run: Run, log: RunLog, events: Generator[RunEvent, None, None]) -> None:
        self.run = run
        self.log = log
        self.events = events
        self.paused = False


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
