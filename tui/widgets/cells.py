"""Widgets drawn cell by cell, of which only the lines that changed are given to Textual."""

from itertools import groupby

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

Cell = tuple[str, str]  # a character ("" in the second half of a wide one), component classes separated by spaces
BLANK: Cell = (" ", "")


class Cells:
    """A grid of cells to draw on; what lies outside is cut off."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.rows: list[list[Cell]] = [[BLANK] * width for _ in range(height)]

    def put(self, x: int, y: int, text: str, style: str = "") -> int:
        """Write text from (x, y) to the right; return the column after it."""
        if not 0 <= y < self.height:
            return x
        row = self.rows[y]
        for character in text:
            size = 1 if character.isascii() else cell_len(character)
            if size and x >= 0 and x + size <= self.width:
                row[x] = (character, style)
                if size == 2:
                    row[x + 1] = ("", style)
            x += size
        return x

    def free(self, x: int, y: int, width: int) -> bool:
        """Tell whether these cells lie inside and hold nothing."""
        return x >= 0 and x + width <= self.width and all(cell[0] == " " for cell in self.rows[y][x : x + width])

    def put_centered(self, sentence: str, style: str = "") -> None:
        """Write a sentence in the middle, on as many lines as it takes, cut where there is no room."""
        lines = [""]
        for word in sentence.split():
            if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) > self.width:
                lines.append("")
            lines[-1] += (" " if lines[-1] else "") + word
        top = max(0, (self.height - len(lines)) // 2)
        for y, line in enumerate(lines, top):
            self.put(max(0, (self.width - cell_len(line)) // 2), y, line, style)


class CellWidget(Widget):
    """A widget that draws itself into Cells. It calls `redraw` when what it shows changes."""

    ALLOW_SELECT = False  # a drag means something else here, and Textual would copy the widget's name

    ascii: reactive[bool] = reactive(False, init=False, repaint=False)
    """Draw with nothing but ASCII."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes, markup=False)
        self._cells = Cells(0, 0)
        self._strips: list[Strip] = []
        self._looks: dict[str, Style] = {}

    def draw(self, cells: Cells) -> None:
        """Draw the widget. Cells are blank at first."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw anew and have Textual take the lines that differ from before."""
        width, height = self.size
        if not self.is_attached or not width or not height:
            return
        before, self._cells = self._cells, Cells(width, height)
        self.draw(self._cells)
        styles: dict[str, Style] = {}
        same = (before.width, before.height) == (width, height)
        old_strips, self._strips = self._strips, []
        regions = []
        for y, row in enumerate(self._cells.rows):
            names = {style for _, style in row}
            for name in names - styles.keys():
                styles[name] = self._look(name)
            old = before.rows[y] if same else []
            restyled = any(self._looks.get(name, styles[name]) != styles[name] for name in names)
            if row == old and not restyled:
                self._strips.append(old_strips[y])
                continue
            self._strips.append(Strip(_segments(row, styles), width))
            regions.append(Region(0, y, width, 1))
        self._looks = {**self._looks, **styles}
        if not same:
            self.refresh()
        elif regions:
            self.refresh(*regions)

    def _look(self, classes: str) -> Style:
        return self.get_component_rich_style(*classes.split()) if classes else self.rich_style

    def render_line(self, y: int) -> Strip:
        if (self._cells.width, self._cells.height) != self.size and self.size.height:
            self.redraw()  # a frame comes before the news of the widget's size
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def watch_ascii(self) -> None:
        self.redraw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_mounted:
            self.call_next(self.redraw)  # the component classes get their styles after this

    def on_resize(self, event: Resize) -> None:
        self.redraw()


def _segments(row: list[Cell], styles: dict[str, Style]) -> list[Segment]:
    return [
        Segment("".join(character for character, _ in group), styles[style])
        for style, group in groupby(row, key=lambda cell: cell[1])
    ]
