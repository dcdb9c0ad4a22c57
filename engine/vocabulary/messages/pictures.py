"""Which picture a question is about, and numbers packed as bytes."""

import struct
import typing
import zlib
from collections.abc import Sequence

import msgspec

from engine.vocabulary.messages.base import DIGITS, Count

PIXELS = 28 * 28
OWN_DIGITS = "own-digits"  # the folder of drawn digits, in that of the runs


def own_folder(classes: Sequence[str]) -> str:
    """Return the name of the folder of what was drawn of these classes, in that of the runs."""
    if tuple(classes) == DIGITS:
        return OWN_DIGITS
    return f"own-images-{zlib.crc32(chr(10).join(classes).encode()):08x}"


Pixels28 = typing.Annotated[bytes, msgspec.Meta(max_length=PIXELS)]


class Picture(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A digit by its index in a part of the run's data, or among the user's own; or 784 grey values (`pixels`), row by
    row, as a network sees them: the answer to ClassifyDrawing has such."""

    part: typing.Literal["test", "train", "own"] = "test"
    index: Count = 0
    pixels: Pixels28 = b""


def pack_floats(values: typing.Sequence[float]) -> bytes:
    """Return numbers as float32, little-endian, 4 bytes each."""
    return struct.pack(f"<{len(values)}f", *values)


def unpack_floats(packed: bytes) -> tuple[float, ...]:
    """Return what pack_floats packed; bytes beyond the last whole number are passed over."""
    count = len(packed) // 4
    return struct.unpack(f"<{count}f", packed[: 4 * count])


def unpack_indices(packed: bytes) -> tuple[int, ...]:
    """Return whole numbers that were packed as uint32, little-endian."""
    count = len(packed) // 4
    return struct.unpack(f"<{count}I", packed[: 4 * count])
