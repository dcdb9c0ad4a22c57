"""How sure the network is of each class: before and after calibration, and how that moved over the epochs."""

from rich.cells import cell_len
from textual.reactive import reactive

from tui.state.class_words import short_name
from tui.state.gallery.in_full import InFull
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.probabilities import bar, clamp
from tui.widgets.side.sparkline import sparkline, thinned

MOST = 10  # classes, the most likely where there are more
MOST_NAME = 8  # columns of the name of a class
FIGURE = 8  # columns of ` 100.0 %`
MOST_BAR = 48  # columns
TREND = 8  # columns, the least for how it moved


class TenProbabilities(CellWidget):
    """A heading, and a line for each class."""

    COMPONENT_CLASSES = {"ten--bar", "ten--muted", "ten--right", "ten--wrong", "ten--trend"}  # noqa: RUF012

    DEFAULT_CSS = """
    TenProbabilities {
        height: 11;
        padding: 0 1;
        .ten--bar, .ten--trend { color: $primary; }
        &:light .ten--bar, &:light .ten--trend { color: $secondary; }
        .ten--muted { color: $text-muted; }
        .ten--right { color: $success; text-style: bold; }
        .ten--wrong { color: $error-lighten-1; text-style: bold; }
        &:light .ten--right { color: $text-success; }
        &:light .ten--wrong { color: $text-error; }
    }
    """

    digit: reactive[InFull | None] = reactive(None, init=False, repaint=False)

    def watch_digit(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        digit = self.digit
        if digit is None:
            return
        belief = digit.belief
        shares = digit.probabilities or (tuple(belief.probabilities[-1]) if belief is not None else ())
        if not shares:
            cells.put(0, 0, "no probabilities yet", "ten--muted")
            return
        labels = range(len(shares))
        if len(shares) > MOST:
            labels = sorted(sorted(labels, key=lambda label: -shares[label])[:MOST])  # type: ignore[assignment]
        name = min(MOST_NAME, max(cell_len(digit.classes[label]) for label in labels if label < len(digit.classes)))
        before = FIGURE if digit.uncalibrated else 0
        moved = belief if belief is not None and len(belief.epochs) > 1 else None
        room = cells.width - name - 3 - FIGURE - before  # for the bar, and how it moved
        trend = 0
        if moved is not None and room >= 10 + TREND:
            trend = min(len(moved.epochs), max(TREND, room - MOST_BAR - 1 if room > MOST_BAR else room // 3))
        width = min(MOST_BAR, max(4, room - trend - (1 if trend else 0)))
        self._draw_heading(cells, name + 3 + width, before, trend, digit)
        for y, label in enumerate(labels, 1):
            share = clamp(shares[label])
            style = "muted"
            if label in (digit.row.label, digit.row.predicted):
                style = "right" if label == digit.row.label else "wrong"
            cells.put(0, y, short_name(digit.classes, label, name), f"ten--{style}")
            if label == digit.row.label:
                cells.put(name, y, "<" if self.ascii else "◂", "ten--right")
            cells.put(name + 2, y, bar(share, width, self.ascii), "ten--bar")
            x = name + 2 + width
            cells.put(x, y, f"{100 * share:.1f} %".rjust(FIGURE), f"ten--{style}")
            if before and label < len(digit.uncalibrated):
                plain = f"{100 * clamp(digit.uncalibrated[label]):.1f} %".rjust(FIGURE)
                cells.put(x + FIGURE, y, plain, "ten--muted")
            if trend and moved is not None:
                course = [clamp(each[label]) for each in moved.probabilities if label < len(each)]
                line = sparkline(thinned(course, trend), trend, self.ascii)
                cells.put(x + FIGURE + before + 1, y, line, "ten--trend")

    def _draw_heading(self, cells: Cells, end: int, before: int, trend: int, digit: InFull) -> None:
        end += FIGURE - 1
        title = "probability" if digit.probabilities else "at the last epoch"
        cells.put(0, 0, title, "ten--muted")
        if before:
            words = "calibrated   plain"
            cells.put(max(len(title) + 1, end + before - len(words)), 0, words, "ten--muted")
        if trend and digit.belief is not None:
            words = f"{digit.belief.epochs[0]}-{digit.belief.epochs[-1]}"
            words = f"epochs {words}" if trend >= len(words) + 7 else words
            if end + before + len(words) <= cells.width:
                cells.put(end + before + 1, 0, words, "ten--muted")
