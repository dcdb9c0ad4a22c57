"""A real engine, a run that is killed and resumed, seeds at once and a study: all of it in TensorBoard, once."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from limits import LIMIT

from engine.storage.runs.event_log import EventReader
from engine.vocabulary.messages import EpochDone, RunStarted, StepsDone
from tests.e2e.world import PROGRAM, World

pytest.importorskip("tensorboard", reason="TensorBoard is not installed: pip install 'mnist-tui[tensorboard]'")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

pytestmark = pytest.mark.slow
RUN = "0001-seed-cnn"


def read(folder: Path) -> EventAccumulator:
    return EventAccumulator(str(folder / "tensorboard"), size_guidance={"scalars": 0, "images": 0}).Reload()


def logged(folder: Path) -> dict[int, float]:
    """Return the loss of each step as it was trained last, from the run's own log."""
    found: dict[int, float] = {}
    for event in EventReader(folder):
        if isinstance(event, RunStarted):
            found = {step: loss for step, loss in found.items() if step <= event.step}
        if isinstance(event, StepsDone):
            steps = event.steps or event.stride * len(event.losses)
            for i, loss in enumerate(event.losses, 1):
                found[event.step - steps + min(steps, i * event.stride)] = loss
    return found


def check(world: World, folder: Path) -> EventAccumulator:
    """Have what is left sent, and check that the losses are those of the log."""
    place = folder.relative_to(world.checkpoints)
    words = ["-m", "engine.tracking", str(world.checkpoints), "tensorboard", "--once", str(place)]
    while True:  # the engine's own process may have it in hand
        done = subprocess.run([PROGRAM[0], *words], env=world.env, capture_output=True, text=True, timeout=LIMIT)
        told = json.loads(done.stdout)
        if "another process sends" not in told.get("problem", ""):
            break
    assert (done.returncode, told.get("problem")) == (0, None)
    board, wanted = read(folder), logged(folder)
    losses = board.Scalars("train/loss")
    assert [event.step for event in losses] == sorted(wanted)
    assert [event.value for event in losses] == pytest.approx([wanted[step] for step in sorted(wanted)], rel=1e-5)
    return board


def test_a_run_that_is_killed_and_resumed_is_one_run_with_each_step_once(world: World) -> None:
    words = [*PROGRAM, "train", "--json", "--epochs", "500", "--log-to", "tensorboard"]
    with subprocess.Popen(words, env=world.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as train:
        assert train.stdout is not None
        epochs = 0
        for line in train.stdout:
            epochs += b'"EpochDone"' in line
            if epochs == 3:
                break
        status = world.status()
        assert status is not None
        os.kill(status["pid"], signal.SIGKILL)
    resumed = world.run("train", "--resume", "1", "--epochs", "6", "--lr", "0.0005")
    assert resumed.returncode == 0, resumed.stderr
    board = check(world, world.checkpoints / RUN)
    assert [event.value for event in board.Scalars("steering/lr")] == pytest.approx([0.0005])
    assert [picture.step for picture in board.Images("worst_digits")] == [40, 80, 120, 160, 200, 240]
    assert world.run("runs", "show", "1").stdout.count("tensorboard, complete") == 1


def test_seeds_at_once_and_the_trials_of_a_study_are_a_run_each(world: World) -> None:
    pytest.importorskip("optuna")
    trained = world.run("train", "--seeds", "2", "--jobs", "2", "--epochs", "1", "--log-to", "tensorboard")
    assert trained.returncode == 0, trained.stderr
    tuned = world.run("tune", "--trials", "2", "--epochs", "1", "--search", "lr=0.001..0.01", "--log-to", "tensorboard")
    assert tuned.returncode == 0, tuned.stderr
    runs = [world.checkpoints / run["run"] for run in world.runs()]
    trials = sorted((world.checkpoints / "studies" / "trials").iterdir())
    assert (len(runs), [each.name for each in trials]) == (2, ["study-0001-trial-0000", "study-0001-trial-0001"])
    for folder in (*runs, *trials):
        check(world, folder)


def test_a_tracker_that_is_down_delays_nothing_and_is_told(world: World) -> None:
    pytest.importorskip("mlflow", reason="the client of MLflow is not installed: pip install 'mnist-tui[mlflow]'")
    trained = world.run("train", "--epochs", "1", "--log-to", "mlflow=http://127.0.0.1:9")
    assert trained.returncode == 0, trained.stderr
    assert [event.epoch for event in EventReader(world.checkpoints / RUN) if isinstance(event, EpochDone)] == [1]
    sent = world.run("track", "1")
    assert sent.returncode == 1
    assert "behind" in sent.stderr or "another process sends" in sent.stderr
