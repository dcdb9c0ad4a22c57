"""Starting a run: its folder, and its record."""

import platform
import shutil
import time
from pathlib import Path

import numpy
import torch

from engine.data.dataset import Dataset
from engine.machine.process_group import GroupBroken, ProcessGroup
from engine.networks.own.code import keep_copy, named_code, trust
from engine.storage.runs.folders import create_folder
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import RunRecord
from engine.training.run import Run
from engine.vocabulary.architectures import folder_name
from engine.vocabulary.batches import count_held_out
from engine.vocabulary.config import ConfigError, RunConfig


def begin_run(checkpoints: Path, config: RunConfig, data: Dataset, group: ProcessGroup) -> tuple[Run, RunLog]:
    """Return a new run, and its record in a folder of its own. Raises ConfigError, NetworkError and OSError."""
    images = len(data.train_labels)
    images -= count_held_out(images, config.validation)
    if config.batch_size > images:
        raise ConfigError(
            f"Batch size (batch_size): {config.batch_size} is more than the {images} training images; give at most that"
        )
    code = named_code(config.model)
    folder = create_folder(checkpoints, folder_name(config.model))
    try:
        trust(code)
        keep_copy(code, folder)
        run = Run(config, data, name=folder.name, folder=folder, group=group, code=code)
        log = RunLog(folder, record_of(run))
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)  # no half-made run in the list
        if not isinstance(error, GroupBroken):
            group.end()
        raise
    return run, log


def record_of(run: Run) -> RunRecord:
    return RunRecord(
        run=run.name,
        state="running",
        started=time.time(),
        config=run.config,
        conventions=run.conventions,
        device=str(run.device),
        data=run.data.fingerprint,
        data_path=run.data.path,
        sample=run.data.sample,
        treatment=run.data.preprocessing,
        classes=run.data.classes,
        versions={
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": numpy.__version__,
        },
        epoch=run.epoch,
        step=run.step,
    )
