"""The charts over epochs, and the figures that they are drawn from. Pure."""

from collections.abc import Sequence

from engine.vocabulary.messages import EpochDone
from tui.report.blocks import Block, Cell, Chart, Charts, Key, Part, Table, Words
from tui.report.contents.names import look_of, named, title_of
from tui.report.drawing.lines import Curve, Happening, LineChart, draw_lines
from tui.report.drawing.marks import MARKERS
from tui.report.facts import ReportFacts, RunFacts
from tui.state.run import RunView
from tui.state.words.figures import duration, format_metric
from tui.widgets.charts.clock import place_of
from tui.widgets.charts.curves import Curves
from tui.widgets.plotting.series import Point
from tui.widgets.plotting.ticks import format_figure

SMOOTHING = 0.9  # of the losses of single steps
BESIDE = 3  # runs, of which training, validation and test have room in one chart
FOLDED = 8  # rows, from which on a table is folded
MOST_ROWS = 40  # epochs in a table
PARTS = {  # what figures are of: its name in them and how its line looks, and its marker
    "training": ("train", ""),
    "validation": ("validation", "square"),
    "test": ("test", "circle"),
}
COLOURS = {"training": "c2", "validation": "c3", "test": "c1"}
METRICS = ("accuracy", "loss")


def curves(facts: ReportFacts) -> list[Part]:
    drawn = [run for run in facts.runs if run.view is not None and (run.epochs or run.view.losses)]
    if not drawn:
        return []
    charts = of_several(drawn) if facts.several else of_one(drawn[0])
    keys = run_keys(drawn) if facts.several else ()
    blocks: list[Block] = [Charts(tuple(charts), keys)] if charts else []
    blocks += [] if facts.several else [*marks_in_words(drawn[0])]
    blocks += [epoch_table(run, title_of(facts, run)) for run in drawn if run.epochs]
    return [Part("", tuple(blocks))]


# ---------------------------------------------------------------- one run


def of_one(run: RunFacts) -> list[Chart]:
    view = run.view
    assert view is not None
    drawn = Curves(view, "epoch", 1.0, SMOOTHING)
    marks = happenings(run)
    found = []
    for metric in METRICS:
        lines = [own_curve(run, part, metric) for part in PARTS]
        lines = [line for line in lines if line.points]
        if metric == "loss" and view.losses:
            steps = drawn.loss[1] if len(drawn.loss) > 1 and drawn.loss[0].name == "raw" else drawn.loss[0]
            lines.insert(0, Curve("training, each step", tuple(steps.points), "raw c2"))
        if lines:
            found.append(
                chart_of(f"{metric.capitalize()}", LineChart(tuple(lines), metric == "accuracy", marks), keys_of(lines))
            )
    rates = drawn.third["lr"][0].points
    if len({rate for _, rate in rates}) > 1:
        lines = [Curve("learning rate", tuple(rates), "c4")]
        found.append(chart_of("Learning rate", LineChart(tuple(lines), linear=True, happenings=marks), ()))
    return found


def own_curve(run: RunFacts, part: str, metric: str) -> Curve:
    kind, marker = PARTS[part]
    return Curve(part, epoch_points(run, f"{kind}_{metric}"), f"{kind} {COLOURS[part]}", part, marker)


def epoch_points(run: RunFacts, name: str) -> tuple[Point, ...]:
    view = run.view
    assert view is not None
    place = place_of(view, "epoch")
    return tuple((place(each.step), value) for each in view.epochs if (value := getattr(each, name)) is not None)


def keys_of(lines: Sequence[Curve]) -> tuple[Key, ...]:
    return tuple(Key(line.look, line.name, line.marker) for line in lines)


def chart_of(title: str, chart: LineChart, keys: tuple[Key, ...]) -> Chart:
    drawn = draw_lines(chart)
    return Chart(title, in_words(chart), drawn.svg, drawn.note, keys)


def in_words(chart: LineChart) -> str:
    """Say what a chart shows: where each line begins and ends, and its extremes."""
    said = []
    for curve in chart.curves:
        if curve.points and "raw" not in curve.look:
            values = [y for _, y in curve.points]
            first, last, low, high = (
                format_figure(y, chart.percent) for y in (values[0], values[-1], min(values), max(values))
            )
            said.append(
                f"{curve.name} goes from {first} to {last} over {curve.points[-1][0]:.3g} epochs (lowest {low},"
                f" highest {high})"
            )
    return "; ".join(said) + "."


def happenings(run: RunFacts) -> tuple[Happening, ...]:
    """Return what was done to a run on the way, numbered."""
    view = run.view
    assert view is not None
    place = place_of(view, "epoch")
    return tuple(Happening(place(step), str(i), said) for i, (step, said) in enumerate(steps_done(view), 1))


def steps_done(view: RunView) -> list[tuple[int, str]]:
    found = [(step, f"changed to {text}") for step, text in view.marks]
    found += [(step, "resumed") for step in view.resumed]
    return sorted(found)


def marks_in_words(run: RunFacts) -> list[Words]:
    found = happenings(run)
    if not found:
        return []
    return [
        Words("In the charts: " + "; ".join(f"{each.label} {each.title} (epoch {each.x:.3g})" for each in found) + ".")
    ]


# ---------------------------------------------------------------- several runs


def of_several(runs: Sequence[RunFacts]) -> list[Chart]:
    """Return accuracy and loss: training and test in one chart where there are few runs, else each alone."""
    charts = []
    together = len(runs) <= BESIDE
    for metric in METRICS:
        groups: list[tuple[str, ...]] = [("test", "training")] if together else [("test",), ("training",)]
        if any(epoch_points(run, f"validation_{metric}") for run in runs):
            groups.append(("validation",))
        for parts in groups:
            lines = [
                line
                for part in parts
                for i, run in enumerate(runs)
                if (line := line_of(run, i, part, metric, parts[0])).points
            ]
            if lines:
                title = f"{metric.capitalize()}: {' and '.join(parts)}"
                charts.append(chart_of(title, LineChart(tuple(lines), metric == "accuracy"), ()))
    return charts


def line_of(run: RunFacts, number: int, part: str, metric: str, first: str) -> Curve:
    look = "train" if part == "training" and first != part else "test"
    points = epoch_points(run, f"{PARTS[part][0]}_{metric}")
    label, marker = (run.letter, MARKERS[number % len(MARKERS)]) if part == first else ("", "")
    return Curve(f"{named(run)}, {part}", points, f"{look} {look_of(number)}", label, marker)


def run_keys(runs: Sequence[RunFacts]) -> tuple[Key, ...]:
    keys = [Key(f"test {look_of(i)}", named(run), MARKERS[i % len(MARKERS)]) for i, run in enumerate(runs)]
    return (*keys, *([Key("train", "training, where it is in one chart with the test")] * (len(runs) <= BESIDE)))


# ---------------------------------------------------------------- figures


def epoch_table(run: RunFacts, title: str) -> Table:
    """Return a row for each epoch; of many every second, tenth, ... and those that matter."""
    every = 1
    while len(run.epochs) > every * MOST_ROWS:
        every = {1: 2, 2: 5, 5: 10}.get(every, every * 2)
    reported = run.reported.epoch if run.reported is not None else 0
    last = run.epochs[-1].epoch
    shown = [each for each in run.epochs if not each.epoch % every or each.epoch in (1, reported, last)]
    validated = any(each.validation_accuracy is not None for each in run.epochs)
    names = ["train_accuracy", *["validation_accuracy"] * validated, "test_accuracy"]
    names += [name.replace("accuracy", "loss") for name in names]
    words = {name: name.replace("_", " ").replace("train ", "training ") for name in names}
    head = ("epoch", *words.values(), "learning rate", "time")
    rows = tuple(epoch_row(each, names, each.epoch == reported) for each in shown)
    what = "Each epoch" if every == 1 else f"Every {every}th of {len(run.epochs):,} epochs, the first, and the last"
    caption = f"{title}: {what.lower()}" if title else what
    return Table(f"{caption}; the one that is reported is bold", head, rows, folded=len(rows) > FOLDED or bool(title))


def epoch_row(event: EpochDone, names: Sequence[str], reported: bool) -> tuple[str | Cell, ...]:
    figures = [format_metric(name.partition("_")[2], getattr(event, name)) for name in names]
    cells = [str(event.epoch), *figures, f"{event.lr:.3g}", duration(event.seconds)]
    return tuple(Cell(cell, strong=reported) for cell in cells)
