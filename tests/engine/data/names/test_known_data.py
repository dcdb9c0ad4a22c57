"""Data sets that are known by name: downloaded from where torchvision says, with its checksums, and read."""

import bz2
import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from idx_files import IDX_NAMES, idx
from torchvision.datasets import EMNIST, QMNIST, USPS, FashionMNIST

from engine.data.dataset import Array, DataError
from engine.data.find import find_data, load_data
from engine.data.names.files import sources
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.messages.known_data import CLOTHES, KNOWN, LETTERS, KnownData, known_data, thing
from tests.engine.data.names.made_up import made_up
from tests.engine.data.names.mirror import Mirror


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder, with nothing in it."""
    monkeypatch.setenv("MNIST_TUI_DATA", str(tmp_path / "Dataset"))
    return tmp_path / "Dataset"


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    server = Mirror()
    yield server
    server.close()


def md5(content: bytes | str) -> str:
    assert isinstance(content, bytes)
    return hashlib.md5(content).hexdigest()


def serve_fashion(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> dict[str, Array]:
    arrays = made_up(10, 60, 30)
    mirror.files = {f"{name}.gz": gzip.compress(idx(arrays[key])) for key, name in IDX_NAMES.items()}
    monkeypatch.setattr(FashionMNIST, "mirrors", [mirror.url])
    monkeypatch.setattr(FashionMNIST, "resources", [(name, md5(content)) for name, content in mirror.files.items()])
    return arrays


def test_a_name_downloads_the_data_set_at_its_first_use_and_has_names_for_its_classes(
    root: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = serve_fashion(mirror, monkeypatch)
    missing = find_data("fashion").missing
    assert missing is not None
    with pytest.raises(DataError, match=r"is missing; `mnist-tui data download fashion` gets it"):
        find_data("fashion").read()
    data = load_data("Fashion-MNIST")
    assert data.classes == CLOTHES
    assert torch.equal(data.train_images, torch.from_numpy(arrays["train_images"]))
    assert data.path == str(root / "FashionMNIST" / "raw")
    assert find_data("fashion").missing is None
    mirror.asked.clear()
    assert load_data("fashion").fingerprint == data.fingerprint
    assert mirror.asked == []


def test_a_run_finds_its_data_again_by_the_path_in_its_record(
    root: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_fashion(mirror, monkeypatch)
    data = load_data("fashion")
    assert load_data(data.path).classes == CLOTHES
    assert load_data(root / "FashionMNIST").classes == CLOTHES
    with pytest.raises(DataError, match=r"give one of them: .*FashionMNIST/raw"):
        load_data(root)


def test_a_wrong_checksum_is_refused_by_the_name_of_the_data_set(
    root: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_fashion(mirror, monkeypatch)
    mirror.files["t10k-labels-idx1-ubyte.gz"] = gzip.compress(b"other")
    with pytest.raises(DataError, match=r"Fashion-MNIST could not be downloaded.*not have the checksum of Fashion"):
        load_data("fashion")
    assert not root.exists()


def test_letters_stand_upright_and_count_from_a(root: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = made_up(26, 52, 26)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for split in ("train", "test"):
            images = np.ascontiguousarray(arrays[f"{split}_images"].transpose(0, 2, 1))
            labels = arrays[f"{split}_labels"] + 1
            name = f"gzip/emnist-letters-{split}"
            archive.writestr(f"{name}-images-idx3-ubyte.gz", gzip.compress(idx(images)))
            archive.writestr(f"{name}-labels-idx1-ubyte.gz", gzip.compress(idx(labels)))
    mirror.files = {"gzip.zip": packed.getvalue()}
    monkeypatch.setattr(EMNIST, "url", f"{mirror.url}gzip.zip")
    monkeypatch.setattr(EMNIST, "md5", md5(packed.getvalue()))
    data = load_data("emnist-letters")
    assert data.classes == LETTERS
    assert torch.equal(data.test_images, torch.from_numpy(arrays["test_images"]))
    assert data.test_labels.tolist() == list(range(26))
    assert load_data(data.path).fingerprint == data.fingerprint
    with pytest.raises(DataError, match=r"emnist-digits-train-images-idx3-ubyte\.gz cannot be read from it"):
        load_data("emnist-digits")


def test_labels_of_qmnist_are_the_first_of_eight_numbers(
    root: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays, resources = made_up(10, 20, 10), {}
    for split in ("train", "test"):
        labels = np.zeros((len(arrays[f"{split}_labels"]), 8), ">i4")
        labels[:, 0], labels[:, 1:] = arrays[f"{split}_labels"], 700
        sizes = b"".join(size.to_bytes(4, "big") for size in labels.shape)
        contents = {
            f"qmnist-{split}-images-idx3-ubyte.gz": gzip.compress(idx(arrays[f"{split}_images"])),
            f"qmnist-{split}-labels-idx2-int.gz": gzip.compress(b"\0\0\x0c\x02" + sizes + labels.tobytes()),
        }
        mirror.files |= contents
        resources[split] = [(mirror.url + name, md5(content)) for name, content in contents.items()]
    monkeypatch.setattr(QMNIST, "resources", resources)
    data = load_data("qmnist")
    assert data.classes == DIGITS
    assert data.train_labels.tolist() == arrays["train_labels"].tolist()


def test_usps_is_scaled_and_centred_as_mnist_is(root: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    text = ""
    for label in range(1, 11):
        pixels = np.full((16, 16), -1.0)
        pixels[2:14, 7:9], pixels[1 + label, 3:13] = 1.0, 1.0
        values = " ".join(f"{number}:{value:g}" for number, value in enumerate(pixels.ravel(), 1))
        text += f"{label} {values}\n"
    mirror.files = {"usps.bz2": bz2.compress(text.encode()), "usps.t.bz2": bz2.compress(text.encode())}
    files = {"train": "usps.bz2", "test": "usps.t.bz2"}
    monkeypatch.setattr(
        USPS, "split_list", {split: [mirror.url + name, name, md5(mirror.files[name])] for split, name in files.items()}
    )
    data = load_data("usps")
    assert data.classes == DIGITS
    assert data.train_labels.tolist() == list(range(10))
    assert int(data.train_images[0].amax(1).count_nonzero()) == 20
    with monkeypatch.context() as patched:
        patched.setattr("engine.data.names.reading.read_usps", None)  # the digits are scaled once
        assert load_data("usps").fingerprint == data.fingerprint
    (root / "USPS" / "raw" / "usps.bz2").write_bytes(bz2.compress(b"1 1:2\n"))
    with pytest.raises(DataError, match=r"usps\.bz2: line 1 is no digit of 256 values"):
        load_data("usps")


def test_a_folder_that_has_the_name_of_a_data_set_goes_first(
    tmp_path: Path, digits_npz: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    digits_npz.rename(tmp_path / "fashion")
    assert load_data("fashion").classes == DIGITS


@pytest.fixture
def digits_npz(tmp_path: Path) -> Path:
    np.savez(tmp_path / "made-up.npz", **made_up(10, 20, 20))  # type: ignore[arg-type]
    return tmp_path / "made-up.npz"


def test_names_are_found_in_any_case_and_digits_are_called_so_only_where_they_are() -> None:
    assert {known_data(name.upper()) for each in KNOWN for name in (each.name, *each.aliases)} == set(KNOWN)
    assert known_data("Dataset") is None
    assert [thing(classes) for classes in (DIGITS, CLOTHES, LETTERS)] == ["digit", "image", "image"]


@pytest.mark.parametrize(
    ("typed", "says"), [("fashon", "did you mean fashion? Else check the name"), ("x", "exist; ch")]
)
def test_a_misspelt_name_gets_a_suggestion(typed: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        find_data(tmp_path / typed)
    assert says in str(refused.value)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"<html>log in to this network</html>", "does not have the checksum of"),
        ("break off", "broke off after 4 of 9 bytes"),
        (None, "Connection refused"),
    ],
)
def test_a_download_that_fails_is_told_with_the_remedy_and_leaves_nothing(
    root: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, known: KnownData, sent: bytes | str | None, reason: str
) -> None:
    files = sources(known)
    mirror.files = {} if sent is None else {file.name: sent for file in files}
    url = "http://127.0.0.1:1/" if sent is None else mirror.url  # port 1 has no server
    fetched = [file._replace(urls=[url + file.name]) for file in files]
    monkeypatch.setattr("engine.data.names.download.sources", lambda known: fetched)
    with pytest.raises(DataError) as refused:
        load_data(known.name)
    told = str(refused.value)
    assert told.startswith(f"{root / known.folder / 'raw'}: {known.title} could not be downloaded. ")
    assert f"Tried {files[0].name} from {url}: " in told
    assert reason in told
    assert f"({', '.join(file.name for file in files)}) into this folder yourself" in told
    assert not root.exists()
