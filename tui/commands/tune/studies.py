"""The studies of a folder of runs, as a table."""

from rich.table import Table
from rich.text import Text

from engine.vocabulary.messages import StudySummary
from tui.state.words.figures import percent
from tui.terminal.printing import wide_console
from tui.terminal.sanitize import sanitize


def print_studies(lines: list[StudySummary]) -> None:
    table = Table("study", "trials", "best", "base", "searches", box=None, pad_edge=False)
    for line in lines:
        figures = [trial.accuracy if trial is not None else None for trial in (line.best, line.base)]
        table.add_row(
            Text(line.study),
            Text(f"{line.trials}/{line.target}"),
            *(Text("-" if figure is None else percent(figure)) for figure in figures),
            Text(sanitize(line.problem or "; ".join(filter(None, [" ".join(line.search), line.damage])))),
        )
    wide_console().print(table)
