"""How many runs can train at once."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from limits import LIMIT

from engine.machine.usage.memory import free_memory
from engine.server.pool.planning import own_device, planned, with_share
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import AnyEvent, CommandFailed, JobsPlanned, PlanJobs

CONFIG = RunConfig(device="cpu")
MB = 1_000_000
MEASURED = """
from engine.data.find import load_data
from engine.server.pool.planning import measured
from engine.storage.paths import sample_file
from engine.vocabulary.config import RunConfig

data = load_data(str(sample_file()))
for size in (50, 4000):
    found = measured(RunConfig(device="cpu", batch_size=size), data, None)
    print(found.jobs, found.memory)
"""


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.server.pool.planning.free_memory", lambda: 1000 * MB)
    monkeypatch.setattr("engine.server.pool.planning.cores_for_runs", lambda: 8)


def plan(jobs: int = 0, need: int = 100, runs: int = 0, gpu: int = 0, **changes: object) -> AnyEvent:
    command = PlanJobs(config=CONFIG.replace(changes), jobs=jobs, runs=runs)
    return planned(command, JobsPlanned(jobs=gpu, threads=0, memory=need * MB, free=0), [])


@pytest.mark.parametrize(
    ("asked", "jobs", "threads"),
    [({"jobs": 2}, 2, 4), ({"jobs": 3}, 3, 2), ({"jobs": 9}, 9, 1), ({}, 8, 1), ({"runs": 4}, 4, 2),
     ({"jobs": 2, "threads": 3}, 2, 3), ({"need": 300}, 3, 2), ({"need": 5000}, 1, 8)],
)  # fmt: skip
def test_each_gets_its_share_of_the_cores_and_auto_takes_what_pays_and_memory_allows(
    asked: dict[str, int], jobs: int, threads: int
) -> None:
    found = plan(**asked)
    assert isinstance(found, JobsPlanned)
    assert (found.jobs, found.threads) == (jobs, threads)
    assert found.limited == ("memory" if asked.get("need", 0) > 100 else "")


def test_more_than_memory_allows_are_refused_with_a_number_that_fits() -> None:
    assert plan(jobs=10) == CommandFailed(
        reason="Jobs (jobs): 10 runs at once need 100 MB of memory each, and 1,000 MB are free; give at most 9, or a"
        " smaller batch_size"
    )
    refused = plan(jobs=2, need=2000)
    assert isinstance(refused, CommandFailed)
    assert refused.reason.endswith("free some memory, or train a smaller one")


def test_runs_share_a_gpu_as_far_as_its_memory_goes() -> None:
    found = plan(gpu=3)
    assert isinstance(found, JobsPlanned)
    assert (found.jobs, found.threads) == (3, 0)
    refused = plan(jobs=5, gpu=3, device="cuda:0")
    assert isinstance(refused, CommandFailed)
    assert "3 fit on one" in refused.reason


def test_each_run_gets_a_gpu_of_its_own_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert [own_device("auto", place) for place in range(3)] == ["cuda:0", "cuda:1", "cuda:0"]
    assert own_device("cpu", 1) == "cpu"
    assert own_device("cuda:1", 0) == "cuda:1"
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert own_device("cuda", 3) == "cuda"


def test_threads_that_are_asked_for_and_a_run_alone_stay_as_they_are() -> None:
    assert with_share(CONFIG, 1) == CONFIG
    assert with_share(CONFIG, 4).threads == 2
    assert with_share(CONFIG.replace({"threads": 5}), 4).threads == 5


def test_what_a_run_needs_is_measured_and_grows_with_its_batch() -> None:
    """In a process that has trained nothing before, whose freed memory a larger batch could take."""
    done = subprocess.run([sys.executable, "-c", MEASURED], capture_output=True, text=True, timeout=LIMIT, check=False)
    assert done.returncode == 0, done.stderr
    (none, small), (no, large) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert (none, no) == (0, 0)  # that would fit on a GPU
    assert large > small > 0


def test_the_limit_of_a_container_counts(tmp_path: Path) -> None:
    assert free_memory(tmp_path) > 0
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 500\ninactive_file 150\n")
    assert free_memory(tmp_path) == 450
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory(tmp_path) > 450
