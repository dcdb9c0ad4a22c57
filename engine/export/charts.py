"""Charts of runs as PNG, SVG and PDF, drawn by matplotlib: for papers, slides and mails.

What matplotlib is told by the user's own matplotlibrc holds. The same runs give the same file, byte for byte.
"""

import io
import warnings
from typing import Any

import numpy as np

from engine.export.curves import AXIS_WORDS, lines_of, noted
from engine.export.extras import ExportError, needed
from engine.library.histories import History, confusion_of
from engine.library.runs import SavedRun
from engine.vocabulary.messages.base import class_name
from engine.vocabulary.messages.export_messages import ExportRequest

# Told apart by those who see no red or no green: Okabe and Ito, Color universal design, https://jfly.uni-koeln.de/color/
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
NAMES = {"loss": "loss (nats per image)", "accuracy": "accuracy (%)", "lr": "learning rate"}
METRICS = {"curves": ("loss", "accuracy"), "loss": ("loss",), "accuracy": ("accuracy",), "lr": ("lr",)}
WIDTH, HEIGHT = 5.2, 3.6  # inches of one chart
DPI = 150
LETTERS, HANDLE = 11, 6  # of a legend in an inch; as wide as so many are a piece of line and the gaps beside it
LOGARITHMIC = 30.0  # times between the largest and the smallest, from which on an axis is
LONGEST = 60  # characters of a title
LONGEST_NAME = 18  # of a class, along a side of a confusion
SETTINGS = {"text.usetex": False, "svg.fonttype": "none", "pdf.fonttype": 42, "svg.hashsalt": "mnist-tui"}
UNDATED: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
MOST_COUNTS = 26  # classes, up to which the cells of a confusion have room for their counts


def chart_file(request: ExportRequest, runs: list[SavedRun], notes: list[str]) -> bytes:
    """Return the content of the file. Raises RunError, ExportError, OSError."""
    matplotlib = needed("matplotlib", request.format)
    figures = needed("matplotlib.figure", request.format)
    file = io.BytesIO()
    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure = figures.Figure(layout="constrained")
        if request.chart == "confusion":
            draw_confusion(figure, runs, notes)
        else:
            draw_curves(figure, request, runs, notes)
        figure.savefig(file, format=request.format, dpi=DPI, metadata=UNDATED[request.format])
    if any("Glyph" in str(each.message) for each in caught):
        notes.append("the font has not all characters of the titles; name another one in your matplotlibrc")
    return file.getvalue()


def draw_curves(figure: Any, request: ExportRequest, runs: list[SavedRun], notes: list[str]) -> None:
    metrics = METRICS[request.chart]
    histories = {run.name: noted(run, notes) for run in runs}
    axes = figure.subplots(1, len(metrics), squeeze=False)[0]
    figure.set_size_inches(WIDTH * len(metrics), HEIGHT)
    drawn = sum(draw_metric(axis, metric, request.axis, histories) for axis, metric in zip(axes, metrics, strict=True))
    if not drawn:
        raise ExportError(f"nothing is recorded to draw of {', '.join(histories)}; train for an epoch first")
    if len(runs) == 1:
        figure.suptitle(title_of(runs[0]))
    else:
        room = int(WIDTH * len(metrics) * LETTERS)
        labels = [(COLOURS[i % len(COLOURS)], title_of(run, room - HANDLE)) for i, run in enumerate(runs)]
        from matplotlib.lines import Line2D

        handles = [Line2D([], [], color=colour, label=label) for colour, label in labels]
        columns = max(1, room // (max(len(label) for _, label in labels) + HANDLE))
        figure.legend(handles=handles, loc="outside lower center", ncols=min(columns, len(runs)), frameon=False)


def draw_metric(axis: Any, metric: str, unit: str, histories: dict[str, History]) -> int:
    """Draw one metric of all runs; return how many lines that was."""
    shown: set[str] = set()
    values = []
    for i, history in enumerate(histories.values()):
        for line in lines_of(history, metric, unit):
            colour = COLOURS[i % len(COLOURS)] if len(histories) > 1 else None
            first = line.part not in shown
            shown.add(line.part)
            values.append(line.y)
            axis.plot(line.x, line.y, label=line.part if first else None, **style(line.part, line.batches, colour))
    axis.set_xlabel(AXIS_WORDS[unit])
    axis.set_ylabel(NAMES[metric])
    axis.grid(alpha=0.25)
    every = np.concatenate([value[np.isfinite(value)] for value in values] or [np.zeros(0)])
    if metric == "loss" and len(every) and every.min() > 0 and every.max() > LOGARITHMIC * every.min():
        axis.set_yscale("log")
    if unit != "time":
        axis.xaxis.get_major_locator().set_params(integer=True)
    if len(shown) > 1:
        legend = axis.legend(frameon=False)
        for handle in legend.get_lines() if len(histories) > 1 else ():
            handle.set_color("0.4")
    return len(values)


def style(part: str, batches: bool, colour: str | None) -> dict[str, Any]:
    """Parts differ in their lines, runs in their colours; those of one run alone in both."""
    own = {"train": COLOURS[0], "validation": COLOURS[2], "test": COLOURS[1]}[part]
    line: dict[str, Any] = {"color": colour or own, "linewidth": 0.8, "alpha": 0.55} if batches else {
        "color": colour or own, "marker": "x" if part == "validation" else "o", "markersize": 3,
        "linestyle": "--" if part == "validation" else "-",
    }  # fmt: skip
    return line


def draw_confusion(figure: Any, runs: list[SavedRun], notes: list[str]) -> None:
    """Counts of test images, actual down and predicted to the right; shaded are the mistakes."""
    if len(runs) > 1:
        raise ExportError(f"a confusion is of one run; {len(runs)} are named")
    history = noted(runs[0], notes)
    counts = confusion_of(history, runs[0].name)
    names = [plain(shortened(class_name(history.classes, label))) for label in range(len(counts))]
    side = max(4.2, 0.42 * len(counts) + 1)
    figure.set_size_inches(side + 0.6, side)
    axis = figure.subplots()
    mistakes = np.where(np.eye(len(counts), dtype=bool), 0, counts)
    axis.imshow(mistakes, cmap="Oranges", vmin=0, vmax=max(1, int(mistakes.max())))
    if len(counts) <= MOST_COUNTS:
        for (actual, predicted), count in np.ndenumerate(counts):
            dark = mistakes[actual, predicted] > 0.6 * max(1, mistakes.max())
            if count:
                weight = "bold" if actual == predicted else "normal"
                colour = "white" if dark else "black"
                axis.text(predicted, actual, str(count), ha="center", va="center", fontsize=8, c=colour, weight=weight)
    turned = 90 if max(map(len, names)) > 2 else 0
    axis.set_xticks(range(len(names)), names, rotation=turned)
    axis.set_yticks(range(len(names)), names)
    axis.set_xlabel("predicted")
    axis.set_ylabel("actual")
    epoch = history.done[-1].epoch if history.done else 0
    axis.set_title(f"{title_of(runs[0])}, test after epoch {epoch}", fontsize=10)


def shortened(name: str) -> str:
    """Return the name of a class, of a long one beginning and end: the matrix has the room."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 6]}…{name[-5:]}"


def title_of(run: SavedRun, longest: int = LONGEST) -> str:
    title = run.record.title
    return plain(f"{run.name} {title}" if title else run.name, min(longest, LONGEST))


def plain(text: str, longest: int = LONGEST) -> str:
    """Return text from outside as matplotlib draws it: no formula, no control characters, not too long."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return (shown if len(shown) <= longest else shown[: longest - 1] + "…").replace("$", r"\$")
