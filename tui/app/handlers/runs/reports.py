"""A report of the marked runs, or of the one at the cursor, as a page beside them."""

import asyncio
from typing import TYPE_CHECKING

from textual import on, work

from tui.app.engine import EngineApp
from tui.screens.run_messages import RunMessages
from tui.terminal.sanitize import sanitize

if TYPE_CHECKING:
    from tui.report.facts import ReportFacts

DIGITS = 24  # of the worst, of each run
SHOWN = 15.0  # seconds that the place of a report can be read
LONGEST_PATH = 4096


class ReportHandlers(EngineApp):
    """It is read and written in threads: neither the screen nor the engine waits."""

    @on(RunMessages.Reported)
    @work(group="report")
    async def write_report(self, event: RunMessages.Reported) -> None:
        from engine.storage.files import in_words
        from engine.storage.runs.folders import RunError
        from tui.report.gather import read_runs
        from tui.report.output import REPORTS, ReportError, usual_name, write_beside
        from tui.report.written import written

        runs = self.state.marked_or(event.run)
        folders = [self.checkpoints / run for run in runs]
        live = self._trained_now() if self.client is not None else None
        try:
            facts = await self._completed(await asyncio.to_thread(read_runs, folders, live))
            content = await asyncio.to_thread(written, facts, "html")
            name = usual_name(runs)
            path = await asyncio.to_thread(write_beside, self.checkpoints.absolute() / REPORTS, name, content)
        except (ReportError, RunError, OSError) as error:
            problem = sanitize(in_words(error), LONGEST_PATH)
            self.notify(problem, title="No report", severity="error", markup=False)
            return
        self.add_written(str(path))
        where = sanitize(str(path), LONGEST_PATH)
        self.notify(where, title="Report written", timeout=SHOWN, markup=False)

    def _trained_now(self) -> list[str]:
        views = (self.state.run, *self.state.histories.at_once)
        return [view.run for view in views if view is not None and view.live]

    async def _completed(self, facts: "ReportFacts") -> "ReportFacts":
        """Add what the screen has measured of the runs, and their worst digits, where there is an engine to ask."""
        from tui.report.asking import with_digits
        from tui.report.facts import with_answers

        facts = with_answers(facts, self.state.certainty)
        if self.client is None or self.client.foreign:
            return facts
        return await with_digits(facts, self.client.request, DIGITS)
