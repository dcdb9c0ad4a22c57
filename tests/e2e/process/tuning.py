"""A study in a real engine, as `mnist-tui tune` tells of it."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator

import pytest
from limits import LIMIT

from engine.tuning.kept.storage import open_storage
from engine.tuning.opening import join
from engine.vocabulary.messages import StudyEnded, StudyStarted, TrialSummary, TrialTold, decode_event
from tests.e2e.world import PROGRAM, World

SEARCH = ["--search", "lr=log:1e-4..1e-1", "--search", "batch_size=20,50,100"]


class Tuning:
    """A `mnist-tui tune --json` in a folder of runs of its own, and what it has told so far."""

    def __init__(self, world: World, folder: str, *words: str) -> None:
        self.checkpoints = world.folder / folder
        self.env = {**world.env, "MNIST_TUI_CHECKPOINTS": str(self.checkpoints)}
        self.trials: dict[int, TrialSummary] = {}
        self.ended: StudyEnded | None = None
        self.process = subprocess.Popen(
            [*PROGRAM, "tune", "--json", "--device", "cpu", "--no-notify", *words],
            env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def read(self, enough: int | None = None) -> None:
        """Take in what is told, to the end, or until so many trials have ended."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = decode_event(line.encode())
            if isinstance(event, TrialTold):
                self.trials[event.trial.number] = event.trial
            elif isinstance(event, StudyEnded):
                self.ended = event
            if enough is not None and not isinstance(event, StudyStarted) and len(self.finished) >= enough:
                return

    @property
    def finished(self) -> list[TrialSummary]:
        return [trial for trial in self.trials.values() if trial.state in ("finished", "pruned", "failed")]

    def finish(self) -> None:
        self.read()
        errors = self.process.communicate(timeout=LIMIT)[1]
        assert self.process.returncode == 0, errors

    def kill_engine(self) -> None:
        told = subprocess.run(
            [*PROGRAM, "engine", "status", "--json"],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=True,
        )
        status = json.loads(told.stdout)
        assert status["state"] == "tuning"
        os.kill(status["pid"], signal.SIGKILL)
        errors = self.process.communicate(timeout=LIMIT)[1]
        assert self.process.returncode == 1
        assert "the engine ended" in errors
        assert "continues it" in errors


@pytest.fixture
def tune(world: World) -> Iterator[type]:
    started: list[Tuning] = []

    def start(folder: str, *words: str) -> Tuning:
        started.append(Tuning(world, folder, *words))
        return started[-1]

    yield start  # type: ignore[misc]
    for each in started:
        each.process.kill()
        each.process.wait()
        for stream in (each.process.stdout, each.process.stderr):
            assert stream is not None
            stream.close()


def owners(world: World, storage: str) -> set[int]:
    """Return the processes that have ended a trial."""
    study, _ = join(open_storage(world.folder, storage, "shared"), "shared")
    return {trial.user_attrs["engine"]["pid"] for trial in study.trials if trial.values}


def share(world: World, tune, storage: str, trials: int) -> None:
    """Let two engines begin one study at once, and kill one of them when both have trained; the other ends it."""
    words = ("--name", "shared", "--storage", storage, *SEARCH, "--epochs", "2", "--trials", str(trials))
    one, two = tune("one", *words), tune("two", *words)
    two.read(enough=1)
    while len(owners(world, storage)) < 2:
        two.read(enough=len(two.finished) + 1)
        assert two.ended is None
    two.kill_engine()
    one.finish()
    kept = [trial for trial in one.trials.values() if trial.state != "lost"]
    assert len(kept) == trials
    assert all(trial.state in ("finished", "pruned") for trial in kept)
    assert [trial.base for trial in kept].count(True) == 1
