"""Themes: any of Textual's, its colours moved away from their background as far as it takes to read them.

Contrast is that of WCAG 2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio: 4.5 for text, 3 for lines and borders.
"""

from collections.abc import Mapping
from functools import lru_cache

from textual.color import Color, ColorParseError

TEXT, LINE = 4.5, 3.0
STEPS = 50  # from a colour to black or white
PLACES = ("background", "surface", "panel")

# Read everywhere; drawn as lines and named beside them in their colour; drawn as borders, or behind text.
WORDS = ("foreground", *(f"text-{name}" for name in ("primary", "secondary", "accent", "success", "warning", "error")))
LINES = ("primary-lighten-1", "secondary", "accent", "success", "warning", "error", "error-lighten-1")
BORDERS = ("primary", "border")
# What has a background of its own: its variable, and that of the background.
PAIRS = (
    ("footer-key-foreground", "panel"),
    ("footer-description-foreground", "panel"),
    ("block-cursor-foreground", "block-cursor-background"),
    ("button-color-foreground", "primary"),
)


@lru_cache(maxsize=8)
def legible_colours(variables: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return `legible` of these; Textual asks for the same several times."""
    return legible(dict(variables))


def legible(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a theme with those changed that could not be read on its backgrounds.

    Where the terminal chooses the colours (`ansi-dark`), they stay as they are.
    """
    changed = dict(variables)

    def improve(name: str, places: tuple[str, ...], least: float) -> None:
        try:
            color = Color.parse(changed[name])
            grounds = [Color.parse(changed[place]) for place in places]
        except (KeyError, ColorParseError):
            return
        if color.ansi is None and all(ground.ansi is None and ground.a == 1 for ground in grounds):
            better = away_from(color, grounds, least)
            if better != color:
                changed[name] = better.hex

    for name in WORDS:
        improve(name, PLACES, TEXT)
    for name in LINES:
        improve(name, PLACES[:1], TEXT)
        improve(name, PLACES[:2], LINE)
    for name in BORDERS:
        improve(name, PLACES[:2], LINE)
    for name, ground in PAIRS:
        improve(name, (ground,), TEXT)
    return changed


def away_from(color: Color, grounds: list[Color], least: float) -> Color:
    """Return the colour nearest to this one, on the way to white or black, that has this contrast to all of them."""
    ends = sorted((Color(255, 255, 255), Color(0, 0, 0)), key=lambda end: -worst(end, grounds))
    for step in range(STEPS + 1):
        for end in ends:
            tried = color.blend(end, step / STEPS)
            if worst(tried, grounds) >= least:
                return tried
    return ends[0]


def worst(color: Color, grounds: list[Color]) -> float:
    return min(contrast(color, ground) for ground in grounds)


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two opaque colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(color: Color) -> float:
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in color.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
