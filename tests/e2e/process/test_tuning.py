"""Tuning with real engines: killed in the middle, and two on one journal."""

import json
import signal
from pathlib import Path

import pytest
from limits import LIMIT

from engine.storage.paths import sample_file
from engine.storage.runs.folders import run_names
from tests.e2e.process.tuning import SEARCH, share, tune  # noqa: F401  (tune is a fixture)
from tests.e2e.world import World


@pytest.mark.slow
def test_a_study_whose_engine_is_killed_goes_on_and_ends_with_as_many_trials(world: World, tune) -> None:
    words = ("--name", "one", *SEARCH, "--trials", "12", "--epochs", "1")
    for done in (2, 5):
        tuning = tune("checkpoints", *words)
        tuning.read(enough=done)
        tuning.kill_engine()
    tuning = tune("checkpoints", *words)
    tuning.finish()
    assert tuning.ended is not None
    assert tuning.ended.state == "finished"
    kept = [trial for trial in tuning.trials.values() if trial.state != "lost"]
    assert len(kept) == 12
    assert all(trial.state == "finished" for trial in kept)
    assert [trial.base for trial in kept].count(True) == 1
    assert len({json.dumps(trial.changes) for trial in kept}) >= 11
    base = next(trial.accuracy for trial in kept if trial.base)
    assert max(trial.accuracy for trial in kept) > base
    assert run_names(tuning.checkpoints) == []
    listed = json.loads(world.run("studies", "--json").stdout)
    assert [(line["study"], line["trials"], line["target"]) for line in listed] == [("one", 12, 12)]


@pytest.mark.slow
def test_control_c_keeps_what_is_done_and_the_name_continues(world: World, tune) -> None:
    tuning = tune("checkpoints", *SEARCH, "--trials", "6", "--epochs", "1")
    tuning.read(enough=2)
    tuning.process.send_signal(signal.SIGINT)
    tuning.read()
    errors = tuning.process.communicate(timeout=LIMIT)[1]
    assert tuning.process.returncode == 130
    assert "mnist-tui tune --name study-0001" in errors
    again = tune("checkpoints", "--name", "study-0001")
    again.finish()
    assert len([trial for trial in again.trials.values() if trial.state == "finished"]) == 6


@pytest.mark.slow
def test_two_engines_share_a_study_by_a_journal_and_one_takes_over_from_the_other(world: World, tune) -> None:
    share(world, tune, str(world.folder / "shared.journal"), 24)


@pytest.mark.slow
def test_what_tuning_finds_is_a_command_that_trains(world: World) -> None:
    words = ["tune", *SEARCH, "--trials", "2", "--epochs", "1", "--device", "cpu", "--data", str(sample_file())]
    done = world.run(*words)
    assert done.returncode == 0, done.stderr
    [command] = done.stdout.splitlines()
    assert command.startswith("mnist-tui train --epochs 1")
    assert f"--data {sample_file()}" in command
    assert "the base:" in done.stderr
    trained = world.run(*command.split()[1:])
    assert trained.returncode == 0, trained.stderr
    assert [run["state"] for run in world.runs()] == ["finished"]


NO_NUMBER = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(784, 10))

    def forward(self, images):
        return super().forward(images) * (float("nan") if self.training else 1)
"""


@pytest.mark.slow
def test_a_study_without_a_trial_that_was_trained_to_its_end_is_no_success(world: World, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NO_NUMBER)
    done = world.run("tune", "--model", f"{tmp_path}/net.py:Net", "--search", "lr=0.1,0.2", "--trials", "2")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no trial was trained to the end" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--search", "lr=2..1"], "second bound"),
        ([], "nothing to search"),
        (["--name", "x", "--lr", "0.1"], "leave out all other options"),
        (["--search", "lr=0.1..0.2", "--trials", "0"], "--trials"),
        (["--search", "lr=0.1..0.2", "--sampler", "magic"], "--sampler"),
    ],
)
def test_a_search_that_is_none_is_refused_before_anything_starts(world: World, words: list[str], said: str) -> None:
    done = world.run("tune", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert not world.checkpoints.exists()


def test_a_name_without_a_study_is_one_line(world: World) -> None:
    done = world.run("tune", "--name", "nothing")
    assert done.returncode == 1
    assert "there is no study 'nothing'" in done.stderr
    assert "Traceback" not in done.stderr
    assert world.run("studies").stdout == ""
