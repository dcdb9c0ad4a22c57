"""When memory runs out, the message says which batch size would fit."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from limits import LIMIT

from engine.storage.runs.checkpoint import load_last
from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import CheckpointSaved, StartRun, Steer
from tests.engine.server.worker.driven_worker import RUN, Engine

# A network with an appetite: 10 maps of 24x24 for each image, so the batch decides what a step needs.
LIMITED = """
import resource
from engine.vocabulary.config import RunConfig
from engine.data.find import load_data
from engine.storage.paths import sample_file
from engine.training.memory import fitting_batch, give_back
from engine.training.run import Run
from engine.training.step import TrainingFailed
from engine.training.loop import train

run = Run(RunConfig(batch_size=50, epochs=1, device="cpu"), load_data(str(sample_file())))
events = train(run)
next(events), next(events)  # every thread and buffer there will be is there, and, below, every kernel
for size in (8000, 4000, 2000, 1000, 500, 250):  # oneDNN that cannot compile one kernel compiles none after it
    fitting_batch(Run(RunConfig(batch_size=size, epochs=1, device="cpu"), run.data))
run = Run(RunConfig(batch_size=4000, epochs=1, device="cpu"), run.data)
give_back()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 105 * 2**20, -1))
try:
    list(train(run))
except TrainingFailed as error:
    print(error)
"""


def test_a_batch_that_the_machine_has_no_memory_for_is_named_with_one_that_fits() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED],
        env=os.environ | {"MALLOC_ARENA_MAX": "1"},  # an arena reserves 64 MiB of addresses for each thread
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.stdout.startswith("not enough memory for a batch of 4000 on cpu at step 1; "), done.stdout + done.stderr
    fitting = int(done.stdout.split("; ")[1].split()[0])
    assert 4000 / fitting in (2, 4, 8, 16, 32)


@pytest.fixture
def engine(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", 0.0)
    made = Engine(checkpoints)
    made.worker.loader.load("")
    return made


def room_for(images: int, error: Callable[[], Exception]) -> Callable[[torch.nn.Module, tuple[torch.Tensor]], None]:
    """Return a hook that fails as the allocator does on larger batches."""

    def hook(module: torch.nn.Module, inputs: tuple[torch.Tensor]) -> None:
        if module.training and len(inputs[0]) > images:
            raise error()

    return hook


@pytest.mark.parametrize(("room", "remedy"), [(50, "50 would fit"), (7, "6 would fit"), (0, "not even one image fits")])
@pytest.mark.parametrize(
    "error",
    [
        lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        lambda: RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
        MemoryError,
    ],
    ids=["cuda", "cpu", "python"],
)
def test_a_run_without_memory_fails_with_a_remedy_and_keeps_its_last_good_weights(
    engine: Engine, room: int, remedy: str, error: Callable[[], Exception]
) -> None:
    engine.done(StartRun(config=RunConfig(epochs=3, batch_size=100, device="cpu")))
    engine.train_until(lambda: engine.sink.of(CheckpointSaved) != [])
    good = load_last(engine.checkpoints / RUN)[0]
    assert engine.worker.jobs.live is not None
    engine.worker.jobs.live.model.register_forward_pre_hook(room_for(room, error))
    ended = engine.finish()
    assert ended.state == "failed"
    assert f"not enough memory for a batch of 100 on cpu at step {good['position']['step'] + 1}" in ended.reason
    assert remedy in ended.reason
    assert read_record(engine.checkpoints / RUN).reason == ended.reason
    assert load_last(engine.checkpoints / RUN)[0]["position"] == good["position"]
    assert "no run" in engine.refused(Steer(changes={}))  # and the engine lives


def test_other_errors_of_a_step_are_not_taken_for_a_lack_of_memory(engine: Engine) -> None:
    engine.done(StartRun(config=RunConfig(epochs=3, device="cpu")))
    assert engine.worker.jobs.live is not None
    engine.worker.jobs.live.model.register_forward_pre_hook(room_for(0, lambda: RuntimeError("shapes do not match")))
    assert engine.finish().reason == "RuntimeError: shapes do not match"
