"""Digits as text: 28x28 gray values to lines of characters. Pure.

A terminal cell is about twice as high as wide, so a digit of n rows takes 2n columns. Ink is drawn dense on
dark and light ground alike.
"""

from collections.abc import Callable, Sequence

SIDE = 28
ART_STYLES = ("ramp", "blocks", "braille")
RAMP = " .:-=+*#%@"
GAMMA = 0.7  # below 1: thin strokes gain contrast
INK = 90  # gray from which a dot counts as ink
SHADES = " ░▒▓█"

Gray = list[list[float]]


def fit(width: int, height: int, art: str) -> tuple[int, int]:
    """Return columns and rows of the largest good drawing in this room, (0, 0) where there is none.

    Multiples of half the digit's side look crispest; smaller drawings take what there is.
    """
    rows = min(height, width // 2, SIDE)
    smallest = 4 if art == "braille" else 7
    if rows < smallest:
        return 0, 0
    crisp = SIDE // 4 if art == "braille" else SIDE // 2
    rows = max((size for size in (crisp, crisp * 3 // 2, crisp * 2, crisp * 4) if size <= rows), default=rows)
    return 2 * min(rows, SIDE), min(rows, SIDE)


def draw(pixels: bytes, art: str, columns: int, rows: int) -> list[str]:
    """Return `rows` lines of `columns` characters in one of ART_STYLES. Missing pixels are background."""
    image = pixels[: SIDE * SIDE].ljust(SIDE * SIDE, b"\0")
    return _DRAWINGS[art](image, columns, rows)


def _ramp(image: bytes, columns: int, rows: int) -> list[str]:
    last = len(RAMP) - 1
    return [
        "".join(RAMP[round(last * (gray / 255) ** GAMMA)] for gray in line) for line in resample(image, columns, rows)
    ]


def _blocks(image: bytes, columns: int, rows: int) -> list[str]:
    halves = resample(image, columns, 2 * rows)
    return [
        "".join(_block(above, below) for above, below in zip(halves[2 * y], halves[2 * y + 1], strict=True))
        for y in range(rows)
    ]


def _block(above: float, below: float) -> str:
    """Return a half block where the two halves differ clearly, otherwise a shade."""
    if above >= INK > below and above - below > 60:
        return "▀"
    if below >= INK > above and below - above > 60:
        return "▄"
    gray = (above + below) / 2
    return SHADES[min(4, int(5 * (gray / 256) ** GAMMA))]


def _braille(image: bytes, columns: int, rows: int) -> list[str]:
    dots = resample(image, 2 * columns, 4 * rows)
    bits = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
    return [
        "".join(
            chr(0x2800 + sum(bits[j][i] for j in range(4) for i in range(2) if dots[4 * y + j][2 * x + i] >= INK))
            for x in range(columns)
        )
        for y in range(rows)
    ]


_DRAWINGS: dict[str, Callable[[bytes, int, int], list[str]]] = {"blocks": _blocks, "ramp": _ramp, "braille": _braille}


def resample(image: bytes, columns: int, rows: int) -> Gray:
    """Return the image in another size: areas averaged where it shrinks, interpolated where it grows."""
    across, down = _weights(columns), _weights(rows)
    lines = [
        [sum(image[SIDE * y + x] * weight for x, weight in taps) for taps in across]
        if any(image[SIDE * y : SIDE * y + SIDE])
        else [0.0] * columns
        for y in range(SIDE)
    ]
    return [[sum(lines[y][x] * weight for y, weight in taps) for x in range(columns)] for taps in down]


def _weights(size: int) -> list[Sequence[tuple[int, float]]]:
    """Return for each new sample the old ones it is made of, and how much of each."""
    scale = SIDE / size
    if size > SIDE:
        return [_between((i + 0.5) * scale - 0.5) for i in range(size)]
    taps: list[Sequence[tuple[int, float]]] = []
    for i in range(size):
        start, end = i * scale, (i + 1) * scale
        first, last = int(start), min(SIDE, int(end - 1e-9) + 1)
        taps.append([(j, (min(end, j + 1) - max(start, j)) / scale) for j in range(first, last)])
    return taps


def _between(position: float) -> Sequence[tuple[int, float]]:
    position = min(SIDE - 1.0, max(0.0, position))
    first = min(SIDE - 2, int(position))
    return [(first, 1 - (position - first)), (first + 1, position - first)]
