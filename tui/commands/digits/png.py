"""Pictures of 28x28 beside each other, as the content of a PNG file (https://www.w3.org/TR/png-3/).

Written here: the screen's side does without Pillow, which takes longer to import than all of this.
"""

import struct
import zlib
from collections.abc import Sequence

from tui.commands.digits.heat import SIDE, Colour

SCALE = 8  # pixels of the file for each of a picture
GAP = 8  # pixels between two pictures
BETWEEN: Colour = (128, 128, 128)


def png_of(pictures: Sequence[Sequence[Colour]]) -> bytes:
    """Return a PNG of pictures side by side, each SIDE x SIDE colours row by row."""
    gap = bytes(BETWEEN) * GAP
    lines = []
    for y in range(SIDE):
        parts = [
            b"".join(bytes(colour) * SCALE for colour in picture[SIDE * y : SIDE * y + SIDE]) for picture in pictures
        ]
        lines += [b"\0" + gap.join(parts)] * SCALE  # each begins with the number of its filter
    width = len(pictures) * SIDE * SCALE + (len(pictures) - 1) * GAP
    header = struct.pack(">IIBBBBB", width, SIDE * SCALE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, content) for kind, content in chunks)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
