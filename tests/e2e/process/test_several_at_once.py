"""Several runs at once, with real processes: what they compute, and what becomes of those beside one that is lost."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import torch
from limits import LIMIT

from engine.storage.runs.checkpoint import load_last
from engine.storage.runs.event_log import EventReader
from engine.storage.runs.folders import run_names
from engine.storage.runs.record import read_record
from engine.training.state import position_in
from engine.vocabulary.messages import EpochDone
from tests.e2e.process.process_list import processes_of
from tests.e2e.world import LONG, PROGRAM, World
from tui.commands.run_coroutine import INTERRUPTED

pytestmark = pytest.mark.slow


@contextmanager
def telling(world: World, command: str, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Train or tune without a screen, telling JSON lines."""
    with (
        open(world.folder / "train.err", "w") as errors,
        subprocess.Popen(
            [*PROGRAM, command, "--json", *words], env=world.env, stdout=subprocess.PIPE, stderr=errors
        ) as train,
    ):
        try:
            yield train
        finally:
            train.kill()


def told_until(train: "subprocess.Popen[bytes]", reached: int, kind: str) -> list[dict]:
    """Return what is told until events of a kind have come from so many runs."""
    told, runs = [], set()
    assert train.stdout is not None
    for line in train.stdout:
        event = json.loads(line)
        told.append(event.get("told", event))
        if told[-1]["event"] == kind:
            runs.add(told[-1]["run"])
        if len(runs) == reached:
            break
    return told


def descendants(world: World) -> list[psutil.Process]:
    """Return the processes of the engine, the engine first."""
    [engine] = processes_of(world.checkpoints)
    return [psutil.Process(engine), *psutil.Process(engine).children(recursive=True)]


def trains(process: psutil.Process) -> bool:
    """Tell whether it trains, and is neither the engine nor what starts others."""
    return any(file.path.endswith("events.jsonl") for file in process.open_files())


def weights(world: World, seed: int) -> dict[str, torch.Tensor]:
    for name in run_names(world.checkpoints):
        if read_record(world.checkpoints / name).config.seed == seed:
            return load_last(world.checkpoints / name)[0]["model"]
    raise AssertionError(seed)


def saved_step(world: World, run: str) -> int:
    return position_in(load_last(world.checkpoints / run)[0]).step


def test_runs_at_once_have_the_weights_that_they_would_have_alone(tmp_path: Path) -> None:
    found = []
    for jobs in ("1", "3"):
        world = World(tmp_path / jobs)
        world.folder.mkdir()
        done = world.run("train", "--seeds", "3", "--jobs", jobs, "--threads", "1", "--epochs", "1")
        assert done.returncode == 0, done.stderr
        found.append([weights(world, seed) for seed in range(3)])
        for name in run_names(world.checkpoints):
            record = read_record(world.checkpoints / name)
            assert (record.state, record.threads) == ("finished", 1)
            assert sum(isinstance(event, EpochDone) for event in EventReader(world.checkpoints / name)) == 1
        world.run("engine", "stop")
    for alone, beside in zip(*found, strict=True):
        assert alone.keys() == beside.keys()
        assert all(torch.equal(alone[name], beside[name]) for name in alone)


def test_a_process_that_is_killed_takes_no_other_run_along(world: World) -> None:
    with telling(world, "train", "--seeds", "2", "--jobs", "2", "--epochs", "4") as train:
        told_until(train, 2, "CheckpointSaved")
        victim = next(process for process in descendants(world) if trains(process))
        victim.kill()
        assert train.stdout is not None
        last = json.loads(train.stdout.readlines()[-1])
        assert train.wait(LIMIT) == 1
    assert sorted(run["state"] for run in last["runs"]) == ["finished", "interrupted"]
    lost = next(run for run in last["runs"] if run["state"] == "interrupted")
    assert "its process was lost: it was ended by SIGKILL" in lost["reason"]
    record = read_record(world.checkpoints / lost["run"])
    assert (record.state, record.reason) == ("interrupted", lost["reason"])
    again = world.run("train", "--resume", lost["run"])
    assert again.returncode == 0, again.stderr


def test_one_ctrl_c_saves_all_runs_and_leaves_no_process(world: World) -> None:
    with telling(world, "train", "--seeds", "4", "--jobs", "2", "--epochs", str(LONG)) as train:
        told_until(train, 2, "EpochDone")
        processes = descendants(world)
        train.send_signal(signal.SIGINT)
        assert train.stdout is not None
        last = json.loads(train.stdout.readlines()[-1])
        assert train.wait(LIMIT) == INTERRUPTED
    assert [run["state"] for run in last["runs"]] == ["stopped", "stopped"]
    for run in last["runs"]:
        record = read_record(world.checkpoints / run["run"])
        assert record.state == "stopped"
        assert saved_step(world, run["run"]) == record.step
    assert world.run("engine", "stop").returncode == 0
    _, alive = psutil.wait_procs(processes, timeout=LIMIT)
    assert alive == []


def test_an_engine_that_is_killed_leaves_no_process_and_what_they_trained_is_saved(world: World) -> None:
    with telling(world, "train", "--seeds", "2", "--jobs", "2", "--epochs", str(LONG)) as train:
        told_until(train, 2, "EpochDone")
        processes = descendants(world)
        os.kill(processes[0].pid, signal.SIGKILL)
        assert train.wait(LIMIT) == 1
    _, alive = psutil.wait_procs(processes, timeout=LIMIT)
    assert alive == []
    for name in run_names(world.checkpoints):
        record = read_record(world.checkpoints / name)
        assert record.state == "stopped"
        assert saved_step(world, name) == record.step


def test_more_runs_than_memory_allows_are_refused_before_one_begins(world: World) -> None:
    large = ("--model", "vgg-small", "--batch-size", "4000", "--epochs", "1")
    refused = world.run("train", "--seeds", "64", "--jobs", "64", *large)
    assert refused.returncode == 1
    assert "Jobs (jobs): 64 runs at once need" in refused.stderr
    assert "give at most" in refused.stderr or "free some memory" in refused.stderr
    assert run_names(world.checkpoints) == []


def test_trials_at_once_are_as_many_as_were_asked_for(world: World) -> None:
    done = world.run(
        "tune", "--search", "lr=0.001,0.002,0.003", "--trials", "4", "--epochs", "1", "--jobs", "2", "--json"
    )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    trials = {event["trial"]["number"]: event["trial"]["state"] for event in events if event["event"] == "TrialTold"}
    assert [state for state in trials.values() if state in ("complete", "pruned", "finished")], trials
    assert len(trials) == 4


def test_one_ctrl_c_puts_all_trials_in_progress_back(world: World) -> None:
    search = ("--search", "lr=0.001,0.002,0.003", "--trials", "4", "--jobs", "2", "--epochs", str(LONG))
    with telling(world, "tune", *search) as tune:
        assert tune.stdout is not None
        running: set[int] = set()
        for line in tune.stdout:
            event = json.loads(line)
            if event["event"] == "TrialTold" and event["trial"]["state"] == "running" and event["trial"].get("epochs"):
                running.add(event["trial"]["number"])
            if len(running) == 2:
                break
        tune.send_signal(signal.SIGINT)
        events = [json.loads(line) for line in tune.stdout]
        assert tune.wait(LIMIT) == INTERRUPTED
    assert [event["state"] for event in events if event["event"] == "StudyEnded"] == ["stopped"]
    states = {event["trial"]["number"]: event["trial"]["state"] for event in events if event["event"] == "TrialTold"}
    assert all(states[number] != "running" for number in running)
