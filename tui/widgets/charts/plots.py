"""What each chart of a run shows: its lines, the ranges for what matters now, and what its legend says of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.state.run import RunView
from tui.widgets.chart import Chart
from tui.widgets.charts.curves import Curves
from tui.widgets.charts.overlay import run_line
from tui.widgets.charts.ranges import axis_end, leaves_out, recent_range, recent_start, window
from tui.widgets.charts.view import ChartsView
from tui.widgets.plotting.plot import Line
from tui.widgets.plotting.series import Range

QUARTERS = 4  # parts of the first epoch, of which as many are shown as have begun
ZOOM_WORDS = {"half": "second half", "quarter": "last quarter", "change": "since the change"}
TITLES = {"lr": "learning rate", "speed": "images/s", "dead": "dead units", "gradient": "gradient norm"}
EMPTY = {
    "accuracy": "The first test is at the end of epoch 1.",
    "dead": "Dead units are counted at the end of each epoch.",
    "gradient": "This run has no gradient norms.",
}


@dataclass(frozen=True)
class Drawn:
    """All that is drawn: the run itself, and others with letter and name; the x axis is in units of `x_label`."""

    own: Curves | None
    others: Sequence[tuple[str, str, Curves]]
    view: ChartsView
    x_label: str

    @property
    def all(self) -> list[Curves]:
        return ([self.own] if self.own else []) + [curves for _, _, curves in self.others]

    @property
    def reached(self) -> float:
        return max(curves.reached for curves in self.all)


def x_window(drawn: Drawn, runs: Sequence[RunView], chosen: Range | None, unit: float) -> Range:
    """Return the range of x that all charts show: one that was chosen, or what the zoom says."""
    ends = []
    for run, curves in zip(runs, drawn.all, strict=True):
        step = 1.0 if drawn.view.x != "step" else float(run.steps_per_epoch)
        limit = run.config.epochs * step if drawn.view.x != "time" else float("inf")
        unit_of_end = step if curves.reached >= step else step / QUARTERS  # the first epoch fills the chart too
        ends.append(axis_end(curves.reached, limit if run.live else curves.reached, unit_of_end))
    end = max(ends)
    if chosen is not None:
        low, high = max(0.0, chosen[0]), min(end, chosen[1])
        return (low, high) if high > low else (0.0, end)
    return window(drawn.view.zoom, drawn.reached, end, drawn.own.changed if drawn.own else 0.0)


def rounded(x: float, digits: int = 3) -> str:
    return f"{x:.{digits}g}" if x < 10 ** (digits - 1) else f"{x:.0f}"


def lines_of(metric: str, drawn: Drawn, third: str) -> list[Line]:
    own: Sequence[Line] = ()
    if drawn.own is not None:
        own = {"loss": drawn.own.loss, "accuracy": drawn.own.accuracy}.get(metric, drawn.own.third.get(third, ()))
    others = [run_line(letter, name, metric, curves, third) for letter, name, curves in drawn.others]
    if metric == "third" and others:
        own = [replace(line, name="this run") for line in own]
    return [*others, *own]


def with_own(
    y_range: Range, lines: Sequence[Line], reached: float, shown: Range, start: float, log_y: bool
) -> tuple[float, Range]:
    """Return where what is fitted begins, and its range: of others, and of the run itself, which is behind them."""
    own_start = recent_start(reached, shown)
    own = recent_range([line for line in lines if not line.letter], shown, own_start, log_y)
    if own is None:
        return start, y_range
    return min(start, own_start), (min(y_range[0], own[0]), max(y_range[1], own[1]))


def draw_metric(chart: Chart, metric: str, drawn: Drawn, shown: Range, third: str, *, zoomed: bool) -> None:
    """Draw one of CHARTS, with a range of y for what comes after the first quarter of what is shown."""
    lines = lines_of(metric, drawn, third)
    percent = metric == "accuracy" or (metric == "third" and third == "dead")
    log_y = drawn.view.log_y and (metric == "loss" or third == "gradient") and not percent
    start = recent_start(drawn.reached, shown)
    y_range = recent_range(lines, shown, start, log_y) if metric != "third" or third == "gradient" else None
    if y_range is not None and drawn.own is not None and drawn.own.reached < drawn.reached:
        start, y_range = with_own(y_range, lines, drawn.own.reached, shown, start, log_y)
    notes = []
    if zoomed:
        notes.append(f"{drawn.x_label} {rounded(shown[0])} to {rounded(shown[1])}")
    elif drawn.view.zoom in ZOOM_WORDS and shown[0] > 0:
        notes.append(ZOOM_WORDS[drawn.view.zoom])
    if y_range is not None and leaves_out(lines, shown, y_range):
        notes.append(f"fits {drawn.x_label} {rounded(start, 2)} on")
    notes += ["log"] if log_y else []
    own = metric == "third" and len(lines) == 1 and not lines[0].letter  # the title says what it is
    chart.show(
        [replace(lines[0], name="now")] if own else lines,
        title=TITLES.get(third, "") if metric == "third" else metric,
        x_label=drawn.x_label,
        marks=drawn.own.marks if drawn.own is not None else (),
        log_y=log_y,
        x_range=shown,
        y_range=y_range,
        percent=percent,
        note=", ".join(notes),
        empty=EMPTY.get(third if metric == "third" else metric, "nothing to draw yet"),
    )
