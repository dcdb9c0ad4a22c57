"""The figures of a run on one line, where there is no room for a side."""

from textual.reactive import reactive

from tui.state.run import RunView
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.side.figures import Part, strip_parts


class FigureStrip(CellWidget):
    """Epoch, test accuracy and its change, the best, images/s: as many as have room, the first ones first."""

    COMPONENT_CLASSES = {"strip--label", "strip--value", "strip--good", "strip--bad"}  # noqa: RUF012

    DEFAULT_CSS = """
    FigureStrip {
        height: 1;
        padding: 0 1;
        .strip--label { color: $text-muted; }
        .strip--value { color: $foreground; }
        .strip--good { color: $text-success; }
        .strip--bad { color: $text-error; }
    }
    """

    parts: reactive[tuple[tuple[Part, ...], ...]] = reactive((), init=False, repaint=False)
    """Each figure as words with their styles."""

    def show(self, view: RunView) -> None:
        self.parts = tuple(strip_parts(view))

    def watch_parts(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        x = 0
        for part in self.parts:
            if x + sum(len(words) for words, _ in part) > cells.width:
                return
            for words, style in part:
                x = cells.put(x, 0, words, f"strip--{style}")
            x += 2
