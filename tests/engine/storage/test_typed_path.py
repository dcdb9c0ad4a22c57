"""Paths as people paste them, and names that are no UTF-8."""

import os
from pathlib import Path

import pytest

from engine.storage.paths import default_data
from engine.storage.typed_path import absolute_text, path_of, unwrapped, written
from engine.vocabulary.config import FIELDS
from tui.state.words.options import clean

LATIN = os.fsdecode(b"d\xe9j\xe0 vu")


@pytest.mark.parametrize(
    "pasted",
    [
        "{}", " {}", "{} ", "{}\n", "\t{}\r\n", "'{}'", '"{}"', " '{}' ", "'{} '", "file://{}", "FILE://{}",
        "file://localhost{}", "file:{}", "'file://{}'\n",
    ],
)  # fmt: skip
def test_a_pasted_path_is_the_path(tmp_path: Path, pasted: str) -> None:
    folder = tmp_path / "my digits"
    folder.mkdir()
    text = pasted.format(folder)
    assert path_of(text) == folder
    assert clean("data", FIELDS["data"].parse(text)) == str(folder)


def test_a_url_is_decoded(tmp_path: Path) -> None:
    assert unwrapped("file:///a%20b/%C3%A9%25") == "/a b/é%"
    assert absolute_text("file:///a%20b/..%2Fc") == "/c"


def test_a_home_is_found_in_quotes_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert path_of("'~/digits'") == tmp_path / "digits"
    assert absolute_text(" ~/digits ") == str(tmp_path / "digits")


def test_a_file_whose_name_is_odd_goes_before_what_the_name_might_mean(tmp_path: Path) -> None:
    for name in ("'5.png'", "5.png ", "5.png"):
        (tmp_path / name).touch()
        assert path_of(f"{tmp_path}/{name}") == tmp_path / name


def test_the_backslashes_of_a_dropped_file_are_understood(tmp_path: Path) -> None:
    (tmp_path / "my 5.png").touch()
    assert path_of(f"{tmp_path}/my\\ 5.png") == tmp_path / "my 5.png"


def test_what_is_not_there_is_named_as_it_was_meant(tmp_path: Path) -> None:
    assert path_of(f" '{tmp_path}/no where' ") == tmp_path / "no where"


def test_a_name_that_is_no_utf8_travels_as_a_url(tmp_path: Path) -> None:
    text = written(tmp_path / LATIN)
    assert text.endswith("/d%E9j%E0%20vu")
    assert path_of(text) == tmp_path / LATIN
    assert absolute_text(str(tmp_path / LATIN)) == text
    assert absolute_text(text) == text
    assert written(tmp_path / "déjà vu") == str(tmp_path / "déjà vu")


def test_empty_stays_empty() -> None:
    assert absolute_text("  ") == ""
    assert clean("data", "") == ""


def test_the_default_folder_of_the_environment_may_be_pasted_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MNIST_TUI_DATA", f"'{(tmp_path / 'my digits').as_uri()}' ")
    assert default_data() == tmp_path / "my digits"
    monkeypatch.setenv("MNIST_TUI_DATA", " ")
    assert default_data().name == "Dataset"
