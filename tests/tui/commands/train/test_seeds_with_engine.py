"""`mnist-tui train --seeds` with a real engine."""

import json
from pathlib import Path

import msgspec
from click.testing import CliRunner

from engine.storage.runs.listing import list_runs
from engine.storage.runs.record import read_record
from engine.vocabulary.messages import decode_event
from tests.tui.commands.calls import call, interrupted_after_an_epoch
from tui.__main__ import cli
from tui.commands.run_coroutine import INTERRUPTED


def test_seeds_become_runs_of_their_own_that_can_be_compared(checkpoints: Path) -> None:
    options = ("--epochs", "1", "--batch-size", "50", "--seeds", "2", "--seed", "5")
    done = call(checkpoints, "train", *options)
    assert done.stdout.split()[:3] == ["seed", "run", "test"]
    assert "on the sample of 5,000 digits" in done.stdout
    lines = call(checkpoints, "train", *options, "--lr", "0.01", "--json").stdout.splitlines()
    assert isinstance(decode_event(lines[-2].encode()), msgspec.Struct)
    told = json.loads(lines[-1])
    records = [read_record(checkpoints / f"000{i}-seed-cnn") for i in (1, 2, 3, 4)]
    assert [record.config.seed for record in records] == [5, 6, 5, 6]
    assert [run["accuracy"] for run in told["runs"]] == [record.test_accuracy for record in records[2:]]
    result = CliRunner().invoke(cli, ["compare", "1-2", "3-4", "--json", "--checkpoints", str(checkpoints)])
    compared = json.loads(result.stdout)
    assert compared["differs"] == {"lr": [0.001, 0.01]}
    assert compared["b"]["values"] == [run["accuracy"] for run in told["runs"]]


def test_control_c_stops_saves_and_reports_what_is_done(checkpoints: Path) -> None:
    words = ("train", "--seeds", "3", "--epochs", "100000", "--batch-size", "50", "--json")
    status, rest, errors = interrupted_after_an_epoch(checkpoints, *words)
    assert status == INTERRUPTED
    assert "Traceback" not in errors
    told = json.loads(rest.splitlines()[-1])
    assert [(run["seed"], run["state"]) for run in told["runs"]] == [(0, "stopped")]
    assert "to continue: mnist-tui train --resume 1" in errors
    assert "--seed 1 --seeds 2" in errors
    assert [run.state for run in list_runs(checkpoints, live=None)] == ["stopped"]
