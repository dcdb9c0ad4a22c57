"""What stands around the cells of a confusion matrix: names, figures of each class, what the shades mean."""

from collections.abc import Sequence

from rich.cells import cell_len

from tui.state.class_words import short_name
from tui.state.confusion.figures import ClassFigures
from tui.widgets.cells import Cells
from tui.widgets.confusion.matrix_layout import LEAST_WIDTH, NARROW_RECALL, Layout
from tui.widgets.confusion.shades import levels, shade

HEADING, FIGURE = "confusion--heading", "confusion--recall"


def draw_headings(cells: Cells, at: Layout, names: Sequence[str], *, shares: bool) -> None:
    """Write above the cells what rows and columns are."""
    cells.put(at.left, at.top, "actual", HEADING)
    title = "predicted, % of each row" if shares else "predicted"
    if len(at.columns) < len(names):
        title += f": {len(at.columns)} of {len(names)} classes, the others by ←→"
    middle = at.begin + (len(at.columns) * at.width - len(title)) // 2
    cells.put(max(middle, at.left + 8), at.top, title, HEADING)
    for column, predicted in enumerate(at.columns):
        label = short_name(names, predicted, at.width - 1)
        cells.put(at.begin + (column + 1) * at.width - 1 - cell_len(label), at.top + 1, label, HEADING)
    x = at.end
    for name, width in at.margins:
        x += width
        cells.put(x - len(name), at.top + 1, name, HEADING)


def draw_class(cells: Cells, at: Layout, y: int, name: str, of: ClassFigures, *, ascii: bool) -> None:
    """Write before the cells of a class its name, and after them its figures."""
    cells.put(at.left + at.names - 3 - cell_len(name), y, f"{name} {'|' if ascii else '│'}", HEADING)
    x = at.end
    for figure, width in at.margins:
        x += width
        words = f"{of.support:,}" if figure == "support" else short(of.f1 if figure == "F1" else of.recall)
        if figure == "recall" and of.recall is not None and width > NARROW_RECALL:
            words = f"{100 * of.recall:.1f} %"
        cells.put(x - len(words), y, words, FIGURE)


def draw_precision(cells: Cells, at: Layout, figures: Sequence[ClassFigures], *, ascii: bool) -> None:
    """Write the precision of each class below its column."""
    y = at.y(len(at.rows))
    for column, predicted in enumerate(at.columns):
        words = short(figures[predicted].precision, narrow=at.width < LEAST_WIDTH)
        cells.put(at.begin + (column + 1) * at.width - 1 - len(words), y, words, FIGURE)
    label = f"{'<-' if ascii else '←'} precision, %" if len(at.margins) > 1 else "prec."
    cells.put(at.end + 1, y, label, HEADING)


def draw_legend(cells: Cells, at: Layout, most: int, *, ascii: bool, no_color: bool) -> None:
    """Say how many mistakes a shade stands for, where there is a row left."""
    y = at.y(len(at.rows)) + 1
    y += y + 1 < cells.height  # a gap
    if y >= cells.height or not most:
        return
    x = cells.put(at.begin, y, "mistakes  ", HEADING)
    for level, first, last in levels(most):
        words = f" {first} " if first == last else f" {first} to {last} "
        mark = shade(level, ascii) * 2 if no_color else ""
        x = 1 + cells.put(x, y, mark + words, f"confusion--error-{level}")


def short(share: float | None, *, narrow: bool = False) -> str:
    """Return a percentage in at most four characters, `98.9` or `100`; - for none. Less than all is less than 100.
    Where it is `narrow`, in three."""
    if share is None:
        return "-"
    if narrow:
        return "100" if share == 1 else f"{min(99, round(100 * share))}"
    return "100" if share == 1 else f"{min(99.9, 100 * share):.1f}"
