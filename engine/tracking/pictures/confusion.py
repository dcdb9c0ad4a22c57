"""A confusion matrix as a PNG."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

LEFT, TOP, CELL = 90, 44, 44  # pixels
FEWEST, MOST_SHOWN = 20, 12  # pixels of a cell, and classes whose counts have room
LONGEST = 11  # characters of a name
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
RIGHT, WRONG = (33, 113, 181), (203, 24, 29)


def draw_confusion(counts: Sequence[Sequence[int]], classes: Sequence[str], title: str) -> bytes:
    """Return the PNG of `counts[actual][predicted]`: right answers blue, by their share of the row; mistakes
    red, by the most frequent one."""
    size = len(counts)
    cell = CELL if size <= MOST_SHOWN else FEWEST
    font, small = ImageFont.load_default(14), ImageFont.load_default(11 if cell == CELL else 9)
    image = Image.new("RGB", (LEFT + cell * size + 10, TOP + cell * size + 34), WHITE)
    draw = ImageDraw.Draw(image)
    draw.text((10, 8), title, BLACK, font)
    worst = max((line[i] for row, line in enumerate(counts) for i in range(size) if i != row), default=0) or 1
    names = [(classes[i] if i < len(classes) else str(i))[:LONGEST] for i in range(size)]
    for row, line in enumerate(counts):
        total = max(1, sum(line))
        draw.text((LEFT - 6, TOP + cell * row + cell // 2), names[row], BLACK, small, anchor="rm")
        for column, count in enumerate(line):
            share = count / total if row == column else 0.15 + 0.6 * count / worst if count else 0.0
            ground = tuple(round(255 + (to - 255) * share) for to in (RIGHT if row == column else WRONG))
            left, top = LEFT + cell * column, TOP + cell * row
            draw.rectangle((left, top, left + cell - 1, top + cell - 1), ground, (225, 225, 225))
            if count and cell == CELL:
                ink = WHITE if share > 0.55 else BLACK
                draw.text((left + cell // 2, top + cell // 2), str(count), ink, small, anchor="mm")
    below = TOP + cell * size
    for column, name in enumerate(names):
        short = name if len(name) <= 5 or cell == CELL else name[:2]
        draw.text((LEFT + cell * column + cell // 2, below + 10), short[:6], BLACK, small, anchor="mm")
    draw.text((LEFT, below + 18), "predicted (columns), actual (rows)", (90, 90, 90), ImageFont.load_default(11))
    return as_png(image)


def as_png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
