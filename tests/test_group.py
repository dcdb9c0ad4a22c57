"""Several processes that train one network: what each takes, and that together they learn what one would."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from limits import LIMIT

from engine.config import RunConfig
from engine.data import load_data
from engine.group import ALONE, Group, join
from engine.messages import EpochDone, StepsDone
from engine.run import Run
from engine.train import train

ROOT = Path(__file__).resolve().parent.parent
# 200 images in 7 batches; the last is of 2 images, which leaves nothing for some of four processes. Chance may not
# differ between processes here: without dropout there is none.
CONFIG = RunConfig(epochs=2, batch_size=33, dropout=0.0, dropout2d=0.0, lr=0.01, precision="fp32", device="cpu")

# Trains on one of several processes; rank 0 prints what it reports.
PROGRAM = """
import json, sys
import msgspec, torch
from engine.__main__ import leave_group
from engine.config import RunConfig
from engine.data import load_data
from engine.follower import follow
from engine.group import End, Leave, join
from engine.messages import EpochDone, StepsDone
from engine.run import Run
from engine.train import train

torch.set_num_threads(1)
group = join()
if group.rank:
    follow(group)
else:
    config = msgspec.json.decode(sys.argv[1], type=RunConfig)
    losses, epochs = [], []
    events = train(Run(config, load_data(sys.argv[2]), group=group))
    for event in events:
        if isinstance(event, StepsDone):
            losses += event.losses
        if isinstance(event, EpochDone):
            epochs.append([event.train_loss, event.train_accuracy, event.test_loss, event.test_accuracy])
    group.tell(End())
    group.tell(Leave())
    print(json.dumps({"size": group.size, "losses": losses, "epochs": epochs}))
leave_group(0)
"""


def member(rank: int, size: int) -> Group:
    group = Group.__new__(Group)
    group.rank, group.size = rank, size
    return group


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("images", [1, 2, 3, 99, 100])
def test_the_parts_of_a_batch_are_the_batch_and_differ_by_an_image_at_most(images: int, size: int) -> None:
    batch = torch.randperm(images)
    parts = [member(rank, size).share(batch) for rank in range(size)]
    assert torch.equal(torch.cat(parts), batch)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_one_process_is_a_group_of_its_own() -> None:
    assert join() is ALONE
    batch = torch.arange(5)
    assert ALONE.share(batch) is batch
    assert ALONE.agree(CONFIG, 7.5, 0.5) == (CONFIG, 7.5, 0.5)


def trained_alone(data: Path) -> dict[str, Any]:
    losses: list[float] = []
    epochs = []
    for event in train(Run(CONFIG, load_data(str(data)))):
        if isinstance(event, StepsDone):
            losses += event.losses
        if isinstance(event, EpochDone):
            epochs.append([event.train_loss, event.train_accuracy, event.test_loss, event.test_accuracy])
    return {"losses": losses, "epochs": epochs}


@pytest.mark.parametrize("size", [2, pytest.param(3, marks=pytest.mark.slow), pytest.param(4, marks=pytest.mark.slow)])
def test_several_processes_learn_what_one_learns(size: int, digits_folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    config = json.dumps({**{name: getattr(CONFIG, name) for name in CONFIG.__struct_fields__}, "processes": size})
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(size)]
    command += ["--log-dir", str(tmp_path)]
    done = subprocess.run(
        [*command, str(program), config, str(digits_folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    together = json.loads(done.stdout.splitlines()[-1])
    alone = trained_alone(digits_folder)
    assert together["size"] == size
    assert len(together["losses"]) == 14
    assert together["losses"] == pytest.approx(alone["losses"], rel=1e-3)
    for ours, theirs in zip(together["epochs"], alone["epochs"], strict=True):
        assert ours == pytest.approx(theirs, rel=1e-3)
