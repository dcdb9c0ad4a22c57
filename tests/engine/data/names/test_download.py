import gzip
import hashlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from idx_files import IDX_NAMES, idx
from torchvision.datasets import MNIST

import engine.data.names.download
from engine.data.dataset import Array, DataError
from engine.data.names.download import download
from engine.storage.temporary_folder import working_folder
from tests.engine.data.names.mirror import Mirror

never = bool  # a question that is answered with False


@pytest.fixture
def files(tiny: dict[str, Array], monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes | str]:
    """Small files in place of the four of MNIST, with their checksums."""
    contents = {f"{name}.gz": gzip.compress(idx(tiny[key])) for key, name in IDX_NAMES.items()}
    resources = [(name, hashlib.md5(content).hexdigest()) for name, content in contents.items()]
    monkeypatch.setattr(MNIST, "resources", resources)
    return dict(contents)


@pytest.fixture
def new_mirror(files: dict[str, bytes | str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Mirror]]:
    mirrors: list[Mirror] = []

    def start() -> Mirror:
        mirror = Mirror()
        mirror.files = dict(files)
        mirrors.append(mirror)
        monkeypatch.setattr(MNIST, "mirrors", [mirror.url for mirror in mirrors])
        return mirror

    yield start
    for mirror in mirrors:
        mirror.close()


@pytest.fixture
def mirror(new_mirror: Callable[[], Mirror]) -> Mirror:
    return new_mirror()


def found(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def dead_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


def test_the_four_files_are_fetched_and_progress_is_told(tmp_path: Path, mirror: Mirror) -> None:
    calls: list[tuple[str, int, int]] = []
    download(tmp_path, lambda *call: calls.append(call), never)
    raw = tmp_path / "MNIST" / "raw"
    assert {path.name: path.read_bytes() for path in raw.iterdir()} == mirror.files
    assert [path.name for path in raw.parent.iterdir()] == ["raw"]
    size = len(mirror.files["train-images-idx3-ubyte.gz"])
    assert ("downloading train-images-idx3-ubyte.gz", size, size) in calls


def test_what_is_there_and_valid_is_not_fetched_again(tmp_path: Path, mirror: Mirror) -> None:
    download(tmp_path, None, never)
    (tmp_path / "MNIST" / "raw" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    mirror.asked.clear()
    download(tmp_path, None, never)
    assert mirror.asked == ["/t10k-labels-idx1-ubyte.gz"]
    download(tmp_path, None, never)
    assert len(mirror.asked) == 1
    assert len(found(tmp_path)) == 4


def test_unzipped_files_count_as_there(tmp_path: Path, mirror: Mirror, tiny: dict[str, Array]) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / IDX_NAMES["test_images"]).write_bytes(idx(tiny["test_images"]))
    download(tmp_path, None, never)
    assert len(mirror.asked) == 3


def test_a_damaged_unzipped_file_is_named_rather_than_left_in_the_way(tmp_path: Path, mirror: Mirror) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / IDX_NAMES["test_images"]).write_bytes(b"damaged")
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte: is truncated.*remove it and run"):
        download(tmp_path, None, never)
    assert mirror.asked == []


def test_a_wrong_checksum_leads_to_the_next_mirror(tmp_path: Path, new_mirror: Callable[[], Mirror]) -> None:
    bad, good = new_mirror(), new_mirror()
    bad.files["train-labels-idx1-ubyte.gz"] = b"<html>log in to this network</html>"
    download(tmp_path, None, never)
    assert good.asked == ["/train-labels-idx1-ubyte.gz"]
    assert len(found(tmp_path)) == 4


def test_a_wrong_checksum_everywhere_leaves_nothing(tmp_path: Path, mirror: Mirror) -> None:
    mirror.files["t10k-labels-idx1-ubyte.gz"] = b"other"
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte\.gz does not have the checksum"):
        download(tmp_path, None, never)
    assert list(tmp_path.iterdir()) == []


def test_a_dead_mirror_leads_to_the_next(tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MNIST, "mirrors", [dead_address(), mirror.url])
    download(tmp_path, None, never)
    assert len(found(tmp_path)) == 4


def test_a_stalled_mirror_is_given_up(
    tmp_path: Path, new_mirror: Callable[[], Mirror], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.data.names.download, "TIMEOUT", 0.1)
    stalled, _ = new_mirror(), new_mirror()
    stalled.files["train-images-idx3-ubyte.gz"] = "stall"
    download(tmp_path, None, never)
    assert len(found(tmp_path)) == 4


def test_a_connection_that_breaks_off_is_told(tmp_path: Path, mirror: Mirror) -> None:
    mirror.files["train-images-idx3-ubyte.gz"] = "break off"
    with pytest.raises(DataError, match="broke off after 4 of 9 bytes"):
        download(tmp_path, None, never)


def test_without_network_every_mirror_its_reason_and_the_remedy_are_told(
    tmp_path: Path, files: dict[str, bytes], mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.data.names.download, "TIMEOUT", 0.1)
    mirror.files = {"train-images-idx3-ubyte.gz": "stall"}
    dead = dead_address()
    monkeypatch.setattr(MNIST, "mirrors", [dead, mirror.url, mirror.url + "nothing/"])
    with pytest.raises(DataError) as caught:
        download(tmp_path, None, never)
    message = str(caught.value)
    assert f"{dead}: Connection refused" in message
    assert f"{mirror.url}: no answer within 0.1 seconds" in message
    assert f"{mirror.url}nothing/: Not Found" in message
    assert f"put the four files ({', '.join(files)}) into this folder yourself" in message
    assert list(tmp_path.iterdir()) == []


def test_cancelling_in_the_middle_leaves_nothing(tmp_path: Path, mirror: Mirror) -> None:
    with pytest.raises(DataError, match="was cancelled"):
        download(tmp_path, None, lambda: len(mirror.asked) == 3)
    assert list(tmp_path.iterdir()) == []


def test_a_mirror_that_sends_without_end_is_given_up(
    tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.data.names.download, "LARGEST", 10)
    with pytest.raises(DataError, match="sends more than 10 bytes"):
        download(tmp_path, None, never)


def test_what_a_killed_download_left_is_removed_by_the_next(tmp_path: Path, mirror: Mirror) -> None:
    left = tmp_path / "MNIST" / ".raw-dead"
    left.mkdir(parents=True)
    (left / "train-images-idx3-ubyte.gz").touch()
    download(tmp_path, None, never)
    assert [path.name for path in (tmp_path / "MNIST").iterdir()] == ["raw"]


def test_a_download_at_work_elsewhere_is_left_alone(tmp_path: Path, mirror: Mirror) -> None:
    with working_folder(tmp_path / "MNIST", "raw") as other:
        download(tmp_path, None, never)
        assert other.is_dir()
    assert not other.exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, mirror: Mirror) -> None:
    (tmp_path / "MNIST").write_text("a file in the way")
    with pytest.raises(DataError, match=r"MNIST.*: cannot be written"):
        download(tmp_path, None, never)


def test_a_download_that_fails_leaves_no_folder_behind_that_was_not_there(tmp_path: Path, mirror: Mirror) -> None:
    mirror.files.clear()
    with pytest.raises(DataError, match="could not be downloaded"):
        download(tmp_path / "new" / "Dataset", None, never)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "MNIST").mkdir()
    with pytest.raises(DataError, match="could not be downloaded"):
        download(tmp_path, None, never)
    assert list((tmp_path / "MNIST").iterdir()) == []  # what was there stays
