"""All sections of a report. Pure."""

import time

from engine.vocabulary.messages.base import DIGITS
from tui.report.blocks import Document, Part, Section
from tui.report.contents.certainty import calibration, robustness
from tui.report.contents.configuration import configuration, reproduction
from tui.report.contents.course import course
from tui.report.contents.curves import curves
from tui.report.contents.mistakes import confusion, worst_digits
from tui.report.contents.origin import origin
from tui.report.contents.results import results, seeds
from tui.report.facts import ReportFacts
from tui.state.run_numbers import numbers_of
from tui.state.words.networks import shown_name


def document(facts: ReportFacts) -> Document:
    """Return the report of runs: the same bytes for the same runs. Imports scipy where several seeds are among them."""
    sections = (
        ("Results", results(facts)),
        ("Seeds", seeds(facts)),
        ("Curves", curves(facts)),
        ("Confusion", confusion(facts)),
        (of_digits(facts), worst_digits(facts)),
        ("Calibration", calibration(facts)),
        ("Robustness", robustness(facts)),
        ("Configuration", configuration(facts)),
        ("History", course(facts)),
        ("Data, machine, versions", origin(facts)),
        ("How to reproduce it", reproduction(facts)),
    )
    shown = tuple(Section(title, parts) for title, said in sections if (parts := tuple(filter(has_blocks, said))))
    first = facts.runs[0]
    dates = sorted({date_of(run.summary.started) for run in facts.runs if run.summary.started})
    date = dates[0] if len(dates) < 2 else f"{dates[0]} to {dates[-1]}" if dates else ""
    if facts.several:
        title = f"Runs {numbers_of(run.run for run in facts.runs)}"
        subtitle = f"{len(facts.runs)} runs of mnist-tui"
        return Document(title, subtitle, date, sections=shown)
    title = first.summary.title or first.run
    named = f"{first.run}, " if first.summary.title else ""
    subtitle = f"{named}{shown_name(first.summary.model)}, {first.summary.state}"
    return Document(title, subtitle, date, first.summary.note, shown)


def of_digits(facts: ReportFacts) -> str:
    return "Worst digits" if all(run.record.classes == DIGITS for run in facts.runs) else "Worst images"


def has_blocks(part: Part) -> bool:
    return bool(part.blocks)


def date_of(seconds: float) -> str:
    """Return the day of a run in UTC: the same wherever the report is made."""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
