"""What the screen shows while there is no network to look at: its views, and digits of the data."""

from textual.reactive import reactive

from engine.vocabulary.messages.base import DIGITS
from tui.state.actions.inside import INSIDE
from tui.state.class_words import worded
from tui.state.state import State
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells
from tui.widgets.inside.layer_strips import wrapped
from tui.widgets.inside.levels import gray_levels
from tui.widgets.inside.pixels import PixelWidget

SIDE = 28
LEAST = 8  # pixels of a digit's side, below which none is drawn
VIEWS = tuple((action.key, action.help) for action in INSIDE if action.name.startswith("view("))


def without_weights(state: State) -> str:
    """Return why there is no network to look at, and what to do."""
    view = state.shown
    if view is not None and view is state.opened:
        return f"{sanitize(view.run)} has no weights. Choose another run on the Runs screen (4)."
    if any(run.epoch and run.resumable for run in state.runs):
        return "Opening the latest run that has weights ..."
    return "No network yet. Press t to train one; this screen then shows"


class Welcome(PixelWidget):
    """A sentence, a line a view, and some training digits of each class, as large as there is room."""

    DEFAULT_CSS = """
    Welcome { height: 1fr; padding: 0 1; }
    """

    facts: reactive[tuple[str, tuple[tuple[bytes, ...], ...]]] = reactive(("", ()), init=False, repaint=False)
    """What to do, and the pictures of digits by their classes."""

    classes_of: tuple[str, ...] = DIGITS  # the names of these

    def watch_facts(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        sentence, examples = self.facts
        y = 0
        for line in wrapped(sentence, cells.width):
            cells.put(0, y, line, "inside--title")
            y += 1
        y += 1
        for key, help in VIEWS:
            lines = wrapped(worded(help, self.classes_of), cells.width - 3)
            cells.put(0, y, key, "inside--cursor")
            for line in lines:
                cells.put(3, y, line, "inside--muted")
                y += 1
        self._draw_digits(cells, y + 1, examples)

    def _draw_digits(self, cells: Cells, y: int, examples: tuple[tuple[bytes, ...], ...]) -> None:
        """Draw a column a class."""
        deep = max(map(len, examples), default=0)
        if not deep:
            return
        examples = examples[: max(1, (cells.width + 1) // (LEAST + 1))]  # as many classes as have room
        beside = (cells.width + 1) // len(examples) - 1
        sides = [min(SIDE, beside, 2 * ((cells.height - y) // rows) - 2) // 2 * 2 for rows in range(1, deep + 1)]
        rows, side = max(enumerate(sides, 1), key=lambda each: (each[1], each[0]))
        if side < LEAST:
            return
        for column, pictures in enumerate(examples):
            for row, pixels in enumerate(pictures[:rows]):
                place = column * (side + 1), y + row * (side // 2 + 1)
                self.put_levels(cells, *place, gray_levels(pixels, SIDE, side, side))
