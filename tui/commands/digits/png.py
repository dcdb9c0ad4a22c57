"""Pictures of 28x28 beside each other, as the content of a PNG file."""

from collections.abc import Sequence

from tui.commands.digits.heat import SIDE, Colour
from tui.terminal.png import png_of_lines

SCALE = 8  # pixels of the file for each of a picture
GAP = 8  # pixels between two pictures
BETWEEN: Colour = (128, 128, 128)


def png_of(pictures: Sequence[Sequence[Colour]]) -> bytes:
    """Return a PNG of pictures side by side, each SIDE x SIDE colours row by row."""
    gap = bytes(BETWEEN) * GAP
    lines: list[bytes] = []
    for y in range(SIDE):
        parts = [
            b"".join(bytes(colour) * SCALE for colour in picture[SIDE * y : SIDE * y + SIDE]) for picture in pictures
        ]
        lines += [gap.join(parts)] * SCALE
    return png_of_lines(lines)
