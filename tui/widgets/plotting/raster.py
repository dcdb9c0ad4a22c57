"""Points as rows of characters. The only module that knows plotext, which it imports at the first drawing."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar, cast

from tui.widgets.plotting.axes import Axes, clipped, near
from tui.widgets.plotting.series import Point

MOST_KEPT = 64  # lines
T = TypeVar("T")


class Raster:
    """A figure of plotext's of its own: turns points into rows of characters, and keeps what was drawn lately."""

    def __init__(self) -> None:
        self._figure: Any = None
        self._kept: dict[Hashable, object] = {}

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes, from memory where it was made for the same key lately."""
        made = self._kept.pop(key, None)
        self._kept[key] = made = make() if made is None else made
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return cast(T, made)

    def draw(
        self, points: Sequence[Point], axes: Axes, marker: str, joined: bool, through: Sequence[Point] = ()
    ) -> list[str]:
        """Return the rows of one line; `through` are those of its points that lie in the middle of their cells."""
        marked = set(through)
        placed = [axes.centre(point) if point in marked else point for point in points]
        seen = clipped(placed, axes) if joined else [point for point in placed if axes.holds(point)]
        return self._draw(seen, axes, marker, joined) if seen else []

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
