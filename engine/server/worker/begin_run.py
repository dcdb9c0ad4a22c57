"""Starting a run: its folder, and its record."""

import platform
import shutil
import time
from pathlib import Path

import msgspec
import numpy
import torch

from engine.data.dataset import Dataset
from engine.insight.beliefs.recorder import watch
from engine.machine.device import device_name
from engine.machine.process_group import GroupBroken, ProcessGroup
from engine.networks.own.code import code_of_run, keep_copy, named_code, trust
from engine.program import version
from engine.server.worker.checks import check_traces, where_to_log
from engine.server.worker.fork import Fork, branched, open_fork
from engine.server.worker.loaded_data import Loader
from engine.storage.runs.checkpoint import save_checkpoint
from engine.storage.runs.folders import LAST, create_folder, find_run
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import RunRecord, read_record
from engine.training.run import Run, resume
from engine.vocabulary.architectures import folder_name
from engine.vocabulary.batches import count_held_out
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import ResumeRun, StartRun
from engine.vocabulary.run_conventions import ANEW, Origin


def begin_run(
    checkpoints: Path,
    config: RunConfig,
    data: Dataset,
    group: ProcessGroup,
    origin: Origin = ANEW,
    fork: Fork | None = None,
) -> tuple[Run, RunLog]:
    """Return a new run, and its record in a folder of its own; one that is a `fork` has a checkpoint at once.

    Raises ConfigError, NetworkError, CheckpointError and OSError.
    """
    images = len(data.train_labels)
    images -= count_held_out(images, config.validation)
    if config.batch_size > images:
        raise ConfigError(
            f"Batch size (batch_size): {config.batch_size} is more than the {images} training images; give at most that"
        )
    code = named_code(config.model) if fork is None else fork.code
    state = branched(fork, config, images) if fork is not None else None
    folder = create_folder(checkpoints, folder_name(config.model))
    try:
        trust(code)
        keep_copy(code, folder)
        run = Run(config, data, name=folder.name, folder=folder, group=group, state=state, code=code, origin=origin)
        watch(run, folder)
        if fork is not None:
            save_checkpoint(folder / LAST, run.state())
        log = RunLog(folder, record_of(run))
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)  # no half-made run in the list
        if not isinstance(error, GroupBroken):
            group.end()
        raise
    return run, log


def begin_new(
    checkpoints: Path, command: StartRun, config: RunConfig, loader: Loader, group: ProcessGroup
) -> tuple[Run, RunLog]:
    """Return the run that a command asks for. Raises what `begin_run` and `begin_fork` raise, and DataError."""
    if command.fork:
        return begin_fork(checkpoints, command, config, loader, group)
    check_traces(named_code(config.model))
    if command.queued and not config.data:
        loader.load("")  # not what a screen has loaded meanwhile
    return begin_run(checkpoints, config, loader.data_for(config), group, Origin(queued=command.queued))


def begin_resumed(checkpoints: Path, command: ResumeRun, loader: Loader, group: ProcessGroup) -> tuple[Run, RunLog]:
    """Return a run that goes on from its last checkpoint. Raises RunError, DataError, CheckpointError, OSError."""
    folder = find_run(checkpoints, command.run)
    record = read_record(folder)
    check_traces(code_of_run(record.config.model, folder))
    loader.load_for(record, command.data)
    data = loader.needed()
    run = resume(folder.name, folder, data, where_to_log(command.changes), group, command.data)
    run.origin = origin_of(record)
    watch(run, folder)
    record.data_path, record.classes = data.path, data.classes
    record.state, record.reason = "running", ""
    return run, RunLog(folder, record)


def begin_fork(
    checkpoints: Path, command: StartRun, config: RunConfig, loader: Loader, group: ProcessGroup
) -> tuple[Run, RunLog]:
    """Return a new run from a checkpoint of another, on the same data. Raises also RunError, DataError, EngineStale."""
    fork = open_fork(checkpoints, command.fork, config)
    check_traces(fork.code)
    config = config.replace({"model": fork.code.model}) if fork.code is not None else config
    loader.load_for(fork.record, config.data, f"train --fork {command.fork}")
    origin = msgspec.structs.replace(fork.origin, queued=command.queued)
    return begin_run(checkpoints, config, loader.needed(), group, origin, fork)


def origin_of(record: RunRecord) -> Origin:
    """Return where a run that is resumed comes from."""
    parent, epoch, step = record.parent, record.parent_epoch, record.parent_step
    return Origin(parent=parent, parent_epoch=epoch, parent_step=step, resumed=bool(parent))


def record_of(run: Run) -> RunRecord:
    return RunRecord(
        run=run.name,
        state="running",
        started=time.time(),
        config=run.config,
        conventions=run.conventions,
        device=str(run.device),
        device_name=device_name(run.device),
        data=run.data.fingerprint,
        data_path=run.data.path,
        sample=run.data.sample,
        treatment=run.data.preprocessing,
        classes=run.data.classes,
        versions={
            "mnist-tui": version.in_words(),
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": numpy.__version__,
        },
        parent=run.origin.parent,
        parent_epoch=run.origin.parent_epoch,
        parent_step=run.origin.parent_step,
        epoch=run.epoch,
        step=run.step,
    )
