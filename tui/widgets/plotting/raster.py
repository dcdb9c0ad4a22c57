"""Points as rows of characters. The only module that knows plotext, which it imports at the first drawing."""

from collections.abc import Sequence
from typing import Any

from tui.widgets.plotting.axes import Axes, clipped, near
from tui.widgets.plotting.series import Point

MOST_KEPT = 64  # lines


class Raster:
    """A figure of plotext's of its own: turns points into rows of characters."""

    def __init__(self) -> None:
        self._figure: Any = None
        self._kept: dict[tuple[object, ...], list[str]] = {}

    def draw(
        self, points: tuple[Point, ...], axes: Axes, marker: str, joined: bool, through: tuple[Point, ...] = ()
    ) -> list[str]:
        """Return the rows of one line. Lines that did not change since the last few drawings come from memory.

        Those of `through` are drawn through the middle of their cells, where their symbols are.
        """
        key = (points, axes, marker, joined, through)
        rows = self._kept.pop(key, None)
        if rows is None:
            marked = set(through)
            placed = [axes.centre(point) if point in marked else point for point in points]
            seen = clipped(placed, axes) if joined else [point for point in placed if axes.holds(point)]
            rows = self._draw(seen, axes, marker, joined) if seen else []
        self._kept[key] = rows
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return rows

    def _draw(self, points: Sequence[Point], axes: Axes, marker: str, joined: bool) -> list[str]:
        import plotext

        if self._figure is None:
            # Not plotext.figure, which all of a process shares and which takes the size of the terminal.
            terminal = type(plotext.terminal)().limit(False, False)
            self._figure = type(plotext.figure)(parent=terminal).theme("colorless").axes(False)
        figure = self._figure
        figure.clear.data()
        figure.plot_size(axes.columns, axes.rows)
        for name, (low, high) in (("x", axes.x), ("y", axes.y)):
            figure.ruler(name).frequency(0).lim(low, high).alignment(lim="edge")
        signal = figure.signal(
            [near(x, axes.x) for x, _ in points], [near(y, axes.y) for _, y in points], marker=plotext.marker(marker)
        )
        figure.draw(signal.lines(joined))
        rows: list[str] = figure.build().string(colorless=True).split("\n")
        return rows[: axes.rows]


def warm_up() -> None:
    """Import plotext, which takes a while: from a thread, before the first drawing needs it."""
    import plotext  # noqa: F401
