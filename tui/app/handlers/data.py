"""The data set: its download, and what is wrong with it."""

from textual import work

from engine.storage.paths import default_data
from engine.vocabulary.messages import AnyEvent, CancelDownload, DataFailed, DataReady, DownloadData
from tui.app.engine import EngineApp
from tui.terminal.sanitize import sanitize


class DataHandlers(EngineApp):
    """The key d."""

    _reported_problem = ""  # what was said to be wrong with the data; what others tried before is not said here

    def receive(self, event: AnyEvent) -> None:
        super().receive(event)
        if (
            isinstance(event, DataFailed)
            and self.state.shown is not None
            and self.state.data_problem != self._reported_problem
        ):
            # Without a run the first screen says it, for as long as it is so.
            self._reported_problem = self.state.data_problem
            self.notify(self._reported_problem, title="Data", severity="error", markup=False)
        if isinstance(event, DataReady):
            self._reported_problem = ""

    @work(group="download", exclusive=True)
    async def action_download(self) -> None:
        """Download MNIST after asking, or cancel the download that is going on."""
        from tui.screens.questions import download_question

        if self.downloading:
            self.send(CancelDownload())
            return
        place = sanitize(str(default_data().absolute()), 200)
        if await self.push_screen_wait(download_question(place)) == "download":
            self.send(DownloadData())

    @property
    def downloading(self) -> bool:
        return self.state.progress is not None and "download" in self.state.progress.action

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "download":
            idle = not self.state.training and not self.state.tuning
            sample = self.state.data is None or self.state.data.sample
            return self.downloading or (self.state.link == "live" and sample and idle)
        return super().check_action(action, parameters)
