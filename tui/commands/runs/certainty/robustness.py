"""`mnist-tui evaluate --robustness`: how right runs stay on corrupted digits."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from rich.table import Table
from rich.text import Text

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import RobustnessMeasured, RobustnessRow
from tui.commands.runs.certainty.intervals import share
from tui.state.significance import wilson
from tui.state.words.figures import format_limits
from tui.terminal.printing import told, wide_console
from tui.terminal.sanitize import sanitize


def for_programs(result: RobustnessMeasured) -> dict[str, Any]:
    """Return each accuracy with its interval, in the order of the runs."""
    rows = [
        {
            "corruption": row.corruption,
            "strength": row.strength,
            "amount": row.amount,
            "unit": row.unit,
            "runs": [share(right, result.images) for right in row.right],
        }
        for row in result.rows
    ]
    left = {name: value for name, value in told(result).items() if name not in ("done", "of")}
    means = [mean_of(result.rows, i, result.images) for i in range(len(result.runs))]
    return {**left, "clean": [share(right, result.images) for right in result.clean], "rows": rows, "means": means}


def mean_of(rows: Sequence[RobustnessRow], run: int, images: int) -> float:
    return sum(row.right[run] for row in rows) / (len(rows) * images)


def print_robustness(result: RobustnessMeasured) -> None:
    print(f"{counted(result.images, 'test image')} of {sanitize(result.data)}, accuracy in %")
    wide_console().print(table(result))
    low, high = wilson(accuracy=0.5, count=result.images)
    clean = wilson(accuracy=result.clean[0] / result.images, count=result.images)
    print(
        f"\n95 % confidence (Wilson, from {counted(result.images, 'image')}): {format_limits('accuracy', *clean)} for"
        f" {sanitize(result.runs[0])} untouched; no figure has a wider interval than {100 * (high - low):.2f} points"
    )
    print("strengths are those of MNIST-C (Mu and Gilmer 2019), but for blur, contrast and occlusion")


def table(result: RobustnessMeasured) -> Table:
    """Return a row for each corruption and run, a column for each strength."""
    found = Table("", "run", "untouched", "1", "2", "3", "4", "5", "mean", "strengths", box=None, pad_edge=False)
    for column in found.columns[2:9]:
        column.justify = "right"
    for name, group in groupby(result.rows, key=lambda row: row.corruption):
        rows = list(group)
        amounts = ", ".join(f"{row.amount:.3g}" for row in rows)
        for i, run in enumerate(result.runs):
            cells = [f"{100 * row.right[i] / result.images:.2f}" for row in rows]
            mean = f"{100 * mean_of(rows, i, result.images):.2f}"
            found.add_row(
                *map(Text, ("" if i else sanitize(name), sanitize(run), untouched(result, i), *cells, mean)),
                Text("" if i else f"{amounts} {sanitize(rows[0].unit)}"),
            )
    for i, run in enumerate(result.runs):
        mean = f"{100 * mean_of(result.rows, i, result.images):.2f}"
        found.add_row(*map(Text, ("" if i else "all", sanitize(run), untouched(result, i), *[""] * 5, mean, "")))
    return found


def untouched(result: RobustnessMeasured, run: int) -> str:
    return f"{100 * result.clean[run] / result.images:.2f}"
