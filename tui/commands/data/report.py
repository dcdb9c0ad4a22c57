"""A data set in words: its size, where it is from, and what is odd about it."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from engine.storage.paths import default_data
from engine.vocabulary.messages import DataCheck, DataReady
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.messages.known_data import KNOWN
from tui.terminal.printing import print_json, wide_console
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


def print_known(as_json: bool) -> None:
    """Print the data sets that are known by name, and whether they lie in the data folder."""
    root = default_data()
    rows = [(each, (root / each.folder / "raw").is_dir()) for each in KNOWN]
    if as_json:
        print_json([{**each._asdict(), "there": there} for each, there in rows])
        return
    table = Table("name", "data set", "images", "classes", "download", box=None, pad_edge=False)
    for each, there in rows:
        table.add_row(
            each.name,
            each.title,
            each.images,
            f"{len(each.classes)}: {each.classes[0]} to {each.classes[-1]}",
            f"{each.megabytes} MB{', there' if there else ''}",
        )
    wide_console().print(table)


def print_check(check: DataCheck, names: Sequence[str]) -> None:
    """Print the counts and grey values of both parts, and what is odd about them."""
    parts = (("training", check.train), ("test", check.test))
    across = tuple(names) == DIGITS  # else there may be many, and long ones: a line for each
    table = Table("", *(names if across else ()), "mean", "range", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, part in parts:
        counts = (f"{count:,}" for count in part.classes if across)
        table.add_row(name, *counts, f"{part.mean:.1f}", f"{part.low:g} to {part.high:g}")
    wide_console().print(table)
    if not across:
        by_class = Table("class", *(name for name, _ in parts), box=None, pad_edge=False)
        for label, name in enumerate(names):
            by_class.add_row(Text(sanitize(name)), *(f"{part.classes[label]:,}" for _, part in parts))
        for column in by_class.columns[1:]:
            column.justify = "right"
        wide_console().print(by_class)
    print(f"{check.duplicates:,} of the test images are also among the training images")
    for finding in check.findings:
        if finding.warning:
            print(sanitize(f"warning: {finding.message}"))
