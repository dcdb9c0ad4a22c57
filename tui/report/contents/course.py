"""What happened to the runs: where they come from, what was changed on the way, how they ended. Pure."""

import time

from engine.vocabulary.fields import counted
from tui.report.blocks import Part, Table
from tui.report.contents.curves import steps_done
from tui.report.contents.names import run_names, title_of
from tui.report.contents.side_by_side import side_by_side
from tui.report.facts import ReportFacts, RunFacts
from tui.state.words.figures import duration
from tui.state.words.runs import state_word


def course(facts: ReportFacts) -> list[Part]:
    values = [facts_of(run, facts.several) for run in facts.runs]
    blocks = side_by_side(run_names(facts), values, "From their beginning to their end")
    done = [table for run in facts.runs if (table := table_of(run, title_of(facts, run))) is not None]
    return [Part("", (*blocks, *done))]


def facts_of(run: RunFacts, several: bool) -> dict[str, str]:
    summary = run.summary
    trained = f"{counted(summary.epoch, 'epoch')}, {duration(summary.seconds)} without the tests"
    return {
        "started": moment(summary.started) if summary.started else "",
        "began with": f"the weights of {summary.parent} after epoch {summary.parent_epoch}" if summary.parent else "",
        "trained": trained if summary.seconds else "",
        "ended": ended(run),
        "note": summary.note if several else "",
    }


def table_of(run: RunFacts, title: str) -> Table | None:
    """Return what was done to a run, None where that is nothing."""
    if run.view is None or not (done := steps_done(run.view)):
        return None
    per_epoch = run.view.steps_per_epoch
    rows = tuple((str(i), f"{step / per_epoch:.3g}", f"{step:,}", said) for i, (step, said) in enumerate(done, 1))
    caption = "What was done on the way"
    return Table(
        f"{title}: {caption.lower()}" if title else caption, ("number", "epoch", "step", "what"), rows, words=3
    )


def ended(run: RunFacts) -> str:
    problem = f": {run.summary.problem}" if run.summary.problem else ""
    return f"{state_word(run.summary.state)}{problem}"


def moment(seconds: float) -> str:
    """Return a time in UTC: the same wherever the report is made."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))
