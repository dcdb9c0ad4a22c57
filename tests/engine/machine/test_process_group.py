"""Several processes that train one network: what each takes, and that together they learn what one would."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from limits import LIMIT
from places import ROOT

from engine.data.find import load_data
from engine.machine.device import DeviceError, choose_device
from engine.machine.process_group import ALONE, TorchrunGroup, join
from engine.server.worker.checks import check_machine
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochDone, StepsDone

# 200 images in 7 batches; the last is of 2 images, which leaves nothing for some of four processes. Chance may not
# differ between processes here: without dropout there is none.
CONFIG = RunConfig(epochs=2, batch_size=33, dropout=0.0, dropout2d=0.0, lr=0.01, precision="fp32", device="cpu")

# Trains on one of several processes; rank 0 prints what it reports.
PROGRAM = """
import json, sys
import msgspec, torch
from engine.__main__ import leave_group
from engine.vocabulary.config import RunConfig
from engine.data.find import load_data
from engine.training.worker_rank import train_with_rank_0
from engine.machine.process_group import End, Leave, join
from engine.vocabulary.messages import EpochDone, StepsDone
from engine.training.run import Run
from engine.training.loop import train

torch.set_num_threads(1)
group = join()
if group.rank:
    train_with_rank_0(group)
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


# On rank 1 the first run fails to be built, once in the choice of its device and once as it has another network; the
# group lives on, and trains the third. Rank 0 prints what it was told.
REFUSED = """
import json, sys
from engine.__main__ import leave_group
from engine.vocabulary.config import RunConfig
from engine.data.find import load_data
from engine.machine.device import DeviceError
from engine.training.worker_rank import train_with_rank_0
from engine.machine.process_group import Leave, NotBuilt, join
import engine.training.run, engine.training.state
from engine.training.loop import train

group = join()
choose, build, built = engine.training.state.choose_device, engine.training.run.build_model, []

def choose_device(name):
    built.append(name)
    if len(built) == 1:
        raise DeviceError("there is no GPU for this one")
    return choose(name)

def build_model(config, code, classes):
    return build(config.replace({"width": 2.0}) if len(built) == 2 else config, code, classes)

if group.rank:
    engine.training.state.choose_device, engine.training.run.build_model = choose_device, build_model
    train_with_rank_0(group)
else:
    config = RunConfig(epochs=1, batch_size=100, device="cpu", processes=2)
    data, told = load_data(sys.argv[1]), []
    for _ in range(3):
        try:
            told.append(len(list(train(engine.training.run.Run(config, data, group=group)))))
            group.end()
        except NotBuilt as error:
            told.append(str(error))
    group.tell(Leave())
    print(json.dumps(told))
leave_group(0)
"""


def member(rank: int, size: int) -> TorchrunGroup:
    group = TorchrunGroup.__new__(TorchrunGroup)
    group.rank, group.size = rank, size
    return group


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("images", [1, 2, 3, 99, 100])
def test_the_parts_of_a_batch_are_the_batch_and_differ_by_an_image_at_most(images: int, size: int) -> None:
    batch = torch.randperm(images)
    parts = [member(rank, size).share(batch) for rank in range(size)]
    assert torch.equal(torch.cat(parts), batch)
    taking_part = [len(part) for part in parts if len(part)]  # of a small batch not all do: none has a single image
    assert max(taking_part) - min(taking_part) <= 1
    assert len(taking_part) == max(1, min(size, images // 2))


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


def output_of(size: int, logs: Path, *program: str) -> Any:
    """Run a program with so many processes and return what the first of them prints."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(size)]
    done = subprocess.run(
        [*command, "--log-dir", str(logs), *program],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_process_that_cannot_train_a_run_says_why_and_the_group_goes_on(digits_folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(REFUSED)
    no_gpu, other_network, events = output_of(2, tmp_path, str(program), str(digits_folder))
    assert no_gpu == f"process 2 of 2 (on {socket.gethostname()}) cannot train this: there is no GPU for this one"
    assert other_network.endswith("cannot train this: it has a different network from the first process")
    assert events > 3


def test_too_few_gpus_are_named_by_the_first_process_before_anything_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    for name, value in {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "RANK": "0", "LOCAL_RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    for device in ("auto", "cuda"):
        with pytest.raises(DeviceError, match=r"'cuda' for 2 processes on this machine, which has 1 GPU; .*give cuda"):
            check_machine(CONFIG.replace({"device": device, "processes": 2}), member(0, 2))
    assert choose_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("size", [2, pytest.param(3, marks=pytest.mark.slow), pytest.param(4, marks=pytest.mark.slow)])
def test_several_processes_learn_what_one_learns(size: int, digits_folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    config = json.dumps({**{name: getattr(CONFIG, name) for name in CONFIG.__struct_fields__}, "processes": size})
    together = output_of(size, tmp_path, str(program), config, str(digits_folder))
    alone = trained_alone(digits_folder)
    assert together["size"] == size
    assert len(together["losses"]) == 14
    assert together["losses"] == pytest.approx(alone["losses"], rel=1e-3)
    for ours, theirs in zip(together["epochs"], alone["epochs"], strict=True):
        assert ours == pytest.approx(theirs, rel=1e-3)
