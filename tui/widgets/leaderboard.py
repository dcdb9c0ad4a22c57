"""The trials of a study as a table, the best first."""

from rich.text import Text

from engine.vocabulary.messages import TrialSummary
from tui.state.study import StudyView
from tui.state.words.figures import percent
from tui.state.words.trials import short_name, short_value
from tui.terminal.sanitize import sanitize
from tui.widgets.key_table import KeyTable

ROWS = 200


class Leaderboard(KeyTable):
    """The cursor stays with its trial while others arrive; on top it stays with the best."""

    DEFAULT_CSS = """
    Leaderboard { width: auto; max-width: 100%; padding: 0 1 0 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._trials: list[TrialSummary] = []

    @property
    def chosen(self) -> TrialSummary | None:
        """The trial under the cursor."""
        return self._trials[self.cursor_row] if 0 <= self.cursor_row < len(self._trials) else None

    def show(self, study: StudyView, *, anew: bool) -> None:
        """Draw the trials of a study, which is `anew` another one than before."""
        names = [each.field.name for each in study.space]
        if anew:
            self.clear(columns=True)
            self.add_columns("trial", "accuracy", *map(short_name, names))
            self._trials = []
        rows = study.ranked[:ROWS]
        if rows == self._trials:
            return
        chosen = self.chosen
        self._trials = rows
        self.clear()
        for trial in rows:
            values = study.values_of(trial)
            number = "base" if trial.base else f"{trial.number}"
            cells = (number, outcome(trial), *(short_value(values[name]) for name in names))
            self.add_row(*map(Text, cells))
        numbers = [trial.number for trial in rows]
        following = chosen is not None and chosen.number in numbers and self.cursor_row > 0
        self.move_cursor(row=numbers.index(chosen.number) if following and chosen is not None else 0)


def outcome(trial: TrialSummary) -> str:
    """Return a trial's accuracy, or how it stands or ended where that is not in the order of things."""
    if trial.accuracy is None or trial.state in ("running", "failed"):
        return sanitize(trial.state, 10)
    return percent(trial.accuracy) + (" pruned" if trial.state == "pruned" else "")
