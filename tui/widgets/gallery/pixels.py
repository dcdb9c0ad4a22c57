"""Gray values as they are: two pixels a cell, the upper one in the colour of a half block, the lower one behind it.

This needs 24 bits of colour and some 30 bytes a cell, so it is drawn where somebody asks for it and the terminal has
said that it can (COLORTERM). Levels are a few, so that few styles are made.
"""

from typing import cast

from rich.style import Style
from textual.app import App
from textual.color import Color

from tui.widgets.cells import Cells
from tui.widgets.digit_art import resample

LEVELS = 24
UPPER = "▀"
PREFIX = "pixels-"
Colors = tuple[Color, Color, Color, Color]  # of the parent, ground and ink, and of the widget


def shows_pixels(app: App[object]) -> bool:
    """Whether the terminal is known to show them."""
    return app.console.color_system == "truecolor" and not app.no_color and not app.has_class("-ascii")


def put_pixels(cells: Cells, x: int, y: int, image: bytes, columns: int, rows: int) -> None:
    """Draw an image of 28x28 gray values in `columns` by `rows` cells."""
    lines = resample(image, columns, 2 * rows) if (columns, 2 * rows) != (28, 28) else None
    for row in range(rows):
        for column in range(columns):
            if lines is None:
                above, below = image[56 * row + column], image[56 * row + 28 + column]
            else:
                above, below = int(lines[2 * row][column]), int(lines[2 * row + 1][column])
            levels = (above * (LEVELS - 1) + 127) // 255, (below * (LEVELS - 1) + 127) // 255
            cells.put(x + column, y + row, UPPER, f"{PREFIX}{levels[0]}-{levels[1]}")


class PixelLooks:
    """Stands before a CellWidget, which then has the styles that `put_pixels` names: from its ground to its ink."""

    colors: Colors

    def _look(self, classes: str) -> Style:
        if not classes.startswith(PREFIX):
            return cast(Style, super()._look(classes))  # type: ignore[misc]
        above, below = (int(each) / (LEVELS - 1) for each in classes.removeprefix(PREFIX).split("-"))
        _, _, ground, ink = self.colors
        upper, lower = (ground.blend(ink, share).rich_color for share in (above, below))
        return Style(color=upper, bgcolor=lower)
