"""`mnist-tui compare`, digit by digit: which test images two runs see differently, and whether that proves anything."""

import sys
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from engine.storage.runs.folders import BEST, LAST
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import ComparePredictions, PredictionsCompared
from engine.vocabulary.messages.base import class_name
from tui.commands.runs.certainty.intervals import chance, in_words, share
from tui.state.significance import McNemarTest, mcnemar
from tui.terminal.printing import told, wide_console
from tui.terminal.sanitize import sanitize

SHOWN = 20  # digits that two runs see differently


def compare_digits(
    checkpoints: Path, pairs: list[tuple[str, str]], wanted: bool | None, data: str = ""
) -> list[PredictionsCompared]:
    """Compare the runs of each pair where this is wanted, None: of a single pair, as far as it is possible. Without
    `data`, on those that both runs were tested on."""
    from tui.commands.run_coroutine import run
    from tui.commands.runs.certainty.ask import ask

    if wanted is False or (wanted is None and len(pairs) > 1 and not data):
        return []
    if wanted is None and not all(is_saved(checkpoints / name) for pair in pairs for name in pair):
        print("not compared image by image: the weights of a run are missing", file=sys.stderr)
        return []
    try:
        return [run(ask(checkpoints, ComparePredictions(a=a, b=b, data=data), PredictionsCompared)) for a, b in pairs]
    except click.ClickException as error:
        if wanted:
            raise
        print(sanitize(f"not compared image by image: {error.message}", longest=2000), file=sys.stderr)
        return []


def is_saved(folder: Path) -> bool:
    return (folder / BEST).exists() or (folder / LAST).exists()


def test_of(result: PredictionsCompared) -> McNemarTest:
    return mcnemar(result.only_a, result.only_b)


def for_programs(result: PredictionsCompared) -> dict[str, Any]:
    sides = {"accuracy_a": result.both + result.only_a, "accuracy_b": result.both + result.only_b}
    accuracies = {name: share(right, result.images) for name, right in sides.items()}
    return {**told(result), **accuracies, "mcnemar": told(test_of(result))}


def print_digits(result: PredictionsCompared) -> None:
    names = [sanitize(name) for name in result.classes]
    right_a, right_b = result.both + result.only_a, result.both + result.only_b
    print(f"\non {counted(result.images, 'test image')} of {sanitize(result.data)}:")
    print(f"A {sanitize(result.a)}: {in_words(right_a, result.images)} right, {result.only_a} that B has wrong")
    print(f"B {sanitize(result.b)}: {in_words(right_b, result.images)} right, {result.only_b} that A has wrong")
    test = test_of(result)
    print(
        f"in brackets 95 % confidence (Wilson). McNemar's exact test: {chance(test)}; {verdict(test)}"
        f"\n{counted(result.differ, 'image')} that they see differently, {result.neither} that both have wrong"
    )
    if not result.digits:
        return
    table = Table("image", "actual", "A", "B", box=None, pad_edge=False)
    for digit in result.digits[:SHOWN]:
        cells = [class_name(names, each) + ("" if each == digit.actual else " wrong") for each in digit.predicted]
        table.add_row(*map(Text, (str(digit.index), class_name(names, digit.actual), *cells)))
    print()
    wide_console().print(table)
    if (more := result.differ - SHOWN) > 0:
        print(f"and {more:,} more (--json lists up to 500)")


def verdict(test: McNemarTest) -> str:
    if not test.only_a + test.only_b:
        return "no image is right in one and wrong in the other"
    better = "A" if test.only_a > test.only_b else "B"
    if not test.significant:
        return "these images cannot tell which of the two is better"
    return f"{better} is better on images like these by more than noise, as far as these two runs go"
