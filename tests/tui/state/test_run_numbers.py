"""Several runs by their numbers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.storage.runs.folders import RunError
from tui.state.run_numbers import numbers_of, runs_of

RUNS = ("0003-a", "0004-b", "0005-a", "0009-a", "10000-a")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in RUNS:
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        ("3", ["0003-a"]),
        ("0004-b", ["0004-b"]),
        ("3-5", ["0003-a", "0004-b", "0005-a"]),
        ("0003-0005", ["0003-a", "0004-b", "0005-a"]),
        ("4-9", ["0004-b", "0005-a", "0009-a"]),
        ("9,3-4", ["0009-a", "0003-a", "0004-b"]),
        (" 9 , 3 ", ["0009-a", "0003-a"]),
        ("3-4,4-5,3", ["0003-a", "0004-b", "0005-a"]),
        ("1-999999999999999999", list(RUNS)),
    ],
)
def test_numbers_ranges_and_names_name_runs(folder: Path, words: str, runs: list[str]) -> None:
    assert [path.name for path in runs_of(folder, words)] == runs


@pytest.mark.parametrize(
    "words", ["", ",", "3,,4", "3,", "7", "6-8", "5-3", "x", "0003-b", "../0003-a", "3-4-5", "-3", "9" * 5000]
)
def test_what_names_no_run_is_refused(folder: Path, words: str) -> None:
    with pytest.raises(RunError):
        runs_of(folder, words)


@given(st.sets(st.integers(1, 60), min_size=1))
def test_numbers_are_written_as_they_are_read(numbers: set[int]) -> None:
    written = numbers_of(f"{number:04}-seed-cnn" for number in numbers)
    read: list[int] = []
    for part in written.split(","):
        low, _, high = part.partition("-")
        read += range(int(low), int(high or low) + 1)
    assert read == sorted(numbers)
    assert numbers_of(["0003-a", "0004-b", "0005-a", "0009-a"]) == "3-5,9"
