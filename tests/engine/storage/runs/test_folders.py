"""Run folders: their numbers, their records, and the list of them."""

from pathlib import Path

import pytest
from fake_engine import started

from engine.storage.runs.folders import RunError, create_folder, find_run, run_names
from engine.storage.runs.listing import close_interrupted, list_runs, summarize
from engine.storage.runs.record import RECORD, read_record
from tests.engine.storage.runs.records import RUN, make_run

# ------------------------------------------------------------------ folders


def test_runs_are_numbered_after_the_highest(tmp_path: Path) -> None:
    checkpoints = tmp_path / "new" / "checkpoints"
    assert [create_folder(checkpoints, "seed-cnn").name for _ in range(2)] == ["0001-seed-cnn", "0002-seed-cnn"]
    (checkpoints / "0041-other").mkdir()
    assert create_folder(checkpoints, "seed-cnn").name == "0042-seed-cnn"
    (checkpoints / "9999-seed-cnn").mkdir()
    assert create_folder(checkpoints, "seed-cnn").name == "10000-seed-cnn"
    assert run_names(checkpoints)[-2:] == ["9999-seed-cnn", "10000-seed-cnn"]


def test_a_folder_that_another_process_made_first_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / RUN).mkdir()
    monkeypatch.setattr("engine.storage.runs.folders.run_names", lambda checkpoints: [])
    assert create_folder(tmp_path, "seed-cnn").name == "0002-seed-cnn"


def test_only_folders_with_a_runs_name_are_runs(tmp_path: Path) -> None:
    for name in (".hidden", "notes", "1-short", "0003-UPPER", "0004-ok"):
        (tmp_path / name).mkdir()
    (tmp_path / "0005-file").write_text("")
    assert run_names(tmp_path) == ["0004-ok"]
    assert run_names(tmp_path / "absent") == []


def test_a_run_is_found_by_name_by_number_and_as_the_latest(tmp_path: Path) -> None:
    for name in ("0001-seed-cnn", "0002-seed-cnn", "0010-seed-cnn"):
        (tmp_path / name).mkdir()
    assert find_run(tmp_path).name == "0010-seed-cnn"
    assert find_run(tmp_path, "0002-seed-cnn").name == "0002-seed-cnn"
    for number in ("2", "0002", "00002"):
        assert find_run(tmp_path, number).name == "0002-seed-cnn"
    assert find_run(tmp_path, "10").name == "0010-seed-cnn"


@pytest.mark.parametrize(
    "name",
    ["../x", "..", ".", "/etc", "0001-seed-cnn/../../x", "0001-seed-cnn/", "./0001-seed-cnn", "3", "0001", "-1", "1.0",
     "0001-seed-cnn\x00", "9" * 5000, "\N{SUPERSCRIPT ONE}"],
)  # fmt: skip
def test_a_name_that_is_no_run_of_this_folder_is_refused(tmp_path: Path, name: str) -> None:
    checkpoints = tmp_path / "checkpoints"
    (checkpoints / "0002-seed-cnn").mkdir(parents=True)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / RECORD).write_text("{}")
    with pytest.raises(RunError, match="mnist-tui runs"):
        find_run(checkpoints, name)


def test_an_empty_folder_says_to_train_first(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="train one first"):
        find_run(tmp_path)


# --------------------------------------------------------------------- list


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'{"run": 7}', b"null", b"[" * 100_000], ids=lambda content: content[:9]
)
def test_an_unreadable_record_is_shown_not_raised(tmp_path: Path, content: bytes) -> None:
    make_run(tmp_path)
    folder, _ = make_run(tmp_path)
    (folder / RECORD).write_bytes(content)
    (folder / "last.pt").touch()
    newest, oldest = list_runs(tmp_path, live="")
    assert (newest.run, newest.state, newest.resumable) == (folder.name, "unreadable", False)
    assert str(folder / RECORD) in newest.problem
    assert oldest.state == "interrupted"


def test_a_folder_without_a_record_is_shown_too(tmp_path: Path) -> None:
    (tmp_path / RUN).mkdir()
    [summary] = list_runs(tmp_path, live="")
    assert summary.state == "unreadable"
    assert "is missing" in summary.problem


def test_a_run_nobody_works_on_is_interrupted(tmp_path: Path) -> None:
    folder, log = make_run(tmp_path)
    log.write(started())
    (folder / "last.pt").touch()
    alive, dead = (summarize(folder, live=live) for live in (None, ""))
    assert (alive.state, alive.resumable) == ("running", False)
    assert (dead.state, dead.resumable) == ("interrupted", True)


def test_a_new_engine_marks_what_the_last_one_left(tmp_path: Path) -> None:
    running, _ = make_run(tmp_path)
    finished, log = make_run(tmp_path)
    log.close("finished", 9)
    damaged, _ = make_run(tmp_path)
    (damaged / RECORD).write_text("?")
    paused, _ = make_run(tmp_path, "paused")
    assert close_interrupted(tmp_path) == [running.name, paused.name]
    assert read_record(running).state == "interrupted"
    assert "engine ended" in read_record(running).reason
    assert read_record(finished).state == "finished"
    assert (damaged / RECORD).read_text() == "?"
    assert close_interrupted(tmp_path) == []
