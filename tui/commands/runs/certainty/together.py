"""`mnist-tui evaluate 1-5 --ensemble`: several runs as one."""

from typing import Any

from rich.table import Table
from rich.text import Text

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import Member, TogetherEvaluated
from engine.vocabulary.messages.base import class_name
from tui.commands.runs.certainty.intervals import chance, in_words, share
from tui.commands.runs.report import HOW_TO_CALIBRATE
from tui.state.significance import McNemarTest, mcnemar
from tui.terminal.printing import told, wide_console
from tui.terminal.sanitize import sanitize

SHOWN = 20  # disputed digits


def for_programs(result: TogetherEvaluated) -> dict[str, Any]:
    members = [
        {**told(member), **share(member.right, result.images), "mcnemar": told(test_of(member))}
        for member in result.members
    ]
    return {**told(result), **share(result.right, result.images), "members": members}


def test_of(member: Member) -> McNemarTest:
    return mcnemar(member.only_alone, member.only_together)


def print_together(result: TogetherEvaluated) -> None:
    images = counted(result.images, "test image")
    print(f"{counted(len(result.members), 'run')} as one on {images} of {sanitize(result.data)}")
    print(f"test accuracy {in_words(result.right, result.images)}, in brackets 95 % confidence (Wilson)")
    print(f"NLL {result.together.log_likelihood:.4f}, ECE {result.together.error:.4f}\n")
    wide_console().print(members(result))
    print("\nright alone and right together: images that only the run, or only all as one, have right (McNemar's test)")
    if plain := [member.run for member in result.members if member.temperature is None]:
        print(f"not calibrated: {sanitize(', '.join(plain), longest=1000)} ({HOW_TO_CALIBRATE})")
    print(f"\n{counted(result.disputed, 'image')} that not all see alike")
    if result.digits:
        wide_console().print(disputed(result))
    if (more := result.disputed - SHOWN) > 0:
        print(f"and {more:,} more (--json lists up to 500)")


def members(result: TogetherEvaluated) -> Table:
    table = Table(
        "run", "accuracy alone", "NLL", "temperature", "gain, points", "right alone", "right together", "McNemar",
        box=None, pad_edge=False,
    )  # fmt: skip
    for column in table.columns[1:]:
        column.justify = "right"
    for member in result.members:
        table.add_row(
            Text(sanitize(member.run)),
            in_words(member.right, result.images),
            f"{member.log_likelihood:.4f}",
            "-" if member.temperature is None else f"{member.temperature:.4f}",
            f"{100 * (result.right - member.right) / result.images:+.2f}",
            str(member.only_alone),
            str(member.only_together),
            chance(test_of(member)),
        )
    return table


def disputed(result: TogetherEvaluated) -> Table:
    names = [sanitize(name) for name in result.classes]
    table = Table("image", "actual", "together", "alone", box=None, pad_edge=False)
    for digit in result.digits[:SHOWN]:
        alone = " ".join(class_name(names, each) for each in digit.predicted)
        together = class_name(names, digit.together) + ("" if digit.together == digit.actual else " wrong")
        table.add_row(*map(Text, (str(digit.index), class_name(names, digit.actual), together, alone)))
    return table
