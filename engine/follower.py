"""A process that trains along with the engine: every rank of a group but the first.

It has no socket, no log and no checkpoints: it does what rank 0 says, and ends when rank 0 ends or is lost.
"""

import io
from pathlib import Path

import torch

from engine.checkpoint import CheckpointError
from engine.data import Dataset, load_data
from engine.group import Begin, End, Group, GroupBroken, Leave, RunOver
from engine.own_code import code_of_run
from engine.run import Run
from engine.step import TrainingFailed
from engine.train import train


def follow(group: Group) -> None:
    """Train every run that rank 0 begins. Raises whatever ends it early, and so the whole group."""
    data: Dataset | None = None
    while True:
        match group.receive():
            case Begin() as begin:
                if data is None or data.fingerprint != begin.fingerprint:
                    data = load_data(begin.data_path)
                if data.fingerprint != begin.fingerprint:
                    raise GroupBroken(f"{begin.data_path}: holds other data here than where the engine runs")
                train_along(group, begin, data)
            case End():
                pass  # of a run that was trained to its end
            case Leave():
                return
            case order:
                raise GroupBroken(f"rank 0 said {type(order).__name__} before any run")


def train_along(group: Group, begin: Begin, data: Dataset) -> None:
    """Train a run until it is over."""
    state = torch.load(io.BytesIO(begin.state), weights_only=True) if begin.state else None
    code = code_of_run(begin.config.model, Path(begin.folder))
    try:
        run = Run(begin.config, data, group=group, state=state, code=code)
        for _ in train(run):
            pass
    except (RunOver, TrainingFailed, CheckpointError):
        pass  # all see the same losses, and the same checkpoint: rank 0 tells the screens why
