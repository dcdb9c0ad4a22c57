"""A data set in words: its size, where it is from, and what is odd about it."""

from collections.abc import Sequence

from rich.table import Table

from engine.vocabulary.messages import DataCheck, DataReady
from tui.terminal.printing import wide_console
from tui.terminal.sanitize import sanitize


def print_data(data: DataReady) -> None:
    print(f"{data.train:,} training and {data.test:,} test images")
    print(sanitize(f"from {data.path} ({data.kind}), fingerprint {data.fingerprint}, loaded in {data.seconds:.2f} s"))
    for note in data.notes:
        print(sanitize(note))
    if data.check is not None:
        print_check(data.check, data.classes)
    if data.sample:
        print("this is the sample that ships with the program; `mnist-tui data download` downloads the full set")


def print_check(check: DataCheck, names: Sequence[str]) -> None:
    """Print the counts and grey values of both parts, and what is odd about them."""
    table = Table("", *map(sanitize, names), "mean", "range", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, part in (("training", check.train), ("test", check.test)):
        counts = (f"{count:,}" for count in part.classes)
        table.add_row(name, *counts, f"{part.mean:.1f}", f"{part.low:g} to {part.high:g}")
    wide_console().print(table)
    print(f"{check.duplicates:,} of the test images are also among the training images")
    for finding in check.findings:
        if finding.warning:
            print(sanitize(f"warning: {finding.message}"))
