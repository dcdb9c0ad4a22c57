"""A world of its own for each test: folders, and an engine that is ended at last."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import kill_engines
from limits import LIMIT
from places import ROOT

PROGRAM = [sys.executable, "-m", "tui"]
TRAINING = "0001-seed-cnn +training"  # a pattern of the run bar; the word alone is also in the log
LONG = 20_000  # epochs that no test waits for, however fast the machine


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
            "XDG_CONFIG_HOME": str(folder / "config"),
            "MNIST_TUI_CHECKPOINTS": str(self.checkpoints),
            "MNIST_TUI_DATA": str(folder / "no-data"),
            "OMP_NUM_THREADS": "1",  # threads that wait for each other would fight with the screen for two cores
        }

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*PROGRAM, *words], env=self.env, capture_output=True, text=True, timeout=LIMIT)

    def start_long_run(self) -> None:
        """Start a run of LONG epochs from the command line, and leave it to the engine."""
        with (
            open(self.folder / "train.err", "w+") as errors,
            subprocess.Popen(
                [*PROGRAM, "train", "--json", "--epochs", str(LONG)],
                env=self.env, stdout=subprocess.PIPE, stderr=errors,
            ) as train,
        ):  # fmt: skip
            assert train.stdout is not None
            patience = threading.Timer(LIMIT, train.kill)
            patience.start()
            began = any(b'"RunStarted"' in line for line in train.stdout)
            patience.cancel()
            train.kill()
            assert began, f"no run started: {Path(errors.name).read_text()}"

    def status(self) -> dict | None:
        """Return what the engine says of itself, None when there is none."""
        done = self.run("engine", "status", "--json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def runs(self) -> list[dict]:
        return json.loads(self.run("runs", "--json").stdout)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", world.env["XDG_STATE_HOME"])  # so that a test can attach to its engine
    yield world
    kill_engines(Path(world.env["XDG_STATE_HOME"]))


def epoch_after(first: int) -> str:
    """Return a pattern of the run bar for any later epoch of a long run: one may pass between two frames."""
    return rf"epoch (?!{'|'.join(f'{epoch}/' for epoch in range(first + 1))})\d+/{LONG}"
