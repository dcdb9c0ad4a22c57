"""The figures that speak for the runs, and what seeds add up to. Pure."""

from collections.abc import Callable, Sequence

from engine.vocabulary.fields import counted
from tui.report.blocks import Block, Cell, Chart, Charts, Part, Table, Tile, Tiles, Words
from tui.report.contents.names import look_of, run_names
from tui.report.drawing.intervals import Group, draw_intervals
from tui.report.facts import ReportFacts, RunFacts
from tui.state.significance import Sample, sample, wilson
from tui.state.words.figures import duration, format_deviation, format_interval, format_limits, format_metric, percent
from tui.state.words.networks import shown_name
from tui.state.words.run_columns import reported_accuracy, reported_loss
from tui.state.words.run_differences import groups_of_seeds, value_of
from tui.state.words.runs import ON_SAMPLE, state_word


def results(facts: ReportFacts) -> list[Part]:
    blocks: list[Block] = [] if facts.several else [Tiles(tiles(facts.runs[0]))]
    if facts.several:
        blocks.append(table(facts))
    tested = {run.test_images for run in facts.runs if run.test_images}
    if any(reported_accuracy(run.summary) is not None for run in facts.runs) and tested:
        where = "95 % confidence" if facts.several else "In brackets 95 % confidence"
        blocks.append(Words(f"{which(facts)} {where} is Wilson's interval, from {images(tested)}."))
    if any(run.summary.sample for run in facts.runs):
        blocks.append(Words(f"O{ON_SAMPLE[1:]}."))
    blocks += [Words(said, warning=True) for run in facts.runs for said in warnings(run, facts.several)]
    return [Part("", tuple(blocks))]


def images(counts: set[int]) -> str:
    return " or ".join(f"{count:,}" for count in sorted(counts)) + " test images"


def which(facts: ReportFacts) -> str:
    """Say which epochs the figures are of."""
    chosen = [run.summary.best is not None for run in facts.runs]
    if all(chosen):
        return "Figures are of the best epoch by validation accuracy."
    if any(chosen):
        return "Figures are of the best epoch by validation accuracy, of runs without held-out images of the last."
    return "Figures are of the last epoch."


def tiles(run: RunFacts) -> tuple[Tile, ...]:
    summary, reported = run.summary, run.reported
    found = []
    if reported is not None:
        within = f"({limits(reported.test_accuracy, run.test_images)})" if run.test_images else ""
        found.append(Tile("test accuracy", percent(reported.test_accuracy), within))
        if run.test_images:
            wrong = run.test_images - round(reported.test_accuracy * run.test_images)
            found.append(Tile("wrong", f"{wrong:,}", f"of {run.test_images:,} test images"))
        found.append(Tile("test loss", f"{reported.test_loss:.4f}", "nats an image"))
        if reported.validation_accuracy is not None:
            found.append(Tile("validation accuracy", percent(reported.validation_accuracy), "of images held out"))
        best = f"epoch {reported.epoch} is reported" if summary.best is not None else state_word(summary.state)
        found.append(Tile("epochs", f"{summary.epoch} of {summary.epochs}", best))
    else:
        found.append(Tile("epochs", f"{summary.epoch} of {summary.epochs}", state_word(summary.state)))
    if summary.parameters:
        found.append(Tile("parameters", f"{summary.parameters:,}", shown_name(summary.model)))
    if summary.seconds:
        found.append(Tile("training time", duration(summary.seconds), "without the tests"))
    return tuple(found)


def limits(accuracy: float, count: int) -> str:
    return format_limits("accuracy", *wilson(accuracy=accuracy, count=count))


def table(facts: ReportFacts) -> Table:
    """Return a row for each run; the best of each column stands out."""
    validated = any(run.reported is not None and run.reported.validation_accuracy is not None for run in facts.runs)
    finished = all(run.summary.state == "finished" for run in facts.runs)
    head = ["run", "network", *["state"] * (not finished), "test accuracy", "95 % confidence", "test loss"]
    head += ["validation accuracy"] * validated + ["epoch", "seed", "parameters", "time"]
    best = best_of([reported_accuracy(run.summary) for run in facts.runs], max)
    least = best_of([reported_loss(run.summary) for run in facts.runs], min)
    highest = best_of([run.reported.validation_accuracy if run.reported else None for run in facts.runs], max)
    rows = []
    for run, name in zip(facts.runs, run_names(facts), strict=True):
        summary, reported = run.summary, run.reported
        cells: list[str | Cell] = [name, shown_name(summary.model), *[state_word(summary.state)] * (not finished)]
        if reported is None:
            cells += ["-"] * (3 + validated)
        else:
            accuracy, loss = percent(reported.test_accuracy), format_metric("loss", reported.test_loss)
            within = limits(reported.test_accuracy, run.test_images) if run.test_images else "-"
            cells += [Cell(accuracy, strong=accuracy == percent_or_none(best)), within]
            cells.append(Cell(loss, strong=least is not None and loss == f"{least:.4f}"))
            if validated:
                shown = format_metric("accuracy", reported.validation_accuracy)
                cells.append(Cell(shown, strong=shown == percent_or_none(highest)))
        epoch = f"{reported.epoch}" if reported is not None else "-"
        cells += [f"{epoch} of {summary.epochs}", str(summary.seed)]
        cells += [f"{summary.parameters:,}" if summary.parameters else "-"]
        cells.append(duration(summary.seconds) if summary.seconds else "-")
        rows.append(tuple(cells))
    return Table("All runs; the best figures are bold", tuple(head), tuple(rows), words=2 - finished)


def best_of(values: Sequence[float | None], choose: Callable[[list[float]], float]) -> float | None:
    """Return the best of several values, None where there is nothing to choose from."""
    known = [value for value in values if value is not None]
    return choose(known) if len(known) > 1 else None


def percent_or_none(value: float | None) -> str | None:
    return None if value is None else percent(value)


def warnings(run: RunFacts, several: bool) -> list[str]:
    """Return what a reader has to know before he trusts the figures."""
    name = f"{run.run}: " if several else ""
    state = state_word(run.summary.state)
    said = []
    if state not in ("finished", "training"):
        problem = f": {run.summary.problem}" if run.summary.problem else ""
        said.append(f"{name}{state} after epoch {run.summary.epoch} of {run.summary.epochs}{problem}.")
    elif state == "training":
        said.append(f"{name}still in training when this was written: its figures are not final.")
    elif run.summary.problem:
        said.append(f"{name}ended early: {run.summary.problem}.")
    if run.view is None:
        said.append(f"{name}the beginning of its log is lost, so there are no curves and no confusion of it.")
    elif run.skipped:
        left_out = "is left out" if run.skipped == 1 else "are left out"
        said.append(f"{name}{counted(run.skipped, 'line')} of its log cannot be read, and {left_out}.")
    if not run.whole:
        said.append(f"{name}its log is too long to be read as a whole; its curves are drawn from parts of it.")
    return said


def seeds(facts: ReportFacts) -> list[Part]:
    """Return what the seeds of one configuration add up to, by the statistics of the screen Runs."""
    if not facts.several:
        return []
    letters = {run.run: run.letter for run in facts.runs}
    rows: list[tuple[str | Cell, ...]] = []
    drawn: list[Group] = []
    for found in groups_of_seeds([run.summary for run in facts.runs]):
        accuracies = [value for run in found if (value := reported_accuracy(run)) is not None]
        losses = [value for run in found if (value := reported_loss(run)) is not None]
        which = " ".join(sorted(letters[run.run] for run in found))
        of = sample(accuracies)
        numbers = ", ".join(str(value_of(run, "seed")) for run in found)
        rows.append((which, numbers, *in_words("accuracy", of), *in_words("loss", sample(losses))))
        values = tuple((f"{letters[run.run]}, seed {run.seed}", reported_accuracy(run) or 0.0) for run in found)
        drawn.append(Group(which if len(which) < 12 else which[:10] + "…", values, of, look_of(len(drawn))))
    if not rows:
        return []
    head = ("runs", "seeds", "mean accuracy", "sd, points", "95 % confidence", "mean loss", "sd", "95 % confidence")
    caption = "Seeds of one configuration: mean, standard deviation, and 95 % confidence of the mean (Student's t)"
    about = "; ".join(f"runs {row[0]}: mean {row[2]}, 95 % confidence {row[4]}" for row in rows)
    svg = draw_intervals(drawn, percent=True, x_name="test accuracy")
    note = "A dot for each run; a diamond and a bar for the mean and its 95 % confidence"
    blocks: list[Block] = [Table(caption, head, tuple(rows), words=1)]
    blocks.append(Charts((Chart("Test accuracy by seed", about, svg, note),)))
    if len(rows) > 1:
        blocks.append(
            Words("mnist-tui compare tells whether one configuration is better than another by more than noise.")
        )
    return [Part("", tuple(blocks))]


def in_words(metric: str, found: Sample) -> tuple[str, str, str]:
    return format_metric(metric, found.mean), format_deviation(metric, found.sd), format_interval(metric, found)
