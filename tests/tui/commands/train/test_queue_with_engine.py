"""`train --queue`, `--wait` and `--fork`, and `mnist-tui queue`, as processes with a real engine."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine.storage.runs.queue_file import QUEUE, Queue, write_queue
from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import QueuedRun
from tests.tui.commands.calls import call
from tui.__main__ import cli

SHORT = ("--epochs", "1", "--batch-size", "50", "--device", "cpu")


def queued(checkpoints: Path) -> list[dict[str, Any]]:
    return json.loads(call(checkpoints, "queue", "list", "--json").stdout)["runs"]


@pytest.mark.slow
def test_waiting_runs_are_changed_survive_a_new_engine_and_start_by_themselves_past_one_that_cannot(
    checkpoints: Path,
) -> None:
    call(checkpoints, "train", *SHORT, "--seed", "9")
    assert "no waiting run starts" in call(checkpoints, "queue", "pause").stderr
    assert "in the queue as 1, the next to start" in call(checkpoints, "train", "--queue", *SHORT, "--seed", "1").stderr
    told = call(checkpoints, "train", "--queue", "--json", "--seeds", "2", "--seed", "2", *SHORT).stdout
    assert json.loads(told) == {"queued": [2, 3]}
    call(checkpoints, "train", "--queue", "--fork", "1", "--epochs", "2", "--lr", "0.0003")
    assert "parent of a waiting fork" in call(checkpoints, "runs", "delete", "1", expect=1).stderr
    call(checkpoints, "queue", "move", "3", "1")
    call(checkpoints, "queue", "edit", "1", "--lr", "0.01")
    call(checkpoints, "queue", "remove", "2")
    call(checkpoints, "queue", "move", "4", "1")
    assert "no run with number 7 waits" in call(checkpoints, "queue", "remove", "7", expect=1).stderr
    before = queued(checkpoints)
    assert [(run["number"], run["config"]["seed"], run["fork"]) for run in before] == [
        (4, 9, "0001-seed-cnn@last"), (3, 3, ""), (1, 1, ""),
    ]  # fmt: skip
    assert before[2]["config"]["lr"] == 0.01
    call(checkpoints, "engine", "stop")
    assert queued(checkpoints) == before
    (checkpoints / "0001-seed-cnn" / "last.pt").unlink()  # so that the fork cannot start
    call(checkpoints, "queue", "continue")
    done = call(checkpoints, "train", "--wait", *SHORT, "--seed", "5")
    assert "before it" in done.stderr
    trained = [read_record(checkpoints / f"000{number}-seed-cnn") for number in (2, 3, 4)]
    assert [record.config.seed for record in trained] == [3, 1, 5]
    assert {record.state for record in trained} == {"finished"}
    [left] = queued(checkpoints)
    assert left["number"] == 4
    assert "0001-seed-cnn" in left["problem"]
    assert "could not start" in call(checkpoints, "queue").stdout
    call(checkpoints, "queue", "clear")
    assert queued(checkpoints) == []
    assert "no run waits" in call(checkpoints, "queue").stderr


def test_the_queue_is_listed_and_changed_where_no_engine_runs(tmp_path: Path) -> None:
    def queue(*words: str, expect: int = 0) -> str:
        result = CliRunner(env={"MNIST_TUI_CHECKPOINTS": str(tmp_path)}).invoke(cli, ["queue", *words])
        assert result.exit_code == expect, result.output
        return result.output

    def numbers() -> list[int]:
        return [run["number"] for run in json.loads(queue("--json"))["runs"]]

    runs = tuple(QueuedRun(id=i, config=RunConfig(seed=i)) for i in (1, 2, 3))
    fork = QueuedRun(id=4, config=RunConfig(), fork="0001-seed-cnn@10", problem="its parent is gone")
    write_queue(tmp_path, Queue(next=5, runs=(*runs, fork)))
    text = queue("list")
    assert "--seed 2" in text
    assert "--fork 0001-seed-cnn@10" in text
    assert "could not start: its parent is gone" in text
    queue("move", "3", "1")
    assert numbers() == [3, 1, 2, 4]
    queue("move", "1", "99")
    assert numbers() == [3, 2, 4, 1]
    queue("remove", "3", "2")
    assert numbers() == [4, 1]
    assert "no run with number 3 waits" in queue("move", "3", "1", expect=1)
    assert "queue continue" in queue("pause")
    assert json.loads(queue("list", "--json"))["paused"]
    queue("clear")
    assert numbers() == []
    (tmp_path / QUEUE).write_text("damaged")
    assert "queue clear" in queue("list", expect=1)
    assert "kept as" in queue("clear")
    assert numbers() == []


def test_a_fork_is_trained_to_its_end_and_what_cannot_differ_is_refused_by_name(checkpoints: Path) -> None:
    call(checkpoints, "train", *SHORT, "--keep-every", "1")
    call(checkpoints, "train", "--fork", "1@1", "--epochs", "2", "--lr", "0.0003")
    parent, fork = (read_record(checkpoints / f"000{number}-seed-cnn") for number in (1, 2))
    assert (fork.parent, fork.parent_epoch, fork.state) == (parent.run, 1, "finished")
    assert fork.config.differences() == {**parent.config.differences(), "epochs": 2, "lr": 0.0003}
    assert "fork of 0001@1" in call(checkpoints, "runs").stdout
    assert "Seed (seed)" in call(checkpoints, "train", "--fork", "1@1", "--epochs", "2", "--seed", "7", expect=1).stderr
    assert "no checkpoint '9'" in call(checkpoints, "train", "--fork", "1@9", expect=2).stderr
    assert len(json.loads(call(checkpoints, "runs", "--json").stdout)) == 2
