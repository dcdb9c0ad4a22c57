"""Every truncation and every flipped byte of what a run leaves on disk is found, named, and survived."""

import os
from pathlib import Path

import pytest
import torch
from fake_engine import epoch_done, started, steps

from engine.storage.runs.checkpoint import (
    CheckpointError,
    digest_file,
    keep_previous,
    load_checkpoint,
    load_last,
    save_checkpoint,
)
from engine.storage.runs.event_log import EVENTS, EventReader, seal
from engine.storage.runs.folders import LAST, PREVIOUS, RunError
from engine.storage.runs.listing import list_runs
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import RECORD, read_record
from engine.vocabulary.messages import Paused, RunEnded, RunEvent, encode
from tests.engine.storage.runs.records import record

RUN = "0001-seed-cnn"
FLIPS = (0x01, 0x80, 0xFF)
EVENTS_OF_A_RUN: list[RunEvent] = [
    started(),
    steps(40, [2.25, 1.5]),
    epoch_done(1),
    Paused(run=RUN, step=40),
    RunEnded(run=RUN, step=80, time=2.0, state="finished"),
]


def flipped(data: bytes, place: int, mask: int) -> bytes:
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


# --------------------------------------------------------------- checkpoints


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of two small checkpoints, at steps 1 and 2."""
    for step in (1, 2):
        keep_previous(tmp_path)
        save_checkpoint(tmp_path / LAST, {"model": {"w": torch.zeros(4)}, "position": {"step": step}})
    return tmp_path


def found(folder: Path, place: int) -> bool:
    """Whether the damage of the last checkpoint is found, and at every so-manieth place the one before is used."""
    with pytest.raises(CheckpointError, match=r"last\.pt: does not match") as caught:
        load_checkpoint(folder / LAST)
    return str(folder) in str(caught.value) and (place % 16 > 0 or fallen_back(folder))


def fallen_back(folder: Path) -> bool:
    """Whether the checkpoint before the last is used, and the last one named."""
    state, problem = load_last(folder)
    assert problem.startswith(f"{folder / LAST}"), problem
    return bool(state["position"]["step"] == 1)


def test_a_checkpoint_with_any_byte_flipped_falls_back_to_the_one_before(folder: Path) -> None:
    data = (folder / LAST).read_bytes()
    for place in range(len(data)):
        (folder / LAST).write_bytes(flipped(data, place, FLIPS[place // 16 % len(FLIPS)]))
        assert found(folder, place)


def test_a_checkpoint_cut_anywhere_falls_back_to_the_one_before(folder: Path) -> None:
    data = (folder / LAST).read_bytes()
    for length in range(len(data)):
        (folder / LAST).write_bytes(data[:length])
        assert found(folder, length)


def test_a_digest_damaged_anywhere_falls_back_or_still_names_its_file(folder: Path) -> None:
    path = digest_file(folder / LAST)
    text = path.read_bytes()
    damaged = [flipped(text, place, mask) for place in range(len(text)) for mask in FLIPS]
    for content in [*damaged, *(text[:length] for length in range(len(text)))]:
        path.write_bytes(content)
        state, problem = load_last(folder)
        intact = content.split()[:1] == text.split()[:1]  # the damage is in the file's name
        assert (state["position"]["step"], problem != "") == ((2, False) if intact else (1, True))


def test_two_damaged_checkpoints_are_refused_by_name(folder: Path) -> None:
    for path in (folder / LAST, folder / PREVIOUS):
        path.write_bytes(flipped(path.read_bytes(), 100, 1))
    with pytest.raises(CheckpointError, match=r"last\.pt: does not match"):
        load_last(folder)


@pytest.mark.parametrize("make", ["folder", "loop", "fifo"])
def test_what_is_no_file_falls_back_too(folder: Path, make: str) -> None:
    path = folder / LAST
    path.unlink()
    if make == "folder":
        path.mkdir()
    elif make == "loop":
        path.symlink_to(path)
    else:
        os.mkfifo(path)
    assert fallen_back(folder)


@pytest.mark.parametrize("name", [LAST, PREVIOUS])
@pytest.mark.parametrize("damage", ["garbage", "long", "folder", "fifo", "missing", "empty"])
def test_a_damaged_digest_is_no_hindrance_to_the_next_save(folder: Path, name: str, damage: str) -> None:
    path = digest_file(folder / name)
    path.unlink()
    match damage:
        case "garbage":
            path.write_bytes(b"\xff\0\n" * 100)
        case "long":
            with open(path, "wb") as file:
                file.truncate(1 << 40)
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "empty":
            path.touch()
    state, problem = load_last(folder)
    assert (state["position"]["step"], problem != "") == ((1, True) if name == LAST else (2, False))
    if damage == "folder":
        path.rmdir()  # nothing can be renamed over a folder: the run would wait and say so
    for step in (3, 4):
        keep_previous(folder)
        save_checkpoint(folder / LAST, {"position": {"step": step}})
    assert load_last(folder)[0]["position"]["step"] == 4
    assert load_checkpoint(folder / PREVIOUS)["position"]["step"] == 3


def test_a_damaged_checkpoint_does_not_take_the_place_of_the_one_before(folder: Path) -> None:
    """Else a kill between the two steps of the next save would leave none."""
    (folder / LAST).write_bytes(flipped((folder / LAST).read_bytes(), 100, 1))
    keep_previous(folder)
    assert fallen_back(folder)


@pytest.mark.parametrize("missing", [LAST, PREVIOUS])
def test_a_run_can_be_resumed_while_one_of_two_checkpoints_is_there(runs: Path, missing: str) -> None:
    for name in {LAST, PREVIOUS} - {missing}:
        save_checkpoint(runs / RUN / name, {"position": {"step": 1}})
    assert list_runs(runs, live="")[1].resumable
    assert (load_last(runs / RUN)[1] != "") == (missing == LAST)


# ----------------------------------------------------------------------- log


def read(folder: Path) -> tuple[list[RunEvent], int]:
    reader = EventReader(folder)
    return list(reader), reader.skipped


def test_a_log_cut_anywhere_keeps_all_whole_lines(tmp_path: Path) -> None:
    lines = [seal(event) for event in EVENTS_OF_A_RUN]
    data = b"".join(lines)
    for length in range(len(data)):
        (tmp_path / EVENTS).write_bytes(data[:length])
        whole = data[:length].count(b"\n")
        assert read(tmp_path) == (EVENTS_OF_A_RUN[:whole], 0)  # a torn last line is no damage: any crash leaves one


def test_a_log_with_any_byte_flipped_loses_that_line_alone_and_counts_it(tmp_path: Path) -> None:
    lines = [seal(event) for event in EVENTS_OF_A_RUN]
    data = b"".join(lines)
    starts = [sum(map(len, lines[:i])) for i in range(len(lines) + 1)]
    for place in range(len(data)):
        (tmp_path / EVENTS).write_bytes(flipped(data, place, FLIPS[place % len(FLIPS)]))
        hit = max(i for i, start in enumerate(starts) if start <= place)
        events, skipped = read(tmp_path)
        joined = data[place : place + 1] == b"\n"  # without its newline a line takes the next one with it
        assert events == EVENTS_OF_A_RUN[:hit] + EVENTS_OF_A_RUN[hit + 1 + joined :]
        last = hit + joined >= len(lines)
        assert skipped == 0 if last else skipped >= 1


def test_a_line_of_another_run_program_or_time_without_its_checksum_is_skipped(tmp_path: Path) -> None:
    (tmp_path / EVENTS).write_bytes(encode(started()) + seal(epoch_done(1)))
    assert read(tmp_path) == ([epoch_done(1)], 1)


# -------------------------------------------------------------------- record


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two runs; the first is to be damaged."""
    for name in (RUN, "0002-seed-cnn"):
        (tmp_path / name).mkdir()
        log = RunLog(tmp_path / name, record(name))
        log.close("finished", 80)
    return tmp_path


def test_a_record_cut_anywhere_is_listed_as_unreadable_and_the_others_as_ever(runs: Path) -> None:
    path = runs / RUN / RECORD
    data = path.read_bytes()
    for length in range(len(data) - 2):
        path.write_bytes(data[:length])
        other, damaged = list_runs(runs, live="")
        assert other.state == "finished"
        assert damaged.state == "unreadable"
        assert str(path) in damaged.problem


def test_a_record_with_any_byte_flipped_never_breaks_the_list(runs: Path) -> None:
    path = runs / RUN / RECORD
    data = path.read_bytes()
    for place in range(len(data)):
        path.write_bytes(flipped(data, place, FLIPS[place % len(FLIPS)]))
        other, _ = list_runs(runs, live="")
        assert other.state == "finished"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"epoch": 0', b'"epoch": -5'), (b'"step": 80', b'"step": 1e999'), (b'"batch_size": 100', b'"batch_size": 0'),
        (b'"reason": ""', b'"reason": "' + b"x" * 5_000_000 + b'"'), (b'"reason": ""', b'"reason": 7'),
        (b'"seed-cnn"', b'"../../etc"'), (b"{", b"[" * 10_000), (b'"started": 1.0', b'"started": 1e300'),
    ],
    ids=["negative", "infinite", "bounds", "long", "type", "name", "nested", "date"],
)  # fmt: skip
def test_a_record_of_absurd_values_is_unreadable(runs: Path, old: bytes, new: bytes) -> None:
    path = runs / RUN / RECORD
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    with pytest.raises(RunError, match=RECORD):
        read_record(runs / RUN)
    assert [run.state for run in list_runs(runs, live="")] == ["finished", "unreadable"]
