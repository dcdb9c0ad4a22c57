"""`mnist-tui runs` without an engine: the list, one run, and what changes runs."""

import fcntl
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fake_engine import epoch_done, started

from engine.storage.runs.folders import create_folder, run_names, trashed
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.queue_file import Queue, write_queue
from engine.storage.runs.record import RunRecord, read_record, write_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import QueuedRun
from tui.__main__ import cli
from tui.commands.runs.changes import change_run
from tui.state.run_filter import SORTS


def make_run(checkpoints: Path, accuracy: float, state: str = "finished", **values: object) -> str:
    config = RunConfig().replace({"epochs": 2, **values})
    folder = create_folder(checkpoints, config.model)
    record = RunRecord(
        run=folder.name, state="running", started=1000.0 * int(folder.name[:4]), config=config, device="cpu",
        data="f00d", data_path="/data", sample=True, versions={"torch": "2.10"},
    )  # fmt: skip
    log = RunLog(folder, record)
    log.write(started(run=folder.name))
    log.record.config = config
    for epoch in (1, 2):
        log.write(epoch_done(epoch, run=folder.name, accuracy=accuracy))
    log.close(state, 80)
    return folder.name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    checkpoints = tmp_path / "runs"
    for accuracy, values in ((0.98, {}), (0.99, {"model": "resnet18", "lr": 0.01}), (0.97, {"seed": 5})):
        make_run(checkpoints, accuracy, **values)
    return checkpoints


def call(folder: Path, *words: str, expect: int = 0, input: str | None = None) -> Result:
    result = CliRunner(env={"MNIST_TUI_CHECKPOINTS": str(folder)}).invoke(cli, ["runs", *words], input=input)
    assert result.exit_code == expect, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def numbers(folder: Path, *words: str) -> list[int]:
    return [int(run["run"][:4]) for run in json.loads(call(folder, "--json", *words).stdout)]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ([], [3, 2, 1]),
        (["--reverse"], [1, 2, 3]),
        (["--filter", "acc>97.5"], [2, 1]),
        (["--filter", "acc>97.5 -model:resnet"], [1]),
        (["--filter", "changed:lr"], [2]),
        (["--filter", "seed:5"], [3]),
        (["--filter", "state:failed"], []),
        (["--sort", "accuracy"], [2, 1, 3]),
        (["--sort", "accuracy", "--reverse"], [3, 1, 2]),
        (["--sort", "name", "--filter", "acc<99"], [1, 3]),
    ],
)
def test_the_list_is_filtered_and_sorted(folder: Path, words: list[str], shown: list[int]) -> None:
    assert numbers(folder, *words) == shown


@pytest.mark.parametrize("key", SORTS)
def test_the_list_has_each_order(folder: Path, key: str) -> None:
    assert sorted(numbers(folder, "--sort", key)) == [1, 2, 3]


def test_words_that_mean_nothing_are_named_and_nothing_found_is_said(folder: Path) -> None:
    refused = call(folder, "--filter", "star acc>many", expect=2).stderr
    assert "'acc>many' at character 6" in refused
    assert "give accuracy>99, say" in refused
    assert "none of 3 runs matches the filter" in call(folder, "--filter", "acc>99.9").stderr
    assert call(folder, "--filter", "acc>99.9").stdout == ""
    assert "are for the list" in call(folder, "--sort", "loss", "show", "1", expect=2).stderr


def test_a_run_is_renamed_noted_and_starred(folder: Path) -> None:
    assert "0002-resnet18 is now called 'Best so far'" in call(folder, "rename", "2", "Best so far").stderr
    call(folder, "note", "2", "needs more epochs")
    call(folder, "star", "1-2", "0003-seed-cnn")
    call(folder, "star", "--off", "3")
    assert numbers(folder, "--filter", "star") == [2, 1]
    assert numbers(folder, "--filter", '"best so"') == [2]
    assert numbers(folder, "--filter", "note:epochs") == [2]
    [line] = [line for line in call(folder).stdout.splitlines() if "resnet" in line]
    assert line.endswith("★ Best so far  needs more epochs")
    call(folder, "rename", "2")
    call(folder, "note", "2")
    assert (read_record(folder / "0002-resnet18").title, read_record(folder / "0002-resnet18").note) == ("", "")


def test_all_that_is_known_of_a_run_is_shown(folder: Path) -> None:
    call(folder, "note", "2", "a note")
    text = call(folder, "show", "2").stdout
    for words in ("0002-resnet18", "a note", "99.00 %", "21,840 parameters", "lr 0.01", "torch 2.10", "2/2"):
        assert words in text
    assert "mnist-tui train --epochs 2 --lr 0.01 --model resnet18" in text
    told = json.loads(call(folder, "show", "2", "--json").stdout)
    assert [epoch["test_accuracy"] for epoch in told["history"]] == [0.99, 0.99]
    assert told["record"]["config"]["lr"] == 0.01
    assert set(told["files"]) == {"events.jsonl", "run.json"}
    assert told["seconds"] == sum(epoch["seconds"] for epoch in told["history"])


def test_deleted_runs_are_listed_restored_and_removed(folder: Path) -> None:
    said = call(folder, "delete", "1,3").stderr
    assert "deleted 0001-seed-cnn; `mnist-tui runs restore 0001-seed-cnn` brings it back" in said
    assert numbers(folder) == [2]
    assert {run["run"] for run in json.loads(call(folder, "trash", "--json").stdout)} == {
        "0001-seed-cnn",
        "0003-seed-cnn",
    }
    assert "0003-seed-cnn" in call(folder, "trash").stdout
    call(folder, "restore", "3")
    assert numbers(folder) == [3, 2]
    assert "give --yes" in call(folder, "empty-trash", expect=2).stderr
    assert len(trashed(folder)) == 1
    assert "removed 1 run" in call(folder, "empty-trash", "--yes").stderr
    assert "the trash is empty" in call(folder, "trash").stderr
    assert "removed 0 runs" in call(folder, "empty-trash").stderr
    assert "'1' is not in the trash" in call(folder, "restore", "1", expect=1).stderr


@pytest.mark.parametrize("words", [["delete", "9"], ["delete", "2", "9"], ["delete", "../../etc"], ["delete", "2,,3"]])
def test_a_run_that_is_not_there_deletes_none(folder: Path, words: list[str]) -> None:
    call(folder, *words, expect=1)
    assert len(run_names(folder)) == 3


def test_the_parent_of_a_waiting_fork_is_neither_deleted_nor_removed_from_the_trash(folder: Path) -> None:
    call(folder, "delete", "1")
    fork = QueuedRun(id=7, config=RunConfig(), fork="2@last")
    write_queue(folder, Queue(next=8, runs=(fork, QueuedRun(id=6, config=RunConfig(), fork="0001-seed-cnn@1"))))
    refused = call(folder, "delete", "2,3", expect=1).stderr
    assert "run 0002-resnet18 is the parent of a waiting fork; `mnist-tui queue remove 7` takes it" in refused
    assert run_names(folder) == ["0002-resnet18"]
    refused = call(folder, "empty-trash", "--yes", expect=1).stderr
    assert "run 0001-seed-cnn is the parent of a waiting fork" in refused
    assert "queue remove 6" in refused
    assert [entry.name for entry in trashed(folder)] == ["0001-seed-cnn"]


@pytest.mark.parametrize("title", ["two\nlines", "\x1b[31mred", "x" * 101])
def test_what_is_no_title_is_refused_in_one_line(folder: Path, title: str) -> None:
    refused = call(folder, "rename", "1", title, expect=1).stderr
    assert refused.startswith("Error: title ")
    assert "\x1b" not in refused
    assert refused.count("\n") == 1


def test_an_interrupted_run_can_be_deleted_once_its_engine_is_gone(folder: Path) -> None:
    name = make_run(folder, 0.9, state="running")
    call(folder, "delete", name)
    assert name not in run_names(folder)


def test_where_there_are_no_locks_a_run_that_says_that_it_trains_is_left_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = make_run(folder, 0.9, state="running")

    def no_locks(*_: object) -> None:
        raise OSError(37, os.strerror(37))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    assert "has no locks" in call(folder, "delete", name, expect=1).stderr
    call(folder, "delete", "1")
    assert run_names(folder) == ["0002-resnet18", "0003-seed-cnn", name]


def test_a_program_that_changes_a_run_waits_for_another_that_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    waited = []
    monkeypatch.setattr("tui.commands.runs.changes.engine_is_running", lambda _: False)
    monkeypatch.setattr("tui.commands.runs.changes.time.sleep", lambda _: (waited.append(1), os.close(handle)))
    from engine.vocabulary.messages import EditRun

    change_run(folder, EditRun(run="1", star=True))
    assert waited == [1]
    assert read_record(folder / "0001-seed-cnn").star


def test_a_run_on_named_classes_is_shown_with_their_names(folder: Path) -> None:
    name = make_run(folder, 0.9)
    assert "classes " not in call(folder, "show", "4").stdout
    record = read_record(folder / name)
    record.classes = ("cat", "[red]dog[/nope]", "=cmd()")
    write_record(folder / name, record)
    assert "classes        3: cat, [red]dog[/nope], =cmd()\n" in call(folder, "show", "4").stdout
