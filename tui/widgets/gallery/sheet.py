"""A contact sheet: digits as a picture, and as text with their captions. Pure."""

from collections.abc import Sequence
from typing import TypeVar

from tui.terminal.png import png_of_lines
from tui.terminal.sanitize import sanitize
from tui.widgets.digit_art import SIDE
from tui.widgets.gallery.thumbnails import COLUMNS, ROWS, thumbnail

SCALE = 2  # pixels of the file for each of a digit
FRAME = 2  # pixels around a digit: red where it is taken for another one
ACROSS, TEXT_ACROSS = 20, 8  # digits beside each other
CELL = SIDE * SCALE + 2 * FRAME
Each = TypeVar("Each")
GROUND, WRONG = bytes((24, 24, 24)), bytes((220, 60, 60))


def sheet_png(digits: Sequence[bytes], wrong: Sequence[bool]) -> bytes:
    """Return a PNG of digits, ACROSS of them beside each other; `wrong` ones have a frame."""
    lines: list[bytes] = []
    for row in rows_of(list(zip(digits, wrong, strict=True)), ACROSS):
        missing = [GROUND * CELL] * (min(ACROSS, len(digits)) - len(row))
        edge = b"".join((WRONG if is_wrong else GROUND) * CELL for _, is_wrong in row) + b"".join(missing)
        lines += [edge] * FRAME
        for y in range(SIDE):
            parts = []
            for pixels, is_wrong in row:
                frame = (WRONG if is_wrong else GROUND) * FRAME
                grays = pixels[SIDE * y : SIDE * (y + 1)].ljust(SIDE, b"\0")
                parts.append(frame + b"".join(bytes((gray,)) * (3 * SCALE) for gray in grays) + frame)
            lines += [b"".join([*parts, *missing])] * SCALE
        lines += [edge] * FRAME
    return png_of_lines(lines)


def sheet_text(title: str, digits: Sequence[bytes], captions: Sequence[str], *, ascii: bool = False) -> str:
    """Return digits as text, TEXT_ACROSS of them beside each other, each with a caption."""
    lines = [sanitize(title, 500), ""]
    for row in rows_of(list(zip(digits, captions, strict=True)), TEXT_ACROSS):
        drawn = [thumbnail(pixels, "ramp" if ascii else "braille") for pixels, _ in row]
        lines += [" ".join(each[y] for each in drawn).rstrip() for y in range(ROWS)]
        lines += [" ".join(caption[:COLUMNS].center(COLUMNS) for _, caption in row).rstrip(), ""]
    return "\n".join(lines)


def rows_of(things: Sequence[Each], across: int) -> list[Sequence[Each]]:
    return [things[start : start + across] for start in range(0, len(things), across)]
