"""Runs written as files for other programs, by a process of its own: the screen goes on meanwhile."""

from textual import on, work

from engine.storage.files import in_words
from tui.app.engine import EngineApp
from tui.screens.run_messages import RunMessages
from tui.terminal.sanitize import sanitize

EXPORTS = "exports"  # in the folder of runs
READ = 20  # seconds for a path to be read, and copied


class ExportHandlers(EngineApp):
    """Exports."""

    @on(RunMessages.ExportWanted)
    @work(group="export")
    async def export_runs(self, event: RunMessages.ExportWanted) -> None:
        from engine.storage.typed_path import written
        from engine.vocabulary.messages.export_messages import Exported, ExportRequest
        from tui.link.export_process import export
        from tui.screens.export_choice import ExportChoice

        runs = self.state.marked_or(event.run)
        folder = self.checkpoints.absolute() / EXPORTS
        format = await self.push_screen_wait(ExportChoice(runs, str(folder)))
        if format is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            exported = Exported(problem=in_words(error))
        else:
            self.notify(f"Writing {format}.", title="Export", markup=False)
            exported = await export(
                ExportRequest(
                    checkpoints=written(self.checkpoints.absolute()),
                    runs=runs,
                    format=format,
                    folder=written(folder),
                    renumber=True,
                )
            )
        if exported.problem:
            self.notify(sanitize(exported.problem, longest=500), title="Not exported", severity="error", markup=False)
            return
        self.add_written(*exported.files)
        lines = [sanitize(line) for line in (*exported.files, *exported.notes)]
        self.notify("\n".join(lines), title="Exported", timeout=READ, markup=False)
