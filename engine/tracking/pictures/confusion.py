"""A confusion matrix as a PNG."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from engine.vocabulary.messages.base import class_name

LEFT, TOP, CELL = 90, 44, 44  # pixels
FEWEST, MOST_SHOWN = 20, 12  # pixels of a cell, and classes whose counts have room
LONGEST, LONGEST_HEAD = 11, 6  # characters of a name beside and below the matrix
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
    all_names = [class_name(classes, label) for label in range(size)]
    names, heads = drawn(all_names, LONGEST), drawn(all_names, LONGEST_HEAD if cell == CELL else 3)
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
    for column, head in enumerate(heads):
        draw.text((LEFT + cell * column + cell // 2, below + 10), head, BLACK, small, anchor="mm")
    draw.text((LEFT, below + 18), "predicted (columns), actual (rows)", (90, 90, 90), ImageFont.load_default(11))
    return as_png(image)


def drawn(names: Sequence[str], longest: int) -> list[str]:
    """Return names of so many characters at most: the number of a class where two would be one, or where the font
    that Pillow has lacks a character."""
    cut = [name[:longest] for name in names]
    return [
        name if cut.count(name) == 1 and name.isprintable() and max(name, default="") < "\u0250" else str(label)
        for label, name in enumerate(cut)
    ]


def as_png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
