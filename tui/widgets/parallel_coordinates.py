"""What a study tried, side by side: one column per trial, from best to worst, and one row per searched field.

Read a column downwards for one trial; read a row for what a field has to do with it: where it matters, heights go
with the rank. At the right, how much it matters.
"""

import math

from textual.reactive import reactive

from engine.vocabulary.config import Value
from engine.vocabulary.messages import TrialSummary
from engine.vocabulary.search_space import Dimension, Range
from tui.state.study import StudyView
from tui.state.words.trials import range_words, short_name
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.probabilities import bar

LEVELS, ASCII_LEVELS = "▁▂▃▄▅▆▇█", "0123456789"
LABEL, RANGE, BAR, FIGURE = 11, 20, 8, 5
WIDEST = 3  # cells a trial


class ParallelCoordinates(CellWidget):
    """Heights of values: between the bounds of what is searched, and of accuracies between the worst and the best."""

    COMPONENT_CLASSES = {  # noqa: RUF012
        "parallel--label",
        "parallel--muted",
        "parallel--best",
        "parallel--good",
        "parallel--rest",
        "parallel--bar",
        "parallel--chosen",
    }

    DEFAULT_CSS = """
    ParallelCoordinates {
        height: auto;
        padding: 0 1;
        .parallel--label { color: $foreground; }
        .parallel--muted { color: $text-muted; }
        .parallel--best { color: $text-success; text-style: bold; }
        .parallel--good { color: $text-accent; }
        .parallel--rest { color: $foreground 45%; }
        .parallel--bar { color: $primary-lighten-1; }
        .parallel--chosen { color: $foreground; text-style: bold; }
        &:light .parallel--bar { color: $secondary; }
        &:nocolor .parallel--rest, &:ansi .parallel--rest { text-style: dim; }
    }
    """

    study: reactive[StudyView | None] = reactive(None, init=False, repaint=False)
    """The study that is shown."""

    chosen: reactive[int] = reactive(-1, init=False, repaint=False)
    """The trial to point at."""

    def watch_study(self) -> None:
        self.redraw()

    def watch_chosen(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        study = self.study
        trials = [] if study is None else [trial for trial in study.ranked if trial.accuracy is not None]
        if study is None or not trials:
            cells.put_centered("filled when the first trial ends", "parallel--muted")
            return
        figures = cells.width >= 66
        ranges = cells.width >= 50
        room = cells.width - LABEL - (RANGE + 1) * ranges - (BAR + FIGURE + 2) * figures
        if room < 4 or cells.height < 3:
            cells.put_centered("too little room", "parallel--muted")
            return
        shown = thinned(trials, room)
        wide = max(1, min(WIDEST, room // len(shown)))
        left, right = LABEL, LABEL + wide * len(shown) + 1
        self._draw_head(cells, right, figures and bool(study.importances))
        self._draw_row(cells, 1, "accuracy", heights_of_accuracy(shown), shown, trials, wide)
        accuracies = [trial.accuracy or 0.0 for trial in trials]
        if ranges:
            cells.put(right, 1, f"{100 * min(accuracies):.2f}..{100 * max(accuracies):.2f} %", "parallel--muted")
        y = 2
        for each in study.space:
            heights = [height_of(each, study.values_of(trial)) for trial in shown]
            self._draw_row(cells, y, short_name(each.field.name), heights, shown, trials, wide)
            if ranges:
                cells.put(right, y, sanitize(range_words(each), RANGE), "parallel--muted")
            if figures:
                self._draw_importance(cells, y, right + RANGE + 1, study.importances.get(each.field.name))
            y += 1
        for i, trial in enumerate(shown):
            sign = "^" if trial.number == self.chosen else "b" if trial.base else ""
            cells.put(left + i * wide, y, sign, "parallel--chosen")

    def _draw_head(self, cells: Cells, right: int, importances: bool) -> None:
        arrow = "->" if self.ascii else "→"
        cells.put(0, 0, "best", "parallel--best")
        cells.put(LABEL, 0, "best quarter", "parallel--good")
        x = cells.put(LABEL + 13, 0, f"{arrow} worst (b: base, ^: selected)", "parallel--muted")
        if importances:
            cells.put(max(x + 2, right + RANGE + 1), 0, "importance", "parallel--muted")

    def _draw_row(
        self, cells: Cells, y: int, label: str, heights: list[float | None], shown: list[TrialSummary],
        trials: list[TrialSummary], wide: int,
    ) -> None:  # fmt: skip
        levels = ASCII_LEVELS if self.ascii else LEVELS
        cells.put(0, y, sanitize(label, LABEL - 1), "parallel--label")
        good = {trial.number for trial in trials[: max(1, len(trials) // 4)]}
        for i, (height, trial) in enumerate(zip(heights, shown, strict=True)):
            style = "best" if trial is trials[0] else "good" if trial.number in good else "rest"
            sign = self._sign(height, levels)
            cells.put(LABEL + i * wide, y, sign * (wide - (wide > 1)), f"parallel--{style}")

    def _sign(self, height: float | None, levels: str) -> str:
        """Return how high a value lies between its bounds, or an arrow to where it lies outside of them."""
        if height is None:
            return "?"
        if not 0 <= height <= 1:
            return ("v^" if self.ascii else "▾▴")[height > 1]
        return levels[min(len(levels) - 1, int(height * len(levels)))]

    def _draw_importance(self, cells: Cells, y: int, x: int, share: float | None) -> None:
        if share is not None:
            cells.put(x, y, bar(share, BAR, self.ascii), "parallel--bar")
            cells.put(x + BAR, y, f"{100 * share:.0f} %".rjust(FIGURE), "parallel--label")

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return 3 + (len(self.study.space) if self.study is not None else 0)


def thinned(trials: list[TrialSummary], room: int) -> list[TrialSummary]:
    """Return at most so many trials at even distances in rank, the best and the worst among them."""
    if len(trials) <= room:
        return trials
    return [trials[round(i * (len(trials) - 1) / (room - 1))] for i in range(room)]


def heights_of_accuracy(trials: list[TrialSummary]) -> list[float | None]:
    values = [trial.accuracy or 0.0 for trial in trials]
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 1.0 for value in values]


def height_of(dimension: Dimension, values: dict[str, Value]) -> float | None:
    """Return where a trial's value lies between the bounds of what is searched: 0 to 1, infinite outside of them, as
    the base may be, and None where there is no order."""
    value = values[dimension.field.name]
    if dimension.holds(value):
        return dimension.place(value)
    if isinstance(value, str) or not isinstance(dimension, Range):
        return None
    return -math.inf if value < dimension.low else math.inf
