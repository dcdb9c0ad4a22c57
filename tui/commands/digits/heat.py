"""Heat over a digit: 784 numbers, row by row, as characters and as colours. Pure.

What speaks for a class is red and drawn with `.+*#`, what speaks against it blue and drawn with `,-~=`: it can be read
without colour too.
"""

from collections.abc import Sequence

from rich.text import Text

SIDE = 28
FOR, AGAINST = ".+*#", ",-~="
FAINT = 0.04  # of the strongest: less is left empty
GAMMA = 0.5  # below 1: what is faint gains contrast

Colour = tuple[int, int, int]


def heat_lines(heat: Sequence[float]) -> list[Text]:
    """Return SIDE lines of two characters a pixel."""
    strongest = max(map(abs, heat), default=0.0) or 1.0
    return [
        Text.assemble(*(cell(value / strongest) for value in heat[SIDE * y : SIDE * y + SIDE])) for y in range(SIDE)
    ]


def cell(share: float) -> tuple[str, str]:
    """Return two characters and their style for -1 to 1."""
    size = abs(share)
    if size < FAINT:
        return "  ", ""
    ramp, colour = (FOR, "red") if share > 0 else (AGAINST, "blue")
    return 2 * ramp[min(len(ramp) - 1, int(len(ramp) * size**GAMMA))], colour + " bold" * (size > 0.5)


def heat_colours(heat: Sequence[float]) -> list[Colour]:
    """Return for each number white to red above 0, white to blue below it."""
    strongest = max(map(abs, heat), default=0.0) or 1.0
    colours: list[Colour] = []
    for value in heat:
        faded = round(255 * (1 - (abs(value) / strongest) ** GAMMA))
        colours.append((255, faded, faded) if value > 0 else (faded, faded, 255))
    return colours


def gray_colours(pixels: bytes) -> list[Colour]:
    return [(gray, gray, gray) for gray in pixels]


def difference(changed: bytes, pixels: bytes) -> list[float]:
    """Return what was added to each pixel, -1 to 1."""
    return [(after - before) / 255 for after, before in zip(changed, pixels, strict=True)]
