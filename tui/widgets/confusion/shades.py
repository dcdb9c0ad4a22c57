"""How often a mistake is made, as one of four shades: in colour a background, without colour a character."""

import math

HEATS = 4
SHADES, ASCII_SHADES = "░▒▓", ".:%"
STYLES = tuple(f"confusion--error-{i}" for i in range(1, HEATS + 1))


def heat(count: int, most: int) -> int:
    """Return 1 to HEATS for a count of errors; the square root keeps small ones apart."""
    return max(1, min(HEATS, math.ceil(HEATS * math.sqrt(count / most))))


def shade(level: int, ascii: bool) -> str:
    """Return what a cell of a heat is filled with where there is no colour."""
    return (ASCII_SHADES if ascii else SHADES)[math.ceil(level * len(SHADES) / HEATS) - 1]


def levels(most: int) -> list[tuple[int, int, int]]:
    """Return the heats that counts up to `most` have: each with the least and the greatest count."""
    found = []
    for level in range(1, HEATS + 1):
        low, high = most * ((level - 1) / HEATS) ** 2, most * (level / HEATS) ** 2
        first, last = max(1, math.floor(low) + 1), math.floor(high)
        if first <= last:
            found.append((level, first, last))
    return found
