"""What runs are called in a report, and how they look in its charts. Pure."""

from tui.report.facts import ReportFacts, RunFacts
from tui.state.words.run_columns import name_of

COLOURS = 8


def run_names(facts: ReportFacts) -> list[str]:
    """Return a letter and a name for each run."""
    return [named(run) for run in facts.runs]


def named(run: RunFacts) -> str:
    return f"{run.letter} {name_of(run.summary)}"


def title_of(facts: ReportFacts, run: RunFacts) -> str:
    """Return the title of what is said of one run, "" where there is only one."""
    return named(run) if facts.several else ""


def look_of(number: int) -> str:
    """Return the class of a colour; those beyond the last begin anew, and have their letters."""
    return f"c{number % COLOURS + 1}"
