"""A process that trains with the engine: every rank of a group except the first.

It has no socket, no log and no checkpoints: it does what rank 0 says, and ends when rank 0 ends or is lost.
"""

import io
from pathlib import Path

import torch

from engine.data.find import DataError, Dataset, load_data
from engine.machine.process_group import Begin, End, GroupBroken, Leave, RunOver, TorchrunGroup
from engine.networks.own.code import code_of_run
from engine.storage.printing import say_traceback
from engine.training.loop import train
from engine.training.run import Run
from engine.training.step import TrainingFailed


def train_with_rank_0(group: TorchrunGroup) -> None:
    """Train every run that rank 0 begins. Raises whatever ends it early, and so the whole group."""
    data: Dataset | None = None
    while True:
        match group.receive():
            case Begin() as begin:
                try:
                    data = data_for(begin, data)
                    run = run_of(group, begin, data)
                except GroupBroken:
                    raise
                except (Exception, SystemExit) as error:
                    group.answer(error)  # unless it is answered already; rank 0 tells the screens
                    say_traceback()
                else:
                    train_along(run)
            case End():
                pass  # of a run that was trained to its end
            case Leave():
                return
            case order:
                raise GroupBroken(f"rank 0 said {type(order).__name__} before any run")


def data_for(begin: Begin, data: Dataset | None) -> Dataset:
    """Return the data set to train on, loaded if need be. Raises DataError."""
    if data is None or data.fingerprint != begin.fingerprint:
        data = load_data(begin.data_path)
    if data.fingerprint != begin.fingerprint:
        raise DataError(f"{begin.data_path}: holds other data on this machine than where the engine runs")
    return data


def run_of(group: TorchrunGroup, begin: Begin, data: Dataset) -> Run:
    """Return the run to train along with. Raises whatever it fails with."""
    state = torch.load(io.BytesIO(begin.state), weights_only=True) if begin.state else None
    code = code_of_run(begin.config.model, Path(begin.folder))
    return Run(begin.config, data, group=group, state=state, code=code)


def train_along(run: Run) -> None:
    """Train a run until it is over."""
    try:
        for _ in train(run):
            pass
    except (RunOver, TrainingFailed):
        pass  # all see the same losses: rank 0 tells the screens why
