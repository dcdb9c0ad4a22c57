"""Pictures of 28x28 beside and below each other, each with a title: a digit, heat, a difference."""

import msgspec
from textual.events import Resize
from textual.message import Message
from textual.reactive import reactive

from tui.widgets.cells import Cells
from tui.widgets.inside.levels import gray_levels, heat_levels
from tui.widgets.inside.pixels import PixelWidget

SIDE = 28
SIDES = (84, 56, 42, 28)  # of a picture in pixels, the larger ones first: two pixels a row of cells


class Reason(msgspec.Struct, frozen=True):
    """A picture: 784 grey values, or 784 numbers of either sign; neither while it is asked for."""

    title: str
    pixels: bytes = b""
    heat: tuple[float, ...] = ()


def room_for(width: int, height: int, wanted: int) -> tuple[int, int, int]:
    """Return the side of pictures, and how many there are beside and below each other: the largest of which so many
    fit, and otherwise as many small ones as there is room for."""
    across = down = 0
    for side in SIDES:
        across, down = (width + 1) // (side + 1), height // (side // 2 + 1)
        if across * down >= wanted:
            return side, across, down
    return SIDES[-1], max(1, across), max(1, down)


class Reasons(PixelWidget):
    """Draws as many pictures as have room."""

    class Resized(Message):
        """There is room for more of them, or for fewer."""

    DEFAULT_CSS = """
    Reasons { width: 1fr; height: 1fr; padding: 0 0 0 1; }
    """

    pictures: reactive[tuple[Reason, ...]] = reactive((), init=False, repaint=False)

    def slots(self, wanted: int) -> int:
        """Return how many pictures have room, if so many are wanted."""
        _, across, down = room_for(self.size.width, self.size.height, wanted)
        return across * down

    def draw(self, cells: Cells) -> None:
        side, across, down = room_for(cells.width, cells.height, len(self.pictures))
        for place, picture in enumerate(self.pictures[: across * down]):
            x, y = place % across * (side + 1), place // across * (side // 2 + 1)
            cells.put(x, y, picture.title[:side], "inside--title")
            if picture.heat:
                self.put_levels(cells, x, y + 1, heat_levels(picture.heat, SIDE, side, side), signed=True)
            elif not picture.pixels:
                cells.put(x + side // 2 - 2, y + side // 4, "...", "inside--muted")
            else:
                self.put_levels(cells, x, y + 1, gray_levels(picture.pixels, SIDE, side, side))

    def on_resize(self, event: Resize) -> None:
        self.post_message(self.Resized())

    def watch_pictures(self) -> None:
        self.redraw()
