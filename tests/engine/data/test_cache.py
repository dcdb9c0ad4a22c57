"""Decoded image folders are kept: used as long as nothing changed, and never in the way."""

import os
import stat
from pathlib import Path

import pytest
from PIL import Image

from engine.data.cache import cache_folder
from engine.data.folder import read_image_folders
from tests.engine.data.exported_tree import an_image, same
from tests.engine.data.exported_tree import decoded as decoded
from tests.engine.data.exported_tree import tree as tree


def test_the_second_load_decodes_nothing(tree: Path, decoded: list[str]) -> None:
    first = read_image_folders(tree)
    assert len(decoded) == 50
    second = read_image_folders(tree)
    assert len(decoded) == 50
    assert same(first, second)


def test_every_change_to_a_file_is_noticed_and_the_old_cache_goes(tree: Path, decoded: list[str]) -> None:
    read_image_folders(tree)
    path = an_image(tree)
    times = path.stat()

    decoded.clear()
    Image.new("L", (28, 28), 9).save(tree / "train" / "3" / "added.png")
    assert len(read_image_folders(tree).train_labels) == 31

    path.write_bytes((tree / "train" / "3" / "added.png").read_bytes())
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert (read_image_folders(tree).train_images == 9).all(dim=(1, 2)).sum() == 2

    os.utime(path, ns=(0, 0))
    read_image_folders(tree)
    path.unlink()
    assert len(read_image_folders(tree).train_labels) == 30
    assert len(decoded) == 51 + 51 + 51 + 50
    assert len(list(cache_folder().iterdir())) == 1


def test_the_cache_is_private(tree: Path) -> None:
    read_image_folders(tree)
    assert stat.S_IMODE(cache_folder().stat().st_mode) == 0o700


def test_a_damaged_cache_is_decoded_again(tree: Path, decoded: list[str]) -> None:
    first = read_image_folders(tree)
    (cache,) = cache_folder().iterdir()
    content = bytearray(cache.read_bytes())
    content[len(content) // 2] ^= 1
    cache.write_bytes(content)
    assert same(read_image_folders(tree), first)
    assert len(decoded) == 100
    read_image_folders(tree)
    assert len(decoded) == 100


def test_a_cache_that_cannot_be_written_is_only_noted(
    tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert "could not be cached" in read_image_folders(tree).notes[0]
