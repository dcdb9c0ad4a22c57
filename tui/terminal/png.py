"""The content of a PNG file (https://www.w3.org/TR/png-3/).

Written here: the screen's side does without Pillow, which takes longer to import than all of this.
"""

import struct
import zlib
from collections.abc import Sequence


def png_of_lines(lines: Sequence[bytes]) -> bytes:
    """Return a PNG of lines of equal length, three bytes (red, green, blue) for each pixel."""
    width = len(lines[0]) // 3 if lines else 0
    header = struct.pack(">IIBBBBB", width, len(lines), 8, 2, 0, 0, 0)
    content = zlib.compress(b"".join(b"\0" + line for line in lines), 9)  # each begins with the number of its filter
    chunks = ((b"IHDR", header), (b"IDAT", content), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, content) for kind, content in chunks)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
