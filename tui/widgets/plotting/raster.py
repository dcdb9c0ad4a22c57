"""Points as rows of characters. The only module that knows plotext, which it imports at the first drawing."""

from typing import Any

from tui.widgets.plotting.axes import Axes, near
from tui.widgets.plotting.series import Point


class Raster:
    """A figure of plotext's of its own: turns points into rows of characters."""

    def __init__(self) -> None:
        self._figure: Any = None
        self._kept: dict[tuple[object, ...], list[str]] = {}

    def draw(self, points: tuple[Point, ...], axes: Axes, marker: str, joined: bool) -> list[str]:
        """Return the rows of one line. Lines that did not change since the last few drawings come from memory."""
        key = (points, axes, marker, joined)
        rows = self._kept.pop(key, None)
        if rows is None:
            rows = self._draw(points, axes, marker, joined)
        self._kept[key] = rows
        if len(self._kept) > 8:
            del self._kept[next(iter(self._kept))]
        return rows

    def _draw(self, points: tuple[Point, ...], axes: Axes, marker: str, joined: bool) -> list[str]:
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
