"""The file of beliefs: bounded, cut where a run is resumed, and read whatever became of it."""

import errno
import os
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.insight.beliefs.belief_log import BeliefLog, shape_for, thinned
from engine.insight.beliefs.history import read_beliefs
from engine.insight.beliefs.records import (
    BELIEFS,
    EPOCH,
    HEAD,
    LABELS,
    MARK,
    MOST_BYTES,
    EpochBeliefs,
    Shape,
    scan,
    seal_epoch,
    seal_labels,
)
from engine.storage.runs.folders import RunError
from tests.engine.insight.beliefs.kept_epochs import TESTED, TRAINED, beliefs_of, kept, log_in


def test_what_is_written_is_read(tmp_path: Path) -> None:
    kept(tmp_path, 3)
    found = read_beliefs(tmp_path)
    assert (found.epochs, found.classes, found.damaged) == ((1, 2, 3), 10, 0)
    assert found.labels.tolist() == TESTED.tolist()
    assert found.trained_labels.tolist() == TRAINED.tolist()
    for epoch, each in zip(found.epochs, found.kept, strict=True):
        assert all(map(np.array_equal, each, beliefs_of(epoch)))


def test_a_long_run_keeps_the_first_and_the_last_epoch_and_some_evenly_between(tmp_path: Path) -> None:
    log = log_in(tmp_path, most=8)
    for epoch in range(1, 60):
        log.append(epoch, beliefs_of(epoch))
        found = read_beliefs(tmp_path).epochs
        strides = np.diff(found[:-1]).tolist()
        assert (found[0], found[-1]) == (1, epoch)
        assert len(set(strides)) <= 1
        assert min(epoch, 4) <= len(found) <= 8
        assert not strides or found[-1] - found[-2] <= strides[0]


@given(st.integers(2, 100), st.integers(1, 10_000), st.integers(1, 1_000_000), st.integers(1, 1_000_000))
def test_no_file_is_larger_than_20_megabytes(classes: int, epochs: int, tested: int, trained: int) -> None:
    shape = shape_for(classes, tested, trained)
    most = min(256, (MOST_BYTES - 2 * shape.size(LABELS)) // shape.size(EPOCH))
    assert most >= 8
    assert shape.tested >= min(tested, 10_000)
    assert 2 * shape.size(LABELS) + most * shape.size(EPOCH) <= MOST_BYTES
    assert len(thinned(list(range(1, epochs)), epochs, most)) + 1 <= most


def test_mnist_is_kept_whole_for_79_epochs() -> None:
    shape = shape_for(10, 10_000, 60_000)
    assert (shape.tested, shape.trained) == (10_000, 60_000)
    assert (MOST_BYTES - 2 * shape.size(LABELS)) // shape.size(EPOCH) == 79


def test_a_resumed_run_drops_the_epochs_that_it_trains_again(tmp_path: Path) -> None:
    whole = kept(tmp_path, 5).read_bytes()
    log = log_in(tmp_path)
    log.resume(3)
    assert read_beliefs(tmp_path).epochs == (1, 2, 3)
    log.append(4, beliefs_of(4))
    log.append(5, beliefs_of(5))
    assert (tmp_path / BELIEFS).read_bytes() == whole


def test_an_epoch_that_is_written_again_is_there_once(tmp_path: Path) -> None:
    whole = kept(tmp_path, 4).read_bytes()
    log_in(tmp_path).append(4, beliefs_of(4))
    assert (tmp_path / BELIEFS).read_bytes() == whole


def test_a_file_cut_anywhere_gives_the_epochs_before_and_goes_on(tmp_path: Path) -> None:
    path = kept(tmp_path, 3)
    whole = path.read_bytes()
    labels, record = 2 * log_in(tmp_path).shape.size(LABELS), log_in(tmp_path).shape.size(EPOCH)
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        epochs = max(0, (end - labels) // record)
        if epochs:
            found = read_beliefs(tmp_path)
            assert (len(found.epochs), found.damaged) == (epochs, 0)
        else:
            with pytest.raises(RunError):
                read_beliefs(tmp_path)
        log = log_in(tmp_path)
        log.resume(3)
        for epoch in range(epochs + 1, 4):
            log.append(epoch, beliefs_of(epoch))
        assert path.read_bytes() == whole, end


def test_a_flipped_bit_costs_one_record_and_is_told(tmp_path: Path) -> None:
    path = kept(tmp_path, 3)
    whole = path.read_bytes()
    labels, record = log_in(tmp_path).shape.size(LABELS), log_in(tmp_path).shape.size(EPOCH)
    for place in range(0, len(whole), 5):
        spoilt = bytearray(whole)
        spoilt[place] ^= 1 << place % 8
        path.write_bytes(spoilt)
        found = read_beliefs(tmp_path)
        hit = (place - 2 * labels) // record + 1 if place >= 2 * labels else 0
        assert found.epochs == tuple(epoch for epoch in (1, 2, 3) if epoch != hit), place
        assert found.damaged == 1, place
        for epoch, each in zip(found.epochs, found.kept, strict=True):
            assert all(map(np.array_equal, each, beliefs_of(epoch)))


@given(st.binary(max_size=3000), st.integers(0, 3000))
def test_no_content_makes_it_fail_otherwise_than_in_words(content: bytes, place: int) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as name:
        path = kept(Path(name), 3)
        whole = path.read_bytes()
        path.write_bytes(whole[:place] + content + whole[place:])
        found = read_beliefs(Path(name))
        assert len(found.epochs) >= 2
        path.write_bytes(content)
        with pytest.raises(RunError, match="damaged"):
            read_beliefs(Path(name))
        log_in(Path(name)).append(1, beliefs_of(1))
        assert read_beliefs(Path(name)).epochs == (1,)


def test_a_damaged_file_is_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = kept(tmp_path, 4)
    spoilt = bytearray(path.read_bytes())
    spoilt[-2 * log_in(tmp_path).shape.size(EPOCH) + 50] ^= 1  # of epoch 3
    path.write_bytes(spoilt)
    log = log_in(tmp_path)
    log.resume(4)
    log.append(5, beliefs_of(5))
    found = read_beliefs(tmp_path)
    assert (found.epochs, found.damaged) == ((1, 2, 4, 5), 1)
    assert "is damaged in 1 place;" in "".join(capsys.readouterr())


def test_a_file_of_other_digits_is_put_aside(tmp_path: Path) -> None:
    content = kept(tmp_path, 2).read_bytes()
    log = BeliefLog(tmp_path, 10, TESTED[:-1], TRAINED)
    beliefs = beliefs_of(1)
    log.append(
        1, beliefs._replace(probabilities=beliefs.probabilities[:-1], predicted=TESTED[:-1], losses=beliefs.losses[:-1])
    )
    assert (tmp_path / "beliefs.other.bin").read_bytes() == content
    assert read_beliefs(tmp_path).epochs == (1,)
    log_in(tmp_path).resume(1)
    assert (tmp_path / "beliefs.bin").read_bytes() == b""
    assert len((tmp_path / "beliefs.other.bin").read_bytes()) < len(content)


def test_a_disk_that_takes_a_part_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept(tmp_path, 2)
    whole, log = path.read_bytes(), log_in(tmp_path)
    real = os.pwrite
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", lambda handle, content, place: real(handle, content[:100], place))
        with pytest.raises(OSError, match="No space") as failed:
            log.append(3, beliefs_of(3))
    assert (failed.value.errno, failed.value.filename) == (errno.ENOSPC, str(path))
    assert path.read_bytes() == whole
    log.append(3, beliefs_of(3))
    assert read_beliefs(tmp_path).epochs == (1, 2, 3)


def test_a_file_that_is_deleted_or_changed_meanwhile_is_begun_or_gone_on_with(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.append(1, beliefs_of(1))
    log.append(2, beliefs_of(2))
    (tmp_path / BELIEFS).unlink()
    log.append(3, beliefs_of(3))
    assert read_beliefs(tmp_path).epochs == (3,)
    with open(tmp_path / BELIEFS, "ab") as file:
        file.write(b"torn")
    log.append(4, beliefs_of(4))
    assert read_beliefs(tmp_path).epochs == (3, 4)


@pytest.mark.parametrize("what", ["folder", "pipe"])
def test_what_is_no_file_is_named(what: str, tmp_path: Path) -> None:
    path = tmp_path / BELIEFS
    path.mkdir() if what == "folder" else os.mkfifo(path)
    with pytest.raises(OSError, match=r"file|directory") as failed:
        log_in(tmp_path).append(1, beliefs_of(1))
    assert failed.value.filename == str(path)


def test_a_run_without_the_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"has no beliefs\.bin: it has not finished an epoch since"):
        read_beliefs(tmp_path)


def test_a_file_made_to_take_long_is_read_in_bounded_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = Shape(10, 20_000, 0)
    record = seal_epoch(shape, 1, EpochBeliefs(*(np.zeros(n, np.uint8) for n in (200_000, 20_000, 20_000, 0, 0))))
    head = record[: len(MARK) + HEAD.size]
    read, real = [0], zlib.crc32

    def counted(content: bytes, start: int = 0) -> int:
        read[0] += len(content)
        return real(content, start)

    content = head * 20_000  # each claims most of what follows
    monkeypatch.setattr(zlib, "crc32", counted)
    assert list(scan(content)) == [None]
    assert read[0] < 6 * len(content)


def test_so_many_records_are_no_more_epochs_than_a_run_keeps(tmp_path: Path) -> None:
    path = kept(tmp_path, 1)
    tiny = Shape(2, 1, 0)
    one = EpochBeliefs(np.zeros((1, 2), np.uint8), *(np.zeros(n, np.uint8) for n in (1, 1, 0, 0)))
    labels = seal_labels(tiny, np.zeros(1, np.uint8), np.zeros(0, np.uint8))
    path.write_bytes(labels + b"".join(seal_epoch(tiny, epoch, one) for epoch in range(1, 1001)))
    found = read_beliefs(tmp_path)
    assert (len(found.epochs), found.epochs[-1], found.damaged) == (256, 256, 0)


@pytest.mark.parametrize("spoilt", [{"predicted": np.full(20, 10, np.uint8)}, {"losses": np.full(20, np.nan)}], ids=str)
def test_what_no_run_says_is_damage_too(tmp_path: Path, spoilt: dict[str, np.ndarray]) -> None:
    log = log_in(tmp_path)
    for epoch, beliefs in ((1, beliefs_of(1)), (2, beliefs_of(2)._replace(**spoilt))):
        log.append(epoch, beliefs)
    found = read_beliefs(tmp_path)
    assert (found.epochs, found.damaged) == ((1,), 1)
