"""A world of its own for each test: folders, and an engine that is ended at last."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "tui"]


class World:
    """The environment of one test, and the program without a screen in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checkpoints = folder / "checkpoints"
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SSH_")},
            "PYTHONPATH": str(ROOT),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "MNIST_TUI_CHECKPOINTS": str(self.checkpoints),
            "MNIST_TUI_DATA": str(folder / "no-data"),
            "OMP_NUM_THREADS": "1",  # threads that wait for each other would fight with the screen for two cores
        }

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*PROGRAM, *words], env=self.env, capture_output=True, text=True, timeout=60)

    def start_long_run(self) -> None:
        """Start a run of 500 epochs from the command line, and leave it to the engine."""
        with subprocess.Popen(
            [*PROGRAM, "train", "--json", "--epochs", "500"], env=self.env, stdout=subprocess.PIPE
        ) as train:
            assert train.stdout is not None
            for line in train.stdout:
                if b'"RunStarted"' in line:
                    break
            train.kill()

    def status(self) -> dict | None:
        """Return what the engine says of itself, None when there is none."""
        done = self.run("engine", "status", "--json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def runs(self) -> list[dict]:
        return json.loads(self.run("runs", "--json").stdout)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    status = world.status()
    if status is not None:
        os.kill(status["pid"], signal.SIGKILL)
