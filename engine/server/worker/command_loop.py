"""The main thread of the engine: carries out commands, one at a time, between two training steps.

It knows no sockets. Commands come through a queue together with where to answer; events go out through a Desk.
"""

import contextlib
import queue
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import torch

from engine.data.find import DataError
from engine.data.folder import export_pngs
from engine.machine.activity import PULSE
from engine.machine.device import DeviceError, announced_device, device_name
from engine.machine.process_group import ALONE, Alone, GroupBroken, Leave
from engine.machine.threads import limit_threads
from engine.machine.torchrun import is_whole
from engine.networks.own.check import described
from engine.networks.own.code import Code, named_code
from engine.networks.own.isolation import OwnCodeFailed, traces_of_others
from engine.networks.summary import describe_network
from engine.server.protocols import Desk, Reply
from engine.server.worker.inspection import Inspector
from engine.server.worker.jobs import CommandError, EngineStale, Jobs, checked
from engine.server.worker.loaded_data import Loader
from engine.server.worker.network_checks import Looks
from engine.storage.files import in_words
from engine.storage.printing import say, say_traceback
from engine.storage.runs.checkpoint import CheckpointError
from engine.storage.runs.folders import RunError
from engine.storage.typed_path import path_of
from engine.techniques.augmentation_preview import preview
from engine.training.run import Run
from engine.training.step import Steps
from engine.tuning.files import StudyError
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import (
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
    ResumeRun,
    Shutdown,
    StartRun,
    StartStudy,
    Steer,
    Stop,
    StopFinding,
)
from engine.vocabulary.search_space import networks_in, parse_search

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
    def __init__(self, checkpoints: Path, desk: Desk, group: Alone = ALONE) -> None:
        self.group = group
        self.checkpoints = checkpoints
        self.desk = desk
        self.commands: queue.SimpleQueue[tuple[AnyCommand, Reply]] = queue.SimpleQueue()
        self.loader = Loader(desk)
        self.inspector = Inspector(checkpoints)
        self.jobs = Jobs(checkpoints, self.loader, self.inspector, desk, group)
        self.looks = Looks(self.submit)
        self.ending = False

    def submit(self, command: AnyCommand, reply: Reply) -> None:
        """Hand over a command; called from any thread, and from signal handlers."""
        self.commands.put((command, reply))

    def terminate(self) -> None:
        """End on SIGTERM. torchrun sends it, too, to those that are left when one is lost: their run is to go on."""
        if self.group.size > 1 and not is_whole():
            raise GroupBroken("a process of the group is lost")
        self.submit(Shutdown(force=True), lambda event: None)

    @property
    def live_run(self) -> str:
        """The name of the run in progress, or ""."""
        run = self.jobs.live
        return run.name if run is not None else ""

    @property
    def live_steps(self) -> tuple[str, int, int]:
        """The run in progress ("" for none), its step, and how many of its steps no checkpoint has."""
        run = self.jobs.live
        return (run.name, run.step, run.step - run.saved_step) if run is not None else ("", 0, 0)

    @property
    def waits_for(self) -> str:
        """What goes on elsewhere that a command waits for, "" for nothing."""
        return f"looking at {network}" if (network := self.looks.network) else ""

    @property
    def busy(self) -> bool:
        work = (self.jobs.training, self.jobs.finding, self.loader.download)
        return any(each is not None for each in work) or self.looks.busy or not self.commands.empty()

    # ------------------------------------------------------------------ loop

    def work(self, data_path: str = "") -> None:
        """Announce the engine, load the data, and serve until Shutdown. Raises GroupBroken."""
        PULSE.begin("starting")
        device = announced_device()
        limit_threads()
        self.ready = EngineReady(
            device=str(device),
            device_name=device_name(device),
            torch=str(torch.__version__),
            threads=torch.get_num_threads(),
        )
        self.desk.publish(self.ready)
        PULSE.begin(DOING["LoadData"])
        with contextlib.suppress(DataError):  # DataFailed tells every screen; another folder can be named
            self.loader.load(data_path)
        PULSE.begin("warming up")
        self.warm_up()
        while not self.ending:
            self.take_commands()
            self.jobs.advance()
            self.tell_traces()
        self.group.tell(Leave())

    def tell_traces(self) -> None:
        """Tell every screen, once, that a user's own network has changed this process for good."""
        if not self.ready.stale and (trace := traces_of_others(None)):
            self.ready = msgspec.structs.replace(self.ready, stale=trace)
            self.desk.publish(self.ready)

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
        patience = self.jobs.patience
        if patience is None:
            self.jobs.tidy()
        if patience != 0:
            PULSE.begin("")
        share = time.monotonic() + COMMANDS_SHARE
        with contextlib.suppress(queue.Empty):
            self.carry_out(*self.commands.get(timeout=patience))
            while not self.ending and time.monotonic() < share:
                self.carry_out(*self.commands.get_nowait())

    def carry_out(self, command: AnyCommand, reply: Reply) -> None:
        """Do what a command asks and answer it; a failure is an answer too, and never ends the engine.

        What has to wait until a user's own network was looked at is carried out again when it was.
        """
        PULSE.begin(DOING.get(type(command).__name__, type(command).__name__))
        try:
            answer = None if self.waits_for_look(command, reply) else self.handle(command, reply)
        except GroupBroken:
            raise
        except EngineStale as error:
            answer = CommandFailed(reason=str(error), renew=True)
        except (
            CommandError,
            ConfigError,
            DataError,
            DeviceError,
            RunError,
            CheckpointError,
            StudyError,
            OwnCodeFailed,
            OSError,
        ) as error:
            answer = CommandFailed(reason=in_words(error))
        except (Exception, SystemExit) as error:
            say_traceback()
            answer = CommandFailed(reason=f"{type(command).__name__} failed: {type(error).__name__}: {error}")
        if answer is not None:
            reply(msgspec.structs.replace(answer, reply_to=command.id))
        PULSE.begin("")

    def waits_for_look(self, command: AnyCommand, reply: Reply) -> bool:
        """Have users' own networks looked at before they are trained; tell whether the command has to wait for it.

        Raises NetworkError for what cannot be trained, and CommandError where something trains, or is about to.
        """
        if isinstance(command, StartRun | ResumeRun | StartStudy):
            self.jobs.check_free()
            if self.looks.starting is not None:
                raise CommandError("a run is about to start, once its network has been checked; stop it first")
        for config, code in self.to_look_at(command):
            look = self.looks.look(config, code, command, reply)
            if look is None:
                return True
            described(look)
            for note in look.found:
                say(note)
        return False

    def to_look_at(self, command: AnyCommand) -> Iterator[tuple[RunConfig, Code]]:
        """Yield the users' own networks of a command that are to be trained, or asked while something else trains."""
        match command:
            case StartRun():
                configs = [checked(command.config)]
            case FindRate() if command.new or self.jobs.live is None:
                configs = [checked(command.config)]
            case StartStudy():
                base = checked(command.base)
                models = {base.model, *(networks_in(parse_search(command.search)) if command.search else ())}
                configs = [base.replace({"model": model}) for model in sorted(models)]
            case Predict() | PredictFiles() | Evaluate() if self.jobs.training is not None:
                if found := self.inspector.code_of(command.run, self.jobs.live):
                    yield found
                return
            case _:
                return
        for config in configs:
            code = named_code(config.model)
            if code is not None:
                yield config, code

    def handle(self, command: AnyCommand, reply: Reply) -> AnyEvent | None:
        """Return the answer, or None when it comes later."""
        if isinstance(command, StartRun | StartStudy | ResumeRun | Continue | StopFinding | Shutdown):
            self.jobs.end_finding(f"stopped by another command ({type(command).__name__})")
        match command:
            case StartRun():
                self.jobs.start(command)
            case ResumeRun():
                self.jobs.resume(command)
            case Steer():
                self.jobs.steer(command)
            case StartStudy():
                self.jobs.start_study(command)
            case Pause() | Continue():
                self.jobs.pause(isinstance(command, Pause))
            case Stop():
                if not self.looks.cancel("stopped before it began"):
                    self.jobs.stop(command.force)
            case LoadData():
                if self.jobs.training is None:
                    self.loader.load(command.path)
                elif command.path != self.loader.path:
                    raise CommandError("a run is training on the loaded data; stop it before loading other data")
                if self.loader.announced is not None:
                    return self.loader.announced if self.loader.unchanged() else self.loader.outdated()
            case DownloadData():
                self.loader.start_download(lambda: self.submit(LoadData(path=""), self.downloaded))
            case CancelDownload():
                self.loader.cancelled.set()
            case ExportData():
                export_pngs(self.loader.needed(), path_of(command.path), self.loader.progress)
            case Predict():
                return self.inspector.walk(command, self.jobs.live, self.loader.unchanged(at_once=False))
            case PreviewAugmentation():
                return preview(command, self.loader.needed())
            case FindRate():
                self.jobs.find_rate(command)
            case StopFinding():
                pass  # done above, as for each command that wants the device
            case PredictFiles():
                return self.inspector.classify(command, self.jobs.live)
            case Evaluate():
                return self.inspector.evaluate(command, self.jobs.live, self.loader.unchanged())
            case DescribeModel():
                config = checked(command.config)
                code = named_code(config.model)
                if code is None:
                    return describe_network(config)
                look = self.looks.look(config, code, command, reply)
                return None if look is None else described(look)
            case Shutdown():
                self.looks.cancel("the engine ends", all=True)
                if self.jobs.training is not None:
                    self.jobs.stop(command.force)
                self.loader.cancelled.set()
                self.ending = True
            case _:
                raise CommandError(f"{type(command).__name__} is not a command for the engine's worker")
        return CommandDone()

    def downloaded(self, answer: AnyEvent) -> None:
        """Tell those who wait for the downloaded data that it is there, although a run keeps it from being loaded."""
        if isinstance(answer, CommandFailed) and self.jobs.training is not None:
            self.loader.announce("MNIST is downloaded; the next run uses it")
