"""Several runs by their numbers: `3-7,9`. Pure but for the names of the folders."""

import re
from collections.abc import Iterable
from pathlib import Path

from engine.storage.runs.folders import RunError, find_run, run_names

RANGE = re.compile(r"(\d{1,18})-(\d{1,18})")


def runs_of(checkpoints: Path, words: str) -> list[Path]:
    """Return the folders of runs named by `3-7,9` or `0003-seed-cnn,12`, each once, in this order.

    Of a range, those that are there. Raises RunError.
    """
    found: dict[Path, None] = {}
    for word in map(str.strip, words.split(",")):
        if not word:
            raise RunError(f"{words!r} is not a list of runs; give their numbers, as in 3-7,9")
        if (bounds := RANGE.fullmatch(word)) is None:
            found[find_run(checkpoints, word)] = None
            continue
        low, high = int(bounds[1]), int(bounds[2])
        within = [name for name in run_names(checkpoints) if low <= number_of(name) <= high]
        if not within:
            raise RunError(f"there is no run from {low} to {high} in {checkpoints}; `mnist-tui runs` lists them")
        found.update({checkpoints / name: None for name in within})
    return list(found)


def number_of(run: str) -> int:
    return int(run.split("-")[0])


def numbers_of(runs: Iterable[str]) -> str:
    """Return the numbers of runs as one would type them: `3-7,9`."""
    ranges: list[list[int]] = []
    for number in sorted({number_of(run) for run in runs}):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(f"{low}-{high}" if high > low else str(low) for low, high in ranges)
