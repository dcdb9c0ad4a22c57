"""Where the digits of a map lie among the cells of a screen, and which is nearest to one. Pure."""

from functools import lru_cache

import msgspec

from engine.vocabulary.messages import DigitsMapped, unpack_floats, unpack_indices
from engine.vocabulary.messages.base import DIGITS

SIGNS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"  # of classes, by their labels
FEW = 3.0  # digits in a cell, on average, up to which each wrong one is shown
SHARE = 1 / 3  # of a cell that is wrong, from which it is marked where there are more

Cell = tuple[int, int]


class Marked(msgspec.Struct, frozen=True):
    """What a cell shows: a class, and whether it is marked as wrong."""

    label: int
    wrong: bool


class PlacedDigits(msgspec.Struct, frozen=True):
    """Digits in cells. `places` are columns and rows, not rounded, in the order of `indices`; `each` tells whether
    every wrong digit marks its cell, or only several of them."""

    indices: tuple[int, ...]
    actual: bytes
    predicted: bytes
    places: tuple[tuple[float, float], ...]
    cells: dict[Cell, Marked]
    each: bool


@lru_cache(4)
def placed(told: DigitsMapped, columns: int, rows: int) -> PlacedDigits:
    """Return where digits lie: the two components fill the room, each with a scale of its own."""
    numbers = unpack_floats(told.points)
    indices = unpack_indices(told.indices)
    count = min(len(indices), len(numbers) // 2, len(told.actual), len(told.predicted))
    xs, ys = numbers[0 : 2 * count : 2], numbers[1 : 2 * count : 2]
    (left, wide), (low, high) = extent(xs), extent(ys)
    places = tuple(
        ((x - left) / wide * (columns - 1), (rows - 1) - (y - low) / high * (rows - 1))
        for x, y in zip(xs, ys, strict=True)
    )
    found: dict[Cell, dict[tuple[int, bool], int]] = {}
    for (x, y), actual, predicted in zip(places, told.actual, told.predicted, strict=False):
        counts = found.setdefault((round(x), round(y)), {})
        key = actual, actual != predicted
        counts[key] = counts.get(key, 0) + 1
    each = count <= FEW * max(1, len(found))
    cells = {cell: marked(counts, each) for cell, counts in found.items()}
    return PlacedDigits(indices[:count], told.actual[:count], told.predicted[:count], places, cells, each)


def extent(values: tuple[float, ...]) -> tuple[float, float]:
    """Return the lowest value, and how far the highest is from it."""
    low = min(values, default=0.0)
    return low, (max(values, default=0.0) - low) or 1.0


def marked(counts: dict[tuple[int, bool], int], each: bool) -> Marked:
    """Return the most frequent class of a cell; of the wrong digits, where these mark it."""
    wrong = {key: number for key, number in counts.items() if key[1]}
    marks = bool(wrong) and (each or sum(wrong.values()) >= SHARE * sum(counts.values()))
    label = max(wrong if marks else counts, key=lambda key: (counts[key], -key[0]))[0]
    return Marked(label, marks)


@lru_cache(4)
def wrong_of(actual: bytes, predicted: bytes, classes: int) -> tuple[int, ...]:
    """Return how many digits of each class are taken for another one."""
    wrong = bytes(label for label, taken in zip(actual, predicted, strict=False) if label != taken)
    return tuple(map(wrong.count, range(classes)))


def nearest(digits: PlacedDigits, column: int, row: int, count: int = 1) -> list[int]:
    """Return the places in the list of the digits nearest to a cell, which is twice as high as it is wide."""
    distances = [((x - column) ** 2 + 4 * (y - row) ** 2, place) for place, (x, y) in enumerate(digits.places)]
    if count == 1:
        return [min(distances)[1]] if distances else []
    return [place for _, place in sorted(distances)[:count]]


def sign_of(label: int, classes: tuple[str, ...] = DIGITS) -> str:
    """Return the character of a class."""
    signs = signs_of(classes)
    return signs[label] if label < len(signs) else "?"


@lru_cache(4)
def signs_of(classes: tuple[str, ...]) -> str:
    """Return a character for each class: its name where that is one; else the first of its letters, in either case,
    that no other has; else one that is left."""
    own = {name for name in classes if name in SIGNS}
    free = [sign for sign in SIGNS if sign not in own]
    signs = []
    for name in classes:
        letters = (each for letter in name if letter.isascii() for each in (letter, letter.swapcase()))
        sign = name if name in own else next((each for each in letters if each in free), free[0] if free else "?")
        if sign in free:
            free.remove(sign)
        signs.append(sign)
    return "".join(signs)
