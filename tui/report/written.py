"""From what is known of runs to the text of a file."""

from tui.report.contents.document import document
from tui.report.facts import ReportFacts
from tui.report.markdown import markdown
from tui.report.page.html import page


def written(facts: ReportFacts, kind: str) -> str:
    """Return the report as `html` or `markdown`. Takes a while, and imports scipy: no work for an event loop."""
    found = document(facts)
    return page(found) if kind == "html" else markdown(found)
