"""Which classes a run takes for which, and the test digits that it has wrong with the highest loss. Pure."""

import math
from collections.abc import Sequence

from engine.vocabulary.messages.base import DIGITS, class_name
from tui.report.blocks import Beside, Block, Cell, Chart, Charts, Part, Picture, Pictures, Table, Words
from tui.report.contents.names import title_of
from tui.report.drawing.heat import draw_matrix
from tui.report.facts import ReportFacts, RunFacts, WorstDigits
from tui.state.confusion.figures import Counts, class_figures, is_complete, most_mistaken, top_mistakes
from tui.state.confusion.words import matrix_caption
from tui.terminal.sanitize import sanitize

MOST_MISTAKES = 10
MOST_COLUMNS = 15  # classes; a larger matrix is drawn


def confusion(facts: ReportFacts) -> list[Part]:
    return [Part(title_of(facts, run), confusion_of(run)) for run in facts.runs]


def confusion_of(run: RunFacts) -> tuple[Block, ...]:
    epoch = run.reported_epoch
    names = run.record.classes
    if epoch is None or run.view is None or not is_complete(epoch.confusion, len(names)):
        return ()
    counts = epoch.confusion
    caption = matrix_caption(run.view, counts, epoch.epoch)
    if len(names) <= MOST_COLUMNS:
        shown: list[Block] = [matrix(counts, names, caption)]
    else:
        about = f"{caption}. The most frequent mistakes are in the table below."
        note = f"{caption}; columns are in the order of the rows"
        drawing = Chart("Confusion matrix", about, draw_matrix(counts, names), note)
        shown = [Charts((drawing,)), class_table(counts, names)]
    if not any(map(sum, counts)):
        return tuple(shown)
    return (Beside(((shown[0],), (mistakes(counts, names),))), *shown[1:])


def mistakes(counts: Counts, names: Sequence[str]) -> Block:
    """Return the most frequent ones, in words."""
    found = top_mistakes(counts, MOST_MISTAKES)
    if not found:
        return Words("No test image is wrong.")
    rows = tuple(
        (
            f"{names[each.actual]} taken for {names[each.predicted]}",
            f"{each.times:,}",
            f"{100 * each.times / each.support:.1f} %",
        )
        for each in found
    )
    return Table("The most frequent mistakes", ("mistake", "times", "of its class"), rows)


def matrix(counts: Counts, names: Sequence[str], caption: str) -> Table:
    """Return the matrix with recall and precision; mistakes are shaded by how frequent they are."""
    figures = class_figures(counts)
    most = most_mistaken(counts) or 1
    rows: list[tuple[str | Cell, ...]] = []
    for i, row in enumerate(counts):
        cells = [
            Cell(f"{count:,}", strong=True)
            if i == j
            else Cell(f"{count:,}" if count else "·", heat=math.sqrt(count / most) if count else 0.0)
            for j, count in enumerate(row)
        ]
        rows.append((names[i], *cells, share(figures[i].recall, "")))
    rows.append(("precision, %", *(share(each.precision, "") for each in figures), ""))
    return Table(caption, ("actual", *names, "recall, %"), tuple(rows), over="predicted", matrix=True)


def class_table(counts: Counts, names: Sequence[str]) -> Table:
    rows = tuple(
        (name, f"{each.support:,}", f"{each.missed:,}", share(each.recall), share(each.precision), share(each.f1))
        for name, each in zip(names, class_figures(counts), strict=True)
    )
    return Table("Each class", ("class", "images", "wrong", "recall", "precision", "F1"), rows, folded=True)


def share(value: float | None, unit: str = " %") -> str:
    return "-" if value is None else f"{100 * value:.1f}{unit}"


# ---------------------------------------------------------------- digits


def worst_digits(facts: ReportFacts) -> list[Part]:
    return [Part(title_of(facts, run), digits_of(run)) for run in facts.runs]


def digits_of(run: RunFacts) -> tuple[Block, ...]:
    found = run.digits
    if found is None:
        return (Words(f"Not shown: {run.digits_problem}."),) if run.digits_problem else ()
    if not found.rows:
        return (Words(f"No test image is wrong after epoch {found.epoch}."),) if found.images else ()
    blocks: list[Block] = [Words(digits_in_words(found))]
    if found.problem:
        blocks.append(Words(f"Without pictures: {found.problem}."))
    return (*blocks, Pictures(tuple(pictures(found, run.record.classes)), run.record.classes == DIGITS))


def digits_in_words(found: WorstDigits) -> str:
    shown = (
        f"the {len(found.rows)} with the highest loss" if len(found.rows) < found.wrong else "the highest loss first"
    )
    return (
        f"{found.wrong:,} of {found.images:,} test images are wrong after epoch {found.epoch}; {shown}. With each:"
        " what it is → what it is taken for, how surely, its loss, and its index in the test part."
    )


def pictures(found: WorstDigits, names: Sequence[str]) -> list[Picture]:
    shown = []
    for i, row in enumerate(found.rows):
        sure = "" if row.confidence is None else f"{100 * row.confidence:.1f} %"
        loss = "" if row.loss is None else f"{row.loss:.2f}"
        pixels = found.pixels[i] if found.pixels else b""
        actual, predicted = (sanitize(class_name(names, label)) for label in (row.label, row.predicted))
        shown.append(Picture(row.index, pixels, actual, predicted, sure, loss))
    return shown
