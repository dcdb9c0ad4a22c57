"""The form: what is edited, started, steered, previewed and looked for there."""

from dataclasses import replace

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
from tui.screens.network import NetworkScreen
from tui.screens.rates import RatesScreen
from tui.screens.setup import SetupScreen
from tui.terminal.sanitize import sanitize
from tui.widgets.network_line import NetworkLine
from tui.widgets.preview import Preview


class SetupHandlers(QueueHandlers):
    """The screen of the form, and the two that open over it: networks, and the learning-rate finder."""

    def receive(self, event: AnyEvent) -> None:
        failures = self.state.failures
        super().receive(event)
        if self.state.failures > failures and isinstance(self.screen, RatesScreen):
            self.screen.dismiss(None)  # what it waits for was refused

    @on(SetupScreen.Edited)
    def remember(self, event: SetupScreen.Edited) -> None:
        self.config = event.config

    @on(SetupScreen.Left)
    def leave_setup(self) -> None:
        self.go("train")

    @on(SetupScreen.Chosen)
    @work(group="start", exclusive=True)
    async def start_run(self, event: SetupScreen.Chosen) -> None:
        """Start a run with the form, and stay there when the engine refuses."""
        self.config = event.config
        if self.busy or self.state.edited is not None:
            await self.enqueue(self.config)
        elif self.state.engine is None or not self.is_for_this_engine(self.config.processes):
            self.action_train()
        elif await self.is_done(StartRun(config=self.config, fork=self.fork), "Nothing was started", in_form=True):
            self.fork = ""
            self.go("train")

    @on(SetupScreen.SteeringChosen)
    @work(group="start", exclusive=True)
    async def steer(self, event: SetupScreen.SteeringChosen) -> None:
        """Steer the run in progress with the form, and stay there when the engine refuses."""
        if await self.is_done(Steer(changes=event.changes), "Nothing was applied", in_form=True):
            self.go("train")

    @on(Preview.Wanted)
    def preview_augmentation(self, event: Preview.Wanted) -> None:
        self.send(PreviewAugmentation(config=event.config, index=event.index))

    @on(NetworkLine.Wanted)
    def ask_about_network(self, event: NetworkLine.Wanted) -> None:
        self.send(DescribeModel(config=event.config))

    @on(SetupScreen.NetworkOpened)
    @work
    async def open_network(self, event: SetupScreen.NetworkOpened) -> None:
        taken = await self.push_screen_wait(NetworkScreen(event.config, self.state.failures))
        if taken is not None:
            self.get_screen("setup", SetupScreen).fill_network(taken)

    @on(SetupScreen.RateWanted)
    @work(group="rate", exclusive=True)
    async def find_rate(self, event: SetupScreen.RateWanted) -> None:
        """Look for a learning rate, and take it over: into the form, or into the paused run."""
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
            self.get_screen("setup", SetupScreen).fill_rate(rate)
