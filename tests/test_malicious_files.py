"""Files made to do harm: refused or bounded, and nothing in them is executed."""

import hashlib
import io
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from fake_engine import epoch_done, started
from test_worker import CONFIG, RUN, Engine

from engine.checkpoint import LARGEST, CheckpointError, digest_file, load_checkpoint, load_last
from engine.dataset import DataError, Dataset
from engine.history import EPOCHS, OTHERS, STEP_EVENTS, History
from engine.idx import read_images
from engine.image_file import read_gray
from engine.messages import Paused, PredictFiles, ResumeRun, StartRun, StepsDone
from engine.run import Run, resume
from engine.runs import EVENTS, LAST, EventReader, seal
from engine.train import train

MIB = 1 << 20


class Memory:
    """How much the peak of this process's memory grows; `with Memory() as used: ...; used.grown`."""

    def __enter__(self) -> "Memory":
        Path("/proc/self/clear_refs").write_text("5")  # begin a new peak
        self.before = self._peak()
        return self

    def __exit__(self, *_: object) -> None:
        self.grown = self._peak() - self.before

    @staticmethod
    def _peak() -> int:
        line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


measured = pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="needs Linux to measure memory")

# --------------------------------------------------------------- checkpoints


def with_digest(path: Path, data: bytes) -> Path:
    """Write a file with a right digest, as somebody who means harm would."""
    path.write_bytes(data)
    digest_file(path).write_text(f"{hashlib.sha256(data).hexdigest()}  {path.name}\n")
    return path


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def saved(content: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def refused(path: Path, reason: str) -> None:
    with pytest.raises(CheckpointError, match=reason) as caught:
        load_checkpoint(path)
    assert str(path) in str(caught.value)


class MakesFolder:
    """Pickled, it makes a folder when it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.folder),)


def test_a_pickle_that_runs_code_runs_nothing(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    for data in (
        saved({"format": 1, "model": MakesFolder(trap)}),
        pickle.dumps(MakesFolder(trap)),
        zipped({"archive/data.pkl": pickle.dumps(MakesFolder(trap), protocol=2), "archive/version": b"3"}),
    ):
        refused(with_digest(tmp_path / LAST, data), "is not a checkpoint")
        assert not trap.exists()


@measured
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_bomb_is_refused_before_it_goes_off(tmp_path: Path, method: int) -> None:
    good = zipfile.ZipFile(io.BytesIO(saved({"format": 1, "w": torch.zeros(8)})))
    entries = {name: good.read(name) for name in good.namelist()}
    entries[next(name for name in entries if name.endswith("data/0"))] = bytes(100 * MIB)
    path = with_digest(tmp_path / LAST, zipped(entries, method))
    assert path.stat().st_size < MIB
    with Memory() as used:
        refused(path, "it unpacks to .* more than it holds")
    assert used.grown < 50 * MIB


def test_entries_that_lie_over_each_other_are_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"archive/a": bytes(1000), "archive/b": bytes(1000)}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)  # where the second entry is said to begin
    data[second + 20 : second + 28] = struct.pack("<II", 2000, 2000)
    refused(with_digest(tmp_path / LAST, bytes(data)), "is not a checkpoint")


@measured
@pytest.mark.parametrize("size", [LARGEST + 1, 1 << 40], ids=["a byte too many", "a terabyte"])
def test_a_file_of_absurd_size_is_not_even_read(tmp_path: Path, size: int) -> None:
    path = with_digest(tmp_path / LAST, b"")
    with open(path, "wb") as file:
        file.truncate(size)
    with Memory() as used:
        refused(path, f"has {size} bytes; a checkpoint has at most")
    assert used.grown < 20 * MIB


@measured
def test_a_tensor_that_claims_more_than_the_file_holds_is_refused(tmp_path: Path) -> None:
    vast = torch.zeros(1).expand(10**6, 10**6)
    path = with_digest(tmp_path / LAST, saved({"format": 1, "deep": [{"w": (vast,)}]}))
    with Memory() as used:
        refused(path, r"a tensor of shape \[1000000, 1000000\] that is not in the file")
    assert used.grown < 20 * MIB


@pytest.fixture
def good_state(digits: Dataset) -> dict[str, Any]:
    run = Run(CONFIG, digits)
    events = train(run)
    for _ in range(3):
        next(events)
    return {"format": 1, **run.state()}


def spoil(name: str, state: dict[str, Any]) -> None:
    position, model, optimizer = state["position"], state["model"], state["optimizer"]
    match name:
        case "weights of another shape":
            model["conv1.weight"] = torch.zeros(3, 3)
        case "weights of no number":
            model["fc1.bias"][7] = float("nan")
        case "weights missing":
            del model["fc1.bias"]
        case "weights no tensors":
            state["model"] = {"conv1.weight": "text"}
        case "model no mapping":
            state["model"] = [1, 2]
        case "position missing":
            del state["position"]
        case "position text":
            state["position"] = "here"
        case "epoch negative":
            position["epoch"] = -5
        case "epoch text":
            position["epoch"] = "1"
        case "batch beyond the epoch":
            position["batch"] = 10**12
        case "step no whole number":
            position["step"] = 1.5
        case "seconds of no number":
            position["seconds"] = float("nan")
        case "moments of another shape":
            optimizer["state"][0]["exp_avg"] = torch.zeros(10**6)
        case "moments of one too many":
            optimizer["state"][99] = optimizer["state"][0]
        case "optimizer without groups":
            optimizer["param_groups"] = []
        case "sums no tensor":
            state["sums"] = {"loss": "x", "right": None}
        case "generator cut short":
            state["rng"] = {"cpu": torch.zeros(3, dtype=torch.uint8)}
        case "config out of bounds":
            state["config"]["batch_size"] = 0
        case "config unknown":
            state["config"] = {"exec": "rm"}
        case "config no mapping":
            state["config"] = 7
        case _:
            raise AssertionError(name)


SPOILT = [
    "weights of another shape", "weights of no number", "weights missing", "weights no tensors", "model no mapping",
    "position missing", "position text", "epoch negative", "epoch text", "batch beyond the epoch",
    "step no whole number", "seconds of no number", "moments of another shape", "moments of one too many",
    "optimizer without groups", "sums no tensor", "generator cut short", "config out of bounds", "config unknown",
    "config no mapping",
]  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_state_that_does_not_fit_is_refused_by_name(
    tmp_path: Path, digits: Dataset, good_state: dict[str, Any], name: str
) -> None:
    spoil(name, good_state)
    with_digest(tmp_path / LAST, saved(good_state))
    with pytest.raises(CheckpointError, match=r"run r|last\.pt"):
        resume("r", tmp_path, digits)


def test_a_state_that_fits_is_resumed(tmp_path: Path, digits: Dataset, good_state: dict[str, Any]) -> None:
    with_digest(tmp_path / LAST, saved(good_state))
    assert resume("r", tmp_path, digits).step == good_state["position"]["step"]


def test_the_engine_answers_for_a_spoilt_run_and_lives(checkpoints: Path) -> None:
    engine = Engine(checkpoints)
    engine.load()
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    state, _ = load_last(checkpoints / RUN)
    for name in SPOILT:
        spoilt = pickle.loads(pickle.dumps(state))
        spoil(name, spoilt)
        with_digest(checkpoints / RUN / LAST, saved(spoilt))
        refusal = engine.refused(ResumeRun(run=RUN, changes={"epochs": 9}))
        assert RUN in refusal
        assert "Error" not in refusal.split("(")[0]
    engine.done(StartRun(config=CONFIG))
    assert engine.finish().state == "finished"


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
@pytest.mark.parametrize("size", [12 * MIB, pytest.param(2 << 30, marks=pytest.mark.slow)])
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
        read_gray(path, 0)
    assert used.grown < 50 * MIB


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
