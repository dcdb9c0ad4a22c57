"""How many digits of each class are missed, and how many others are wrongly taken for it: a row of bars a class."""

from rich.cells import cell_len
from textual.reactive import reactive

from engine.vocabulary.messages.base import DIGITS
from tui.state.class_words import short_name
from tui.state.confusion.figures import ClassFigures, Counts, class_figures, is_complete
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.probabilities import bar

MOST_NAME = 8
MOST_BAR = 40


class ClassBars(CellWidget):
    """Both bars have one scale, that of the most mistakes: those that a run of 99 % makes can be told apart."""

    COMPONENT_CLASSES = {"class-bars--heading", "class-bars--missed", "class-bars--taken"}  # noqa: RUF012

    DEFAULT_CSS = """
    ClassBars {
        padding: 0 1;
        .class-bars--heading { color: $text-muted; }
        .class-bars--missed { color: $text-error; }
        .class-bars--taken { color: $text-warning; }
    }
    """

    counts: reactive[Counts] = reactive((), init=False, repaint=False)
    """As those of the matrix."""

    names: reactive[tuple[str, ...]] = reactive(DIGITS, init=False, repaint=False)

    def watch_counts(self) -> None:
        self.redraw()

    watch_names = watch_counts

    def draw(self, cells: Cells) -> None:
        if not is_complete(self.counts, len(self.names)):
            return
        figures = class_figures(self.counts)
        most = max((max(each.missed, each.taken) for each in figures), default=0) or 1
        left = min(MOST_NAME, max(map(cell_len, self.names))) + 1
        figure = len(f"{most:,}") + 1
        room = min(MOST_BAR, (cells.width - left - 2 * figure - 3) // 2)
        if room < 2:
            return
        second = left + room + figure + 2
        cells.put(left, 0, "missed", "class-bars--missed")
        taken = "wrongly taken for it"
        cells.put(second, 0, taken if second + len(taken) <= cells.width else "taken for it", "class-bars--taken")
        shown = self._shown(figures, cells.height - 1)
        for row, label in enumerate(shown, 1):
            name, of = short_name(self.names, label, left - 1), figures[label]
            cells.put(left - 1 - cell_len(name), row, name, "class-bars--heading")
            for x, count, style in ((left, of.missed, "missed"), (second, of.taken, "taken")):
                end = cells.put(x, row, bar(count / most, room, self.ascii), f"class-bars--{style}")
                cells.put(end + (end > x), row, f"{count:,}", "class-bars--heading")
        if more := len(figures) - len(shown):
            cells.put(left, len(shown) + 1, f"{more} more classes", "class-bars--heading")

    def _shown(self, figures: list[ClassFigures], room: int) -> list[int]:
        """Return the classes that have room: all in their order, else those with the most mistakes first."""
        labels = list(range(len(figures)))
        if len(labels) <= room:
            return labels
        labels.sort(key=lambda label: -(figures[label].missed + figures[label].taken))
        return labels[: max(1, room - 1)]
