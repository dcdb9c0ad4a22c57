"""Digits of each class, where there is no matrix yet: what there is to take for something else."""

from textual.reactive import reactive

from engine.vocabulary.messages import DataReady
from tui.state.class_words import clipped, short_name
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.digit_art import draw, fit

GAP = 2
MANY = 10  # classes, from which on not all need be drawn
LEAST_ROWS = 7  # of a digit, from which more than one of a class are drawn


class Examples(CellWidget):
    """A column a class, as many digits of it as there are and fit, or two rows of columns where it is narrow."""

    COMPONENT_CLASSES = {"examples--ink", "examples--caption"}  # noqa: RUF012

    DEFAULT_CSS = """
    Examples {
        height: 1fr;
        padding: 1;
        .examples--ink { color: $foreground; }
        .examples--caption { color: $text-muted; }
    }
    """

    data: reactive[DataReady | None] = reactive(None, init=False, repaint=False)

    def show(self, data: DataReady | None) -> None:
        """Show training images of a data set."""
        self.data = data

    def watch_data(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        data = self.data
        if data is None or not data.examples:
            return
        classes = len(data.examples)
        across = classes if cells.width // classes >= 14 + GAP else -(-classes // 2)
        if classes > MANY and cells.width // across < 14 + GAP:  # as many as have room
            across = max(1, cells.width // (14 + GAP))
            classes = min(classes, across * max(1, cells.height // (LEAST_ROWS + 1)))
        lines = -(-classes // across)
        art = "ramp" if self.ascii else "braille"
        width, height = cells.width // across, cells.height // lines - 1
        columns, rows = 0, 0
        for many in (3, 2, 1):
            columns, rows = fit(width - GAP, height // many, art)
            if rows >= LEAST_ROWS:
                break
        if not rows:
            return
        apart = height // many
        counts = data.check.test.classes if data.check is not None else []
        for label, images in enumerate(data.examples[:classes]):
            x, y = label % across * width, label // across * (height + 1)
            of = f": {counts[label]:,} to test" if label < len(counts) else ""
            name = short_name(data.classes, label, max(4, width - 1 - len(of)))
            cells.put(x, y, clipped(f"{name}{of}", width - 1), "examples--caption")
            for place, image in enumerate(images[:many]):
                for row, line in enumerate(draw(image, art, columns, rows)):
                    cells.put(x, y + 1 + place * apart + row, line.replace("\u2800", " "), "examples--ink")
