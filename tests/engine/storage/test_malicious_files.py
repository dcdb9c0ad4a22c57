"""Logs, images and data sets made to do harm: refused or bounded, and nothing in them is executed."""

import itertools
import os
import struct
import time
import zlib
from pathlib import Path

import pytest
from fake_engine import epoch_done, started
from memory import MIB, Memory, measured
from PIL import Image

from engine.data.dataset import DataError
from engine.data.idx import read_images
from engine.data.images.decode import read_pixels
from engine.storage.runs.bounded_history import EPOCHS, OTHERS, STEP_EVENTS, History
from engine.storage.runs.event_log import EVENTS, WINDOWS, EventReader, seal
from engine.storage.runs.folders import RunError
from engine.storage.runs.listing import list_runs
from engine.storage.runs.record import RECORD, read_record
from engine.vocabulary.messages import EpochDone, Paused, PredictFiles, RunEnded, RunStarted, StartRun, StepsDone
from tests.engine.server.worker.driven_worker import CONFIG, Engine

RUN = "0001-seed-cnn"

# ---------------------------------------------------------------------- logs


@measured
@pytest.mark.parametrize("size", [200 * MIB, pytest.param(2 << 30, marks=pytest.mark.slow)])
def test_a_log_of_two_gigabytes_without_a_line_is_read_in_little_memory(tmp_path: Path, size: int) -> None:
    (tmp_path / EVENTS).write_bytes(seal(started()))
    with open(tmp_path / EVENTS, "ab") as file:
        file.truncate(size)
    with Memory() as used:
        reader = EventReader(tmp_path)
        assert list(reader) == [started()]
    assert used.grown < 20 * MIB


@measured
@pytest.mark.parametrize("size", [12 * MIB, pytest.param(512 * MIB, marks=pytest.mark.slow)])
def test_a_log_of_many_events_of_every_kind_is_read_in_little_memory(tmp_path: Path, size: int) -> None:
    block = b"".join(
        seal(StepsDone(run=RUN, step=i, epoch=i, stride=1, losses=[0.5] * 64, images_per_s=1.0))
        + seal(epoch_done(i))
        + seal(Paused(run=RUN, step=i))
        for i in range(1, 500)
    )
    with open(tmp_path / EVENTS, "wb") as file:
        file.write(seal(started()))
        for _ in range(size // len(block)):
            file.write(block)
    with Memory() as used:
        history = History(EventReader(tmp_path))
    assert len(history.events) <= STEP_EVENTS + EPOCHS + OTHERS + 2
    assert used.grown < 50 * MIB


def test_a_log_too_long_to_be_read_is_read_in_stretches_from_its_beginning_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.storage.runs.event_log.WINDOW", 4096)
    epochs = 10_000
    lines = [seal(started()), *(seal(epoch_done(i)) for i in range(1, epochs + 1))]
    lines.append(seal(RunEnded(run=RUN, step=1, time=2.0, state="finished")))
    (tmp_path / EVENTS).write_bytes(b"".join(lines))
    reader = EventReader(tmp_path)
    first, *middle, last = list(reader)
    assert isinstance(first, RunStarted)
    assert isinstance(last, RunEnded)
    numbers = [event.epoch for event in middle if isinstance(event, EpochDone)]
    assert numbers == sorted(set(numbers))
    assert 64 < len(numbers) < WINDOWS * 4096 // len(lines[1])
    assert max(b - a for a, b in itertools.pairwise(numbers)) < epochs / 50  # no large gap anywhere
    assert reader.skipped == 0


@measured
def test_a_log_of_a_terabyte_is_read_in_bounded_time(tmp_path: Path) -> None:
    with open(tmp_path / EVENTS, "wb") as file:
        file.truncate(1 << 40)
    began = time.monotonic()
    with Memory() as used:
        assert list(EventReader(tmp_path)) == []
    print(f"read in {time.monotonic() - began:.1f} s")
    assert used.grown < 20 * MIB


@pytest.mark.parametrize("name", [RECORD, EVENTS])
@pytest.mark.parametrize("make", ["fifo", "folder", "loop", "device"])
def test_what_is_no_file_in_the_place_of_a_record_or_log_is_refused_at_once(
    tmp_path: Path, name: str, make: str
) -> None:
    folder = tmp_path / RUN
    folder.mkdir()
    path = folder / name
    match make:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "loop":
            path.symlink_to(path)
        case "device":
            path.symlink_to("/dev/zero")
    if name == EVENTS:
        with pytest.raises(OSError, match=EVENTS):
            list(EventReader(folder))
    else:
        with pytest.raises(RunError, match=RECORD):
            read_record(folder)
        assert [run.state for run in list_runs(tmp_path, live="")] == ["unreadable"]


def test_a_record_of_a_terabyte_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / RUN).mkdir()
    with open(tmp_path / RUN / RECORD, "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(RunError, match="is too long for a record"):
        read_record(tmp_path / RUN)
    assert [run.state for run in list_runs(tmp_path, live="")] == ["unreadable"]


def test_a_run_folder_that_leads_to_itself_does_not_break_the_list(tmp_path: Path) -> None:
    (tmp_path / RUN).symlink_to(tmp_path / RUN)
    assert list_runs(tmp_path, live="") == []


# -------------------------------------------------------------------- images


def png(width: int, height: int, *chunks: tuple[bytes, bytes], data: bytes = b"") -> bytes:
    """Return a grey PNG that claims a size, with further chunks, and compressed rows that may be too few."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(data or bytes(64)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunk(*each) for each in chunks) + body + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
IMAGES = {
    "65000 pixels square": png(65_000, 65_000),
    "all pixels there are": png(2**31 - 1, 2**31 - 1),
    "cut": png(28, 28, data=bytes(29 * 28))[:-40],
    "too few rows": png(28, 28),
    "an SVG": SVG,
    "nothing": b"",
    "a bomb of text": png(28, 28, (b"zTXt", b"k\0\0" + zlib.compress(bytes(200 * MIB)))),
    "a bomb of colours": png(28, 28, (b"iCCP", b"k\0\0" + zlib.compress(bytes(200 * MIB)))),
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/tmp/x) deletefile\n",
}


@measured
@pytest.mark.parametrize("name", IMAGES)
def test_an_image_made_to_do_harm_is_refused_in_little_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / "digit.png"
    path.write_bytes(IMAGES[name])
    with Memory() as used, pytest.raises(DataError, match=r"digit\.png"):
        read_pixels(path)
    assert used.grown < 50 * MIB


@measured
@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGBA", "PNG"), ("LA", "PNG"), ("I;16", "PNG"), ("F", "TIFF"), ("CMYK", "JPEG"), ("P", "GIF"), ("L", "WEBP")],
)
def test_a_small_file_of_as_many_pixels_as_are_allowed_stays_bounded(tmp_path: Path, mode: str, kind: str) -> None:
    path = tmp_path / "digit.png"
    Image.new(mode, (6300, 6300)).save(path, kind, **({"compression": "tiff_deflate"} if kind == "TIFF" else {}))
    assert path.stat().st_size < 4 * MIB
    with Memory() as used:
        read_pixels(path)
    print(f"{mode} {kind}: {used.grown // MIB} MiB")
    assert used.grown < 1024 * MIB


def test_a_classification_names_each_bad_file_and_goes_on(checkpoints: Path, tmp_path: Path) -> None:
    engine = Engine(checkpoints)
    engine.load()
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    paths = []
    for i, content in enumerate(
        [*IMAGES.values(), png(28, 28, data=(b"\0" + bytes(12) + b"\xff" * 3 + bytes(13)) * 28)]
    ):
        paths.append(str(tmp_path / f"{i}.png"))
        Path(paths[-1]).write_bytes(content)
    os.mkfifo(tmp_path / "pipe.png")
    answer = engine.tell(PredictFiles(paths=["/dev/zero", str(tmp_path), str(tmp_path / "pipe.png"), *paths]))
    *bad, good = answer.files  # type: ignore[union-attr]
    assert all(file.error for file in bad)
    assert not good.error


@measured
def test_a_header_that_promises_more_than_the_file_holds_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "t10k-images-idx3-ubyte"
    path.write_bytes(struct.pack(">IIII", 0x803, 2**31, 28, 28) + bytes(100))
    with Memory() as used, pytest.raises(DataError, match="t10k-images"):
        read_images(path)
    assert used.grown < 20 * MIB
