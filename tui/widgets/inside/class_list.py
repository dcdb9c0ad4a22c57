"""The classes of an answer with their probabilities; a cursor chooses one."""

from dataclasses import dataclass

from rich.cells import cell_len
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive

from tui.state.class_words import fitted, short_name
from tui.widgets.cells import Cells
from tui.widgets.grid_keys import GridKeys
from tui.widgets.inside.pixels import PixelWidget
from tui.widgets.list_keys import LIST_KEYS
from tui.widgets.probabilities import bar, clamp

FIGURE = 8  # columns of " 100.0 %"
LONGEST_NAME = 10


class ClassList(GridKeys, PixelWidget, can_focus=True):
    """A row a class: its name, a bar, the percentage, and whether it is predicted or actual."""

    BINDINGS = LIST_KEYS

    sideways = False

    DEFAULT_CSS = """
    ClassList { height: 1fr; min-height: 3; }
    """

    answer: reactive[tuple[tuple[float, ...], int, int]] = reactive(((), -1, -1), init=False, repaint=False)
    """Probabilities, the predicted class, the actual one (-1 where not known)."""

    chosen: reactive[int] = reactive(-1, init=False, repaint=False)
    """The class under the cursor; -1: the predicted one, whichever that is."""

    @dataclass
    class Moved(Message):
        """Another class is under the cursor."""

        label: int

    class Opened(Message):
        """Enter, or a double click, on a class."""

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ()
        self._top = 0

    @property
    def at(self) -> int:
        """The class under the cursor."""
        return self.chosen if self.chosen >= 0 else max(0, self.answer[1])

    def draw(self, cells: Cells) -> None:
        probabilities, predicted, actual = self.answer
        if not probabilities:
            return
        self._top = max(0, min(self._top, self.at, max(0, len(self.names) - cells.height)), self.at - cells.height + 1)
        wide = min(LONGEST_NAME, max(map(cell_len, self.names), default=1))
        room = max(0, cells.width - 2 - wide - 1 - FIGURE - 2)
        for y, label in enumerate(range(self._top, min(len(self.names), self._top + cells.height))):
            at = label == self.at
            cells.put(0, y, (">" if self.ascii else "▸") if at else " ", "inside--title")
            name = fitted(short_name(self.names, label, wide), wide)
            cells.put(2, y, name, "inside--cursor" if at and self.has_focus else "inside--title")
            share = clamp(probabilities[label]) if label < len(probabilities) else 0.0
            cells.put(3 + wide, y, bar(share, room, self.ascii), "inside--bar")
            figure = f"{100 * share:.1f} %".rjust(FIGURE)
            end = cells.put(3 + wide + room, y, figure, "inside--text" if label == predicted else "inside--muted")
            if label == actual:
                right = actual == predicted
                cells.put(end + 1, y, "<" if self.ascii else "◂", f"inside--{'right' if right else 'wrong'}")

    def watch_answer(self) -> None:
        self.redraw()

    def watch_chosen(self) -> None:
        self.redraw()
        self.post_message(self.Moved(self.chosen))

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()

    def _go(self, label: int) -> None:
        if self.names:
            self.chosen = max(0, min(len(self.names) - 1, label))

    def move(self, down: int, right: int) -> None:
        self._go(self.at + down)

    def go_to(self, last: bool) -> None:
        self._go(len(self.names) - 1 if last else 0)

    @property
    def page(self) -> int:
        return max(1, self.size.height)

    def action_select(self) -> None:
        self.post_message(self.Opened())

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and self._top + offset.y < len(self.names):
            self._go(self._top + offset.y)
            if event.chain > 1:
                self.action_select()
