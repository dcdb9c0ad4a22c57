"""The form: what is edited, started, steered, previewed and looked for there."""

from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import on, work

from engine.vocabulary.messages import (
    AnyEvent,
    DescribeModel,
    FindRate,
    PreviewAugmentation,
    StartRun,
    Steer,
    StopFinding,
)
from tui.app.handlers.runs.queue import QueueHandlers
from tui.screens.setup_messages import SetupMessages
from tui.terminal.sanitize import sanitize

if TYPE_CHECKING:
    from tui.widgets.network_line import NetworkLine
    from tui.widgets.preview import Preview


class SetupHandlers(QueueHandlers):
    """The screen of the form, and the two that open over it: networks, and the learning-rate finder."""

    def receive(self, event: AnyEvent) -> None:
        failures = self.state.failures
        super().receive(event)
        if self.state.failures > failures:
            from tui.screens.rates import RatesScreen

            if isinstance(self.screen, RatesScreen):
                self.screen.dismiss(None)  # what it waits for was refused

    @on(SetupMessages.Edited)
    def remember(self, event: SetupMessages.Edited) -> None:
        self.config = event.config

    @on(SetupMessages.Left)
    def leave_setup(self) -> None:
        self.go("train")

    @on(SetupMessages.Chosen)
    @work(group="start", exclusive=True)
    async def start_run(self, event: SetupMessages.Chosen) -> None:
        """Start a run with the form, and stay there when the engine refuses."""
        self.config = event.config
        if self.busy or self.state.edited is not None:
            await self.enqueue(self.config)
        elif self.state.engine is None or not self.is_for_this_engine(self.config.processes):
            self.action_train()
        elif await self.is_done(StartRun(config=self.config, fork=self.fork), "Nothing was started", in_form=True):
            self.fork = ""
            self.go("train")

    @on(SetupMessages.SteeringChosen)
    @work(group="start", exclusive=True)
    async def steer(self, event: SetupMessages.SteeringChosen) -> None:
        """Steer the run in progress with the form, and stay there when the engine refuses."""
        if await self.is_done(Steer(changes=event.changes), "Nothing was applied", in_form=True):
            self.go("train")

    def on_preview_wanted(self, event: "Preview.Wanted") -> None:
        self.send(PreviewAugmentation(config=event.config, index=event.index))

    def on_network_line_wanted(self, event: "NetworkLine.Wanted") -> None:
        self.send(DescribeModel(config=event.config))

    @on(SetupMessages.NetworkOpened)
    @work
    async def open_network(self, event: SetupMessages.NetworkOpened) -> None:
        from tui.screens.network import NetworkScreen

        taken = await self.push_screen_wait(NetworkScreen(event.config, self.state.failures))
        if taken is not None:
            self.setup_screen.fill_network(taken)

    @on(SetupMessages.RateWanted)
    @work(group="rate", exclusive=True)
    async def find_rate(self, event: SetupMessages.RateWanted) -> None:
        """Look for a learning rate, and take it over: into the form, or into the paused run."""
        from tui.screens.rates import RatesScreen

        run = self.state.run if self.state.training else None
        self.set_state(replace(self.state, rates=None))
        if run is None:
            self.begin(FindRate(config=event.config))
        else:
            self.send(FindRate(config=event.config))
        what, takes = (sanitize(run.run), "change the run to") if run else (f"a new {event.config.model}", "fill in")
        rate = await self.push_screen_wait(RatesScreen(what, takes))
        if self.state.rates is None or not self.state.rates.done:
            self.send(StopFinding())
        if rate is None:
            return
        if run is not None:
            self.send(Steer(changes={"lr": rate}))
        else:
            self.setup_screen.fill_rate(rate)
