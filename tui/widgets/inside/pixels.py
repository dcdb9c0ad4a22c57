"""Levels as pixels: two in a cell where there are colours to tell them apart, otherwise a character for both.

A positive level is white in a picture, red where there is a sign; a negative one is blue. Characters are those of
`mnist-tui why`: `.+*#` speaks for, `,-~=` against.
"""

from functools import lru_cache

from rich.color import ColorSystem
from rich.style import Style

from tui.widgets.cells import Cells, CellWidget
from tui.widgets.inside.levels import MOST, Levels

RAMP = " .:-=+*#%@"
FOR, AGAINST = ".+*#", ",-~="
# The ground and the strongest white, red and blue, in a dark and in a light theme.
GROUND = ((10, 10, 10), (255, 255, 255))
STRONG = {"w": ((255, 255, 255), (16, 16, 16)), "r": ((255, 92, 64), (190, 0, 30)), "b": ((84, 168, 255), (0, 70, 190))}


PIXEL = "px:"  # begins the style of a pixel: `px:r12` or, of one above another, `px:r12:b3`


def hex_of(name: str, light: bool) -> str:
    ground = GROUND[light]
    if name == "0":
        return "#{:02x}{:02x}{:02x}".format(*ground)
    share = int(name[1:]) / MOST
    mixed = (round(a + (b - a) * share) for a, b in zip(ground, STRONG[name[0]][light], strict=True))
    return "#{:02x}{:02x}{:02x}".format(*mixed)


@lru_cache(4096)
def pixel_style(style: str, light: bool) -> Style:
    """Return the style of a pixel, or of two in one cell."""
    above, _, below = style.removeprefix(PIXEL).partition(":")
    return Style(color=hex_of(above, light), bgcolor=hex_of(below, light) if below else None)


class PixelWidget(CellWidget):
    """A widget with pictures among what it draws."""

    COMPONENT_CLASSES = {  # noqa: RUF012
        *("inside--title", "inside--muted", "inside--text", "inside--cursor", "inside--warning", "inside--bar"),
        *("inside--right", "inside--wrong"),
    }

    DEFAULT_CSS = """
    PixelWidget {
        .inside--title { color: $foreground; text-style: bold; }
        .inside--muted { color: $text-muted; }
        .inside--text { color: $foreground; }
        .inside--cursor { color: $text-accent; text-style: bold reverse; }
        .inside--warning { color: $text-warning; text-style: bold; }
        .inside--bar { color: $primary; }
        .inside--right { color: $text-success; }
        .inside--wrong { color: $text-error; text-style: bold; }
        &:light .inside--bar { color: $secondary; }
    }
    """

    def _look(self, classes: str) -> Style:
        if classes.startswith(PIXEL):
            return self.rich_style + pixel_style(classes, not self.app.current_theme.dark)
        return super()._look(classes)

    @property
    def plain(self) -> bool:
        """Whether pictures are characters: without colour, with 16 of them, with the terminal's own, in ASCII."""
        few = self.app.console._color_system in (None, ColorSystem.STANDARD)
        return self.ascii or self.app.no_color or few or self.app.current_theme.ansi

    def put_levels(self, cells: Cells, x: int, y: int, levels: Levels, *, signed: bool = False) -> None:
        """Draw a picture with its upper left corner in a cell: two lines of pixels in each row of cells."""
        rows = [*levels, ()] if len(levels) % 2 else levels
        hue = "r" if signed else "w"
        for row in range(0, len(rows), 2):
            for column, above in enumerate(rows[row]):
                below = rows[row + 1][column] if rows[row + 1] else None
                if self.plain:
                    character, style = as_character(above, above if below is None else below, signed, hue)
                elif below is None:
                    character, style = "▀", f"{PIXEL}{name_of(above, hue)}"
                else:
                    character = " " if above == below else "▀"
                    style = f"{PIXEL}{name_of(above, hue)}:{name_of(below, hue)}"
                cells.put(x + column, y + row // 2, character, style)

    def ends(self) -> tuple[str, str]:
        """Return how 0 looks where nothing is below it, and how the largest, in the words of a legend."""
        if self.plain:
            return "blank", RAMP[-1]
        return ("black", "white") if self.app.current_theme.dark else ("white", "black")

    def signs(self) -> tuple[str, str]:
        """Return what is above 0 and what is below it, in the words of a legend."""
        return (f"{FOR} +", f"{AGAINST} -") if self.plain else ("red +", "blue -")


def name_of(level: int, hue: str) -> str:
    return "0" if not level else f"{hue}{level}" if level > 0 else f"b{-level}"


def as_character(above: int, below: int, signed: bool, hue: str) -> tuple[str, str]:
    """Return what stands for two pixels, one above the other: the stronger one where there are signs."""
    if not signed:
        level = (above + below + 1) // 2
        return RAMP[min(len(RAMP) - 1, max(0, level) * (len(RAMP) - 1) // MOST)], "inside--text"
    level = above if abs(above) >= abs(below) else below
    if abs(level) < 2:
        return " ", ""
    ramp = FOR if level > 0 else AGAINST
    return ramp[min(len(ramp) - 1, abs(level) * len(ramp) // (MOST + 1))], f"{PIXEL}{'r' if level > 0 else 'b'}{MOST}"
