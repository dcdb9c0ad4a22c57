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

LEAST_SHARE = 1e-6  # of a logarithmic x axis, that its begin is of its end
LOG_WORDS = {(True, False): "log x", (False, True): "log", (True, True): "log x and y"}
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
    def first(self) -> float:
        """The first x that is not 0: where a logarithmic axis begins."""
        lines = [*self.own.loss, *self.own.accuracy] if self.own is not None else []
        lines += [run_line("", "", metric, curves) for *_, curves in self.others for metric in ("loss", "accuracy")]
        return min((x for line in lines for x, _ in line.points[:2] if x > 0), default=0.0)

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
    if drawn.view.log_x:
        low, high = chosen or window(drawn.view.zoom, drawn.reached, end, drawn.own.changed if drawn.own else 0.0)
        low = max(low, drawn.first, end * LEAST_SHARE)
        return low, max(min(high, end), 2 * low)
    if chosen is not None:
        low, high = max(0.0, chosen[0]), min(end, chosen[1])
        return (low, high) if high > low else (0.0, end)
    return window(drawn.view.zoom, drawn.reached, end, drawn.own.changed if drawn.own else 0.0)


def rounded(x: float, digits: int = 3) -> str:
    return f"{x:.{digits}g}" if x < 10 ** (digits - 1) else f"{x:.0f}"


def lines_of(metric: str, drawn: Drawn, third: str) -> list[Line]:
    own: Sequence[Line] = drawn.own.lines(metric, third) if drawn.own is not None else ()
    others = [run_line(letter, name, metric, curves, third) for letter, name, curves in drawn.others]
    if metric == "third" and others:
        own = [replace(line, name="this run") for line in own]
    return [*others, *own]


def with_own(
    y_range: Range, lines: Sequence[Line], own_start: float, shown: Range, start: float, log_y: bool
) -> tuple[float, Range]:
    """Return where what is fitted begins, and its range: of others, and of the run itself, which is behind them."""
    own = recent_range([line for line in lines if not line.letter], shown, own_start, log_y)
    if own is None:
        return start, y_range
    return min(start, own_start), (min(y_range[0], own[0]), max(y_range[1], own[1]))


def marks_of(drawn: Drawn) -> list[tuple[float, str]]:
    """Return what was done to the run, where it left its parent's curve, and where the others left theirs."""
    own = drawn.own
    marks = [*own.marks, *([own.branch] if own.branch is not None else [])] if own is not None else []
    branches = [(letter, curves.branch) for letter, _, curves in drawn.others if curves.branch is not None]
    return marks + [(x, f"{letter} {text}") for letter, (x, text) in branches]


def draw_metric(chart: Chart, metric: str, drawn: Drawn, shown: Range, third: str, *, zoomed: bool) -> None:
    """Draw one of CHARTS, with a range of y for what comes after the first quarter of what is shown."""
    lines = lines_of(metric, drawn, third)
    percent = metric == "accuracy" or (metric == "third" and third == "dead")
    log_y = drawn.view.log_y and (metric == "loss" or third == "gradient") and not percent
    log_x = drawn.view.log_x
    start = recent_start(drawn.reached, shown, log_x)
    y_range = recent_range(lines, shown, start, log_y) if metric != "third" or third == "gradient" else None
    if y_range is not None and drawn.own is not None and drawn.own.reached < drawn.reached:
        own_start = recent_start(drawn.own.reached, shown, log_x)
        start, y_range = with_own(y_range, lines, own_start, shown, start, log_y)
    notes = []
    if zoomed:
        notes.append(f"{drawn.x_label} {rounded(shown[0])} to {rounded(shown[1])}")
    elif drawn.view.zoom in ZOOM_WORDS and shown[0] > (drawn.first if log_x else 0):
        notes.append(ZOOM_WORDS[drawn.view.zoom])
    if y_range is not None and leaves_out(lines, shown, y_range):
        notes.append(f"fits {drawn.x_label} {rounded(start, 2)} on")
    notes += [LOG_WORDS[log_x, log_y]] if log_x or log_y else []
    own = metric == "third" and len(lines) == 1 and not lines[0].letter  # the title says what it is
    chart.show(
        [replace(lines[0], name="now")] if own else lines,
        title=TITLES.get(third, "") if metric == "third" else metric,
        x_label=drawn.x_label,
        marks=marks_of(drawn),
        log_x=log_x,
        log_y=log_y,
        x_range=shown,
        y_range=y_range,
        percent=percent,
        note=", ".join(notes),
        empty=EMPTY.get(third if metric == "third" else metric, "nothing to draw yet"),
    )
