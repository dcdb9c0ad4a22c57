"""One corruption in full: a large chart, and below it its figures and those of all others."""

from textual.reactive import reactive

from engine.vocabulary.messages import RobustnessMeasured
from tui.state.confusion.certainty_words import detail_table, means_table
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.certainty.corruption_chart import Letters, Place, draw_corruption, lowest
from tui.widgets.run_colours import RUN_COLOURS, css

LEAST_CHART = 8  # rows


class CorruptionDetail(CellWidget):
    """What stands beside the small charts where there is room."""

    COMPONENT_CLASSES = {"corruption--axis", "corruption--line", "corruption--figure", *RUN_COLOURS}  # noqa: RUF012

    DEFAULT_CSS = """
    CorruptionDetail {
        padding: 0 1;
        .corruption--axis { color: $text-muted; }
        .corruption--line { color: $text-accent; }
        .corruption--figure { color: $foreground; }
    }
    """ + css("CorruptionDetail")

    measured: reactive[RobustnessMeasured | None] = reactive(None, init=False, repaint=False)

    letters: reactive[Letters] = reactive((), init=False, repaint=False)

    corruption: reactive[str] = reactive("", init=False, repaint=False)
    """Its name."""

    def watch_measured(self) -> None:
        self.redraw()

    watch_letters = watch_corruption = watch_measured

    def draw(self, cells: Cells) -> None:
        measured = self.measured
        if measured is None or not measured.rows:
            return
        names = [letter for letter, _ in self.letters]
        lines = detail_table(measured, self.corruption, names, cells.width)
        means = ["", *means_table(measured, names)]
        if len(lines) + len(means) + LEAST_CHART < cells.height:
            lines += means
        chart = cells.height - len(lines) - 1
        if chart >= LEAST_CHART:
            place = Place(0, 0, cells.width, chart)
            draw_corruption(cells, place, measured, self.corruption, self.letters, lowest(measured), ascii=self.ascii)
        for y, line in enumerate(lines, chart + 1 if chart >= LEAST_CHART else 0):
            cells.put(0, y, line, "corruption--figure")
