"""The app: the screens, what happens when they ask for something, and the keys."""

import asyncio
import contextlib
import locale
import os
import signal
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec
from textual import on, work
from textual.app import SystemCommand
from textual.screen import Screen

from engine.storage.paths import default_data
from engine.tuning.files import study_names
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import (
    AnyEvent,
    CancelDownload,
    Command,
    CommandDone,
    DescribeModel,
    DownloadData,
    FindRate,
    ListRuns,
    OpenRun,
    Predict,
    PreviewAugmentation,
    StartRun,
    Steer,
    StopFinding,
)
from tui.app.training import JobApp
from tui.coach.watch import coached
from tui.link.client import CommandRefused
from tui.screens.base import StateScreen
from tui.screens.confusion import ConfusionScreen
from tui.screens.dialogs import advice_question, download_question
from tui.screens.digits import DigitsScreen
from tui.screens.help import HelpScreen
from tui.screens.network import NetworkScreen
from tui.screens.presets import saved_as_preset
from tui.screens.rates import RatesScreen
from tui.screens.runs import RunsScreen
from tui.screens.setup import SetupScreen
from tui.screens.train import TrainScreen
from tui.screens.tune import TuneScreen
from tui.state.actions import ACTIONS, NAVIGATION, bindings
from tui.terminal.sanitize import inert
from tui.widgets.network_line import NetworkLine
from tui.widgets.preview import Preview


class MnistApp(JobApp):
    """Screens that draw the state of one engine, and what becomes of the wishes of who sits before them."""

    TITLE = "mnist-tui"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    BINDINGS = bindings("app")
    MODES = {mode: mode for _, mode, _ in NAVIGATION}  # noqa: RUF012
    DEFAULT_MODE = "train"
    SCREENS = {  # noqa: RUF012
        "train": TrainScreen,
        "digits": DigitsScreen,
        "confusion": ConfusionScreen,
        "runs": RunsScreen,
        "tune": TuneScreen,
    }

    def __init__(
        self, checkpoints: Path, data: str = "", *, ascii: bool | None = None, notify: bool = True, coach: bool = True
    ) -> None:
        super().__init__(checkpoints, data, ascii=ascii, notify=notify, coach=coach)
        self._weights_of = ""  # the run that was asked for, as there was none to show

    def on_mount(self) -> None:
        self.install_screen(SetupScreen(self.config, self.checkpoints), "setup")
        self.converse()

    def receive(self, event: AnyEvent) -> None:
        failures = self.state.failures
        super().receive(event)
        if self.state.failures > failures and isinstance(self.screen, RatesScreen):
            self.screen.dismiss(None)  # what it waits for was refused

    def offer(self, config: RunConfig) -> None:
        """Have the form, and the next run, be so."""
        self.config = config
        setup = self.get_screen("setup")
        if isinstance(setup, SetupScreen):
            setup.offer(config)

    def open_weights(self) -> None:
        """Have the newest run that has weights opened, on a screen that would show nothing without."""
        view = self.state.shown
        if view is not None and (view.live or view.epochs or view is self.state.opened):
            self._weights_of = ""
        elif self.current_mode in ("digits", "confusion") and self.state.link == "live":
            newest = next((run.run for run in self.state.runs if run.epoch and run.resumable), "")
            if newest and newest != self._weights_of:
                self._weights_of = newest
                self.send(OpenRun(run=newest))

    def draw(self) -> None:
        """Draw the state on the screen in front, dialogs aside."""
        super().draw()
        self.open_weights()
        for screen in reversed(self.screen_stack):
            if isinstance(screen, NetworkScreen) and screen.is_mounted:
                screen.show(self.state)
            if isinstance(screen, RatesScreen) and screen.is_mounted:
                screen.show_rates(self.state.rates)
            if isinstance(screen, StateScreen):
                if screen.is_mounted:
                    with self.batch_update():
                        screen.show(self.state)
                return

    def go(self, mode: str) -> None:
        """Bring a screen to the front, at once as it was when it was left, and then draw the present state."""
        if mode == "setup":
            self.get_screen("setup").set_focus(None)  # digits go to screens until somebody enters a field
        self.switch_mode(mode)
        if isinstance(self.screen, StateScreen) and self.screen.is_as_left:
            self.screen.refresh()
            self.screen._on_timer_update()  # its turn to draw: Textual gives it only when all messages are dealt with
        self.call_later(self.draw)

    # -------------------------------------------------------- wishes of screens

    @on(TrainScreen.DigitWanted)
    def want_digit(self, event: TrainScreen.DigitWanted) -> None:
        self.send(Predict(start=event.index, run=event.run))

    @on(DigitsScreen.Wanted)
    def want_digits(self, event: DigitsScreen.Wanted) -> None:
        self.send(event.command)

    @on(ConfusionScreen.PairChosen)
    def show_pair(self, event: ConfusionScreen.PairChosen) -> None:
        self.go("digits")
        screen = self.screen
        if isinstance(screen, DigitsScreen):
            screen.filter_pair(event.actual, event.predicted)

    @on(RunsScreen.Refreshed)
    def list_runs(self) -> None:
        if self.client is not None:
            self.send(ListRuns())

    @on(RunsScreen.Opened)
    def open_run(self, event: RunsScreen.Opened) -> None:
        live = self.state.run
        if live is not None and live.run == event.run:
            self.close_run()
        else:
            self.send(OpenRun(run=event.run))
        self.go("train")

    @on(TrainScreen.RunClosed)
    def close_run(self) -> None:
        self.set_state(coached(replace(self.state, opened=None, digits=(), digits_run="")))

    @on(TrainScreen.AdviceAnswered)
    @work(group="coach", exclusive=True)
    async def answer_coach(self, event: TrainScreen.AdviceAnswered) -> None:
        """Do what is wished about the advice that is shown."""
        advice, answer, run = self.state.coach.present, event.answer, self.state.coach.run
        if answer == "explain" and advice is not None:
            read = await self.push_screen_wait(advice_question(advice))
            answer = read or ""
        view = self.state.shown
        if advice is None or view is None or view.run != run:
            return
        coach = self.state.coach
        if answer == "dismiss":
            self.set_state(replace(self.state, coach=coach.dismiss(advice)))
        elif answer == "take" and view is self.state.run and view.live and advice.steers:
            if self.state.link == "live":
                self.set_state(replace(self.state, coach=coach.apply(advice)))
            self.send(Steer(changes=advice.changes))
        elif answer == "take" and await self.free_for_another():
            self.set_state(replace(self.state, coach=coach.apply(advice)))
            here = {"processes": self.config.processes, "precision": self.config.precision}
            self.offer(view.config.replace({**advice.changes, **here}))
            self.show_offer()

    @on(SetupScreen.Edited)
    def remember(self, event: SetupScreen.Edited) -> None:
        self.config = event.config

    @on(SetupScreen.Chosen)
    @work(group="start", exclusive=True)
    async def start_run(self, event: SetupScreen.Chosen) -> None:
        """Start a run with the form, and stay there when the engine refuses."""
        self.config = event.config
        if self.client is None or not self.is_for_this_engine(self.config.processes):
            self.action_train()
        elif await self.is_done(StartRun(config=self.config), "Nothing was started"):
            self.go("train")

    async def is_done(self, command: Command, otherwise: str) -> bool:
        """Have the engine carry out a command; return whether it did, and say under a title why it did not."""
        if self.client is None or self.client.foreign:
            self.send(command)  # which says why not
            return False
        try:
            await self.client.request(command, CommandDone)
        except CommandRefused as error:
            self.notify(inert(str(error)), title=otherwise, severity="error", markup=False)
            self.get_screen("setup", SetupScreen).keep(f"{otherwise}: {error}")
            return False
        return True

    @on(NetworkLine.Wanted)
    def ask_about_network(self, event: NetworkLine.Wanted) -> None:
        self.send(DescribeModel(config=event.config))

    @on(SetupScreen.NetworkOpened)
    @work
    async def open_network(self, event: SetupScreen.NetworkOpened) -> None:
        taken = await self.push_screen_wait(NetworkScreen(event.config, self.state.failures))
        setup = self.get_screen("setup")
        if taken is not None and isinstance(setup, SetupScreen):
            setup.take_network(taken)

    @on(SetupScreen.SteeringChosen)
    @work(group="start", exclusive=True)
    async def steer(self, event: SetupScreen.SteeringChosen) -> None:
        """Steer the run in progress with the form, and stay there when the engine refuses."""
        if await self.is_done(Steer(changes=event.changes), "Nothing was applied"):
            self.go("train")

    @on(Preview.Wanted)
    def preview_augmentation(self, event: Preview.Wanted) -> None:
        self.send(PreviewAugmentation(config=event.config, index=event.index))

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
        what, takes = (inert(run.run), "change the run to") if run else (f"a new {event.config.model}", "fill in")
        rate = await self.push_screen_wait(RatesScreen(what, takes))
        if self.state.rates is None or not self.state.rates.done:
            self.send(StopFinding())
        if rate is None:
            return
        if run is not None:
            self.send(Steer(changes={"lr": rate}))
        else:
            self.get_screen("setup", SetupScreen).adopt_rate(rate)

    @on(SetupScreen.Left)
    def leave_setup(self) -> None:
        self.go("train")

    @on(TuneScreen.Chosen)
    @work(group="start", exclusive=True)
    async def start_study(self, event: TuneScreen.Chosen) -> None:
        """Start a study; what is wrong with it stays on its screen."""
        tune = self.get_screen("tune", TuneScreen)
        try:
            base = self.config.replace({"epochs": event.epochs})
        except ConfigError as error:  # what Setup says does not go together with so few
            tune.complain(f"Nothing was started: {error}")
            return
        command = msgspec.structs.replace(event.command, base=base)
        if self.client is None or not self.is_for_this_engine():
            self.begin(command)  # which says why not, or has a new engine carry it out
            return
        try:
            await self.client.request(command, CommandDone)
        except CommandRefused as error:
            tune.complain(f"Nothing was started: {error}")

    @on(TuneScreen.FullRunWanted)
    @work(group="offer", exclusive=True)
    async def offer_run(self, event: TuneScreen.FullRunWanted) -> None:
        if not await self.free_for_another():
            return
        here = {name: getattr(self.config, name) for name in ("data", "device", "processes", "precision")}
        self.offer(self.in_full(event.config).replace(here))
        self.show_offer()

    def in_full(self, config: RunConfig) -> RunConfig:
        """Return a trial's configuration with the epochs of the form: a trial has few."""
        with contextlib.suppress(ConfigError):  # a warm-up of more epochs than that, say
            return config.replace({"epochs": self.config.epochs})
        return config

    def show_offer(self) -> None:
        """Show the form that was filled in, and say what is to do with it."""
        self.go("setup")
        self.notify("The form is filled in. Press F5 to train.", markup=False)

    @on(TuneScreen.PresetWanted)
    @work(group="presets", exclusive=True)
    async def pin(self, event: TuneScreen.PresetWanted) -> None:
        screen = self.get_screen("tune")
        assert isinstance(screen, TuneScreen)
        try:
            name = await saved_as_preset(screen, self.checkpoints, self.in_full(event.config))
        except ConfigError as error:
            screen.complain(f"Nothing was saved: {error}")
        else:
            if name:
                self.notify(f"Saved. `mnist-tui train --preset {name}` trains with it.", markup=False)

    @on(TuneScreen.Refreshed)
    @work(group="studies", exclusive=True)
    async def list_studies(self) -> None:
        names = await asyncio.to_thread(study_names, self.checkpoints)
        screen = self.get_screen("tune")
        if isinstance(screen, TuneScreen):
            screen.offer_names(names)

    # ----------------------------------------------------------------- actions

    def action_go(self, mode: str) -> None:
        self.go(mode)

    @work(group="download", exclusive=True)
    async def action_download(self) -> None:
        """Download MNIST after asking, or cancel the download that is going on."""
        if self.downloading:
            self.send(CancelDownload())
        elif await self.push_screen_wait(download_question(inert(str(default_data().absolute()), 200))) == "download":
            self.send(DownloadData())

    @property
    def downloading(self) -> bool:
        return self.state.progress is not None and "download" in self.state.progress.action

    def action_help(self) -> None:
        self.push_screen(HelpScreen(str(self.current_mode)))

    def action_toggle_coach(self) -> None:
        coach = replace(self.state.coach, on=not self.state.coach.on)
        self.set_state(coached(replace(self.state, coach=coach)))
        self.notify("The coach is on." if coach.on else "The coach is off.", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if len(self.screen_stack) > 1 and action in {each.name for each in ACTIONS if each.scope == "app"}:
            return False  # a dialog is open
        if action == "download":
            idle = not self.state.training and not self.state.tuning
            sample = self.state.data is None or self.state.data.sample
            return self.downloading or (self.state.link == "live" and sample and idle)
        return super().check_action(action, parameters)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield from (each for each in super().get_system_commands(screen) if each.title != "Quit")
        scope = {"TrainScreen": "train", "DigitsScreen": "digits", "RunsScreen": "runs", "SetupScreen": "setup",
                 "TuneScreen": "tune"}  # fmt: skip
        here = ("app", scope.get(type(screen).__name__, ""))
        for action in ACTIONS:
            if action.scope in here:
                owner = self if action.scope == "app" else screen
                label = self.key_label(action.name, "")
                yield SystemCommand(
                    action.help,
                    f"key {action.key_display or action.key}" + (f": {label.strip()}" if label.strip() else ""),
                    lambda owner=owner, name=action.name: self.call_later(self.run_action, name, owner),
                )


def open_app(checkpoints: Path, data: str, notify: bool = True, coach: bool = True) -> int:
    """Run the app until it is left; return the exit status."""
    locale.setlocale(locale.LC_CTYPE, "")
    for exported in ("COLUMNS", "LINES"):  # believed before the terminal, which may have been resized since
        os.environ.pop(exported, None)
    app = MnistApp(checkpoints, data, notify=notify, coach=coach)
    app.run()
    signal.setitimer(signal.ITIMER_REAL, 0)  # it has been left in order
    return 1 if app.return_code is None else app.return_code
