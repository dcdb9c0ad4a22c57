"""The app: screens, keys, and the only place that sends commands and applies events."""

import asyncio
import gc
import locale
import os
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec
from rich.console import RenderableType
from textual import on, work
from textual._compositor import CompositorUpdate
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.events import Resize
from textual.filter import LineFilter
from textual.screen import Screen
from textual.timer import Timer, TimerCallback

from engine.config import ConfigError, RunConfig
from engine.messages import (
    AnyEvent,
    CancelDownload,
    Command,
    CommandDone,
    Continue,
    DataFailed,
    DescribeModel,
    DownloadData,
    FindRate,
    ListRuns,
    LoadData,
    OpenRun,
    Pause,
    Predict,
    PreviewAugmentation,
    ProtocolError,
    ResumeRun,
    RunEnded,
    RunStarted,
    RunSummary,
    SavingFailed,
    Shutdown,
    StartRun,
    Steer,
    StepsDone,
    Stop,
    StopFinding,
    program_version,
)
from engine.paths import PathError
from engine.study_files import study_names
from tui.actions import ACTIONS, NAVIGATION, bindings
from tui.ascii import needs_ascii
from tui.attention import call, worth_a_call
from tui.client import CommandRefused, EngineClient, EngineUnreachable
from tui.coach.advice import Coach
from tui.coach.watch import coached
from tui.describe import describe, state_word
from tui.driver import TerminalDriver, is_gone
from tui.filters import AsciiFilter, InertFilter, NoColorFilter
from tui.inert import inert
from tui.logout import logout_warning
from tui.outlet import Outlet
from tui.picture import Picture
from tui.screens.base import StateScreen
from tui.screens.confusion import ConfusionScreen
from tui.screens.dialogs import (
    EpochsQuestion,
    advice_question,
    anew_question,
    quit_question,
    stop_question,
    study_question,
    version_question,
)
from tui.screens.digits import DigitsScreen
from tui.screens.help import HelpScreen
from tui.screens.network import NetworkScreen
from tui.screens.presets import saved_as_preset
from tui.screens.rates import RatesScreen
from tui.screens.runs import RunsScreen
from tui.screens.setup import SetupScreen
from tui.screens.train import TrainScreen
from tui.screens.tune import TuneScreen
from tui.store import RunView, State, apply, say

DARK, LIGHT = "textual-dark", "textual-light"
TERMINAL = 1  # the descriptor that is drawn on
LEAVING = 4.0  # seconds to leave in order after a signal, where nobody may read what leaving writes
LEAVING_NOTHING = 0.8  # when the terminal is gone
STOPPING = 10.0  # seconds to hear that a run is stopped and saved
AT_ONCE = 0.03  # seconds within which events that answer a key are drawn together


class MnistApp(App[None]):
    """Attached to one engine, drawing its state."""

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
        self._no_color = bool(os.environ.get("NO_COLOR"))
        super().__init__(driver_class=TerminalDriver)
        self.checkpoints = checkpoints
        self.data = data
        self.calls = notify
        self.state = State(coach=Coach(on=coach))
        self.config = RunConfig(data=data)
        self.client: EngineClient | None = None
        self.plain_ascii = needs_ascii() if ascii is None else ascii
        # A remote terminal gets half the frames: what it draws has to travel.
        self.frame_time = 0.5 if "SSH_CONNECTION" in os.environ else 0.25
        self._replacing = False  # the engine that is ending is to be followed by one that suits
        self._processes: int | None = None  # that the next engine is to have
        self._next: Command | None = None  # for the next engine
        self._drawn = 0.0
        self._draw_due = False
        self._outlet = Outlet(TERMINAL, self.catch_up)
        self._picture = Picture()
        self._missed_call = ""
        self._frame_lost = False
        self._ended = asyncio.Event()  # the run in progress has

    def get_line_filters(self) -> list[LineFilter]:
        filters = [*super().get_line_filters(), InertFilter()]
        if self._no_color:
            filters.append(NoColorFilter())
        if self.plain_ascii:
            filters.append(AsciiFilter())
        return filters

    def on_mount(self) -> None:
        self.install_screen(SetupScreen(self.config, self.checkpoints), "setup")
        self.set_class(self.plain_ascii, "-ascii")
        self.app_resume_signal.subscribe(self, self.action_draw_anew)
        take_signals(self)
        self.converse()

    def on_ready(self) -> None:
        """Have the collector of garbage, if it waits for this, pass over what is there now and come seldom.

        To look at all of it takes 80 ms, in which no key is answered.
        """
        if not gc.isenabled():
            gc.freeze()
            gc.set_threshold(50_000)
            gc.enable()

    # ------------------------------------------------------------------ engine

    @work(group="engine", exclusive=True)
    async def converse(self) -> None:
        """Attach to the engine and apply its events until it is gone for good."""
        client: EngineClient | None
        try:
            client = await self.connect()
        except (EngineUnreachable, PathError, ProtocolError, OSError) as error:
            self.set_state(replace(self.state, link="lost", link_reason=inert(str(error))))
            return
        reason = ""
        while client is not None:
            reason = await self.attend(client)
            client = await self.rejoined(client)
        if self._replacing:
            self._replacing = False
            self.action_reconnect()
            return
        run = self.state.run
        if run is not None and run.live:
            self.call_for_attention(f"{run.run} interrupted: its engine has ended")
            self.state = replace(self.state, run=replace(run, state="interrupted"))
        self.notify(reason, severity="error", markup=False)
        self.set_state(replace(say(self.state, reason), link="lost", link_reason=reason))

    async def attend(self, client: EngineClient) -> str:
        """Apply the events of an engine until the connection ends; return what is to be told then."""
        self.client = client
        self.set_state(State(link="foreign" if client.foreign else "live", coach=self.state.coach))
        if client.foreign:
            self.decide_about(client)
        self.take_processes(client.welcome.processes)
        self.warn_of_logout()
        self.send(ListRuns())
        if self.data:
            self.send(LoadData(id=1, path=self.data))
        if self._next is not None:
            self.send(self._next)
            self._next = None
        reason = "The engine has ended. A run in progress is kept up to its last checkpoint: e, then R resumes it."
        try:
            async for event in client.events():
                self.receive(event)
        except ProtocolError as error:
            reason = inert(f"The engine said what this screen does not understand ({error}); e attaches again.")
            await client.close()
        self.client = None
        return reason

    async def rejoined(self, client: EngineClient) -> EngineClient | None:
        """Return a new connection to an engine of several processes that lost one; None where all has ended."""
        if client.welcome.processes == 1 or self._replacing:
            return None
        lost = f"The engine has ended or lost one of its {client.welcome.processes} processes; it may start again."
        self.set_state(replace(say(self.state, lost), link="connecting", link_reason=lost))
        try:
            return await client.rejoin()
        except (EngineUnreachable, PathError, ProtocolError):
            return None

    def take_processes(self, processes: int) -> None:
        """Offer in the form what the engine has: a run begins at once with so many."""
        if processes != self.config.processes:
            self.offer(self.config.replace({"processes": processes}))

    def offer(self, config: RunConfig) -> None:
        """Have the form, and the next run, be so."""
        self.config = config
        setup = self.get_screen("setup")
        if isinstance(setup, SetupScreen):
            setup.offer(config)

    @work(group="logout", exclusive=True)
    async def warn_of_logout(self) -> None:
        """Say what a logout would do to the engine, before anything is trained."""
        if warning := await asyncio.to_thread(logout_warning):
            self.notify(warning, title="Logout", severity="warning", timeout=10, markup=False)
            self.set_state(say(self.state, warning))

    async def connect(self) -> EngineClient:
        processes, self._processes = self._processes, None
        return await EngineClient.connect_or_start(
            self.checkpoints, data=self.data, any_version=True, processes=processes
        )

    @work(group="version", exclusive=True)
    async def decide_about(self, client: EngineClient) -> None:
        """Ask what to do about an engine of another version."""
        engine, here = inert(client.welcome.version), program_version()
        answer = await self.push_screen_wait(version_question(engine, here))
        if answer == "quit":
            self.exit()
        elif answer == "stop":
            self._replacing = True
            client.send(Shutdown())

    def send(self, command: Command) -> None:
        """Send a command, or say that there is no engine to take it; questions that screens ask are let go."""
        if self.client is not None and not self.client.foreign:
            self.client.send(command)
        elif not isinstance(command, Predict | PreviewAugmentation | DescribeModel | ListRuns):
            here = "There is no engine. e starts it again."
            foreign = "The engine is of another version: this screen can only watch it. e asks again what to do."
            self.notify(here if self.client is None else foreign, severity="error", markup=False)

    def receive(self, event: AnyEvent) -> None:
        """Apply an event. Step points wait for the next frame; everything else is drawn at once."""
        before = self.state
        self.set_state(coached(apply(before, event), event), soon=not isinstance(event, StepsDone))
        if self.state.failures != before.failures:
            self.notify(self.state.failure, title="Not done", severity="error", markup=False)
            if isinstance(self.screen, RatesScreen):
                self.screen.dismiss(None)  # what it waits for was refused
        self.call_for_attention(worth_a_call(event))
        if isinstance(event, SavingFailed):
            self.notify(inert(describe(event)[0]), title="Disk", severity="error", markup=False)
        if isinstance(event, DataFailed):
            self.notify(self.state.data_problem, title="Data", severity="error", markup=False)
        if isinstance(event, RunEnded | RunStarted):
            self.send(ListRuns())
        if isinstance(event, RunEnded):
            self._ended.set()
            self.notify(
                inert(f"{event.run} {event.state} {self.state.run.reason if self.state.run else ''}"), markup=False
            )

    def call_for_attention(self, text: str) -> None:
        if text and self.calls and self._driver is not None and not self.is_headless:
            if self._outlet.is_open():
                self._driver.write(call(text))
            else:
                self._missed_call = text

    # ----------------------------------------------------------------- drawing

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Write what is new in a frame, unless the terminal takes none: then all is drawn anew as soon as it does."""
        if self.is_headless or self._outlet.is_open():
            self._frame_lost |= renderable is not None and self._batch_count > 0
            written = self._running and not self._closed and not self._batch_count and not self.is_headless
            if written and isinstance(renderable, CompositorUpdate):
                renderable = self._picture.advance(renderable, self.console)
            super()._display(screen, renderable)

    def on_resize(self, event: Resize) -> None:
        if event.size != self.size:  # what a terminal does to its content then is its own affair
            self._picture.forget()

    def action_draw_anew(self, _: object = None) -> None:
        """Draw everything, whatever the terminal is thought to show."""
        self._picture.forget()
        self.refresh()

    def delay_update(self, delay: float = 0.0) -> None:
        """Draw another screen as soon as it is laid out: Textual hides what it does to it, and a key waits 50 ms."""

    def _end_batch(self) -> None:
        """Draw what waited for the end of a batch.

        Textual drops a frame that falls into one and takes it for drawn; and a screen whose turn to draw comes in one
        would wait for its next message.
        """
        super()._end_batch()
        if not self._batch_count and self.screen_stack:
            if self._frame_lost:
                self._frame_lost = False
                self.refresh()
            self.screen.check_idle()

    def catch_up(self) -> None:
        """Draw and tell what the terminal missed."""
        self.call_next(self.refresh)
        missed, self._missed_call = self._missed_call, ""
        self.call_for_attention(missed)

    def set_state(self, state: State, *, soon: bool = True) -> None:
        """Take a state and see to it that it is drawn, at most once a frame."""
        self.state = state
        if not self._draw_due:
            self._draw_due = True
            due = self._drawn + (AT_ONCE if soon else self.frame_time) - time.monotonic()
            self.set_timer(max(0.0, due), self.draw)

    def set_timer(
        self, delay: float, callback: TimerCallback | None = None, *, name: str | None = None, pause: bool = False
    ) -> Timer:
        """Textual's own, which skips a call that is late by its delay: it would freeze the screen, or keep its old
        size for ever. Here late means late."""
        timer = super().set_timer(delay, callback, name=name, pause=pause)
        timer._skip = False
        return timer

    def draw(self) -> None:
        """Draw the state on the screen in front, dialogs aside."""
        self._draw_due = False
        self._drawn = time.monotonic()
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
            self.set_state(replace(self.state, opened=None))
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
        elif answer == "take" and view.live and advice.steers:
            self.set_state(replace(self.state, coach=coach.apply(advice)))
            self.send(Steer(changes=advice.changes))
        elif answer == "take" and (not view.live or await self.ended_for_another(view)):
            self.set_state(replace(self.state, coach=coach.apply(advice)))
            self.offer(view.config.replace({**advice.changes, "processes": self.config.processes}))
            self.go("setup")

    async def ended_for_another(self, view: RunView) -> bool:
        """Ask whether to stop the run in progress for a new one; return whether it was stopped."""
        answer = await self.push_screen_wait(anew_question(inert(view.run), view.problem))
        if answer != "stop" or self.client is None:
            return False
        self._ended.clear()
        try:
            await self.client.request(Stop(), CommandDone)
            await self._ended.wait()  # the form shows the run in progress while there is one
        except CommandRefused as error:
            self.notify(inert(str(error)), title="Not stopped", severity="error", markup=False)
            return False
        return True

    @on(RunsScreen.Resumed)
    @work
    async def resume_run(self, event: RunsScreen.Resumed) -> None:
        summary = event.summary
        changes = dict(event.changes)
        if summary.epoch >= summary.epochs:
            epochs = await self.push_screen_wait(EpochsQuestion(inert(summary.run), summary.epoch))
            if epochs is None:
                return
            changes["epochs"] = epochs
        self.send(ResumeRun(run=summary.run, changes=changes))
        self.go("train")

    @on(SetupScreen.Edited)
    def remember(self, event: SetupScreen.Edited) -> None:
        self.config = event.config

    @on(SetupScreen.Chosen)
    def start_run(self, event: SetupScreen.Chosen) -> None:
        self.config = event.config
        self.action_train()

    @on(NetworkScreen.Wanted)
    def ask_about_network(self, event: NetworkScreen.Wanted) -> None:
        self.send(DescribeModel(config=event.config))

    @on(SetupScreen.NetworkOpened)
    @work
    async def open_network(self, event: SetupScreen.NetworkOpened) -> None:
        taken = await self.push_screen_wait(NetworkScreen(event.config, self.state.failures))
        setup = self.get_screen("setup")
        if taken is not None and isinstance(setup, SetupScreen):
            setup.take_network(taken)

    @on(SetupScreen.SteeringChosen)
    def steer(self, event: SetupScreen.SteeringChosen) -> None:
        self.send(Steer(changes=event.changes))
        self.go("train")

    @on(SetupScreen.PreviewWanted)
    def preview_augmentation(self, event: SetupScreen.PreviewWanted) -> None:
        self.send(PreviewAugmentation(config=event.config, index=event.index))

    @on(SetupScreen.RateWanted)
    @work(group="rate", exclusive=True)
    async def find_rate(self, event: SetupScreen.RateWanted) -> None:
        """Look for a learning rate, and take it over: into the form, or into the paused run."""
        run = self.state.run if self.state.training else None
        self.set_state(replace(self.state, rates=None))
        self.send(FindRate(config=event.config))
        rate = await self.push_screen_wait(RatesScreen(inert(run.run) if run else f"a new {event.config.model}"))
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
    def start_study(self, event: TuneScreen.Chosen) -> None:
        try:
            base = self.config.replace({"epochs": event.epochs})
        except ConfigError as error:  # what Setup says does not go together with so few
            self.notify(inert(str(error)), title="Nothing was started", severity="error", markup=False)
        else:
            self.send(msgspec.structs.replace(event.command, base=base))

    @on(TuneScreen.FullRunWanted)
    def offer_run(self, event: TuneScreen.FullRunWanted) -> None:
        here = {name: getattr(self.config, name) for name in ("data", "device", "processes")}
        self.config = event.config.replace(here)
        setup = self.get_screen("setup")
        if isinstance(setup, SetupScreen):
            setup.offer(self.config)
        self.go("setup")

    @on(TuneScreen.PresetWanted)
    @work(group="presets", exclusive=True)
    async def pin(self, event: TuneScreen.PresetWanted) -> None:
        screen = self.get_screen("tune")
        assert isinstance(screen, TuneScreen)
        try:
            name = await saved_as_preset(screen, self.checkpoints, event.config)
        except ConfigError as error:
            self.notify(inert(str(error)), title="Nothing was saved", severity="error", markup=False)
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

    def action_train(self) -> None:
        start = StartRun(config=self.config)
        if self.client is None or self.client.foreign or self.client.welcome.processes == self.config.processes:
            self.send(start)
        else:  # an engine of as many processes takes the place of this one, which has nothing to do
            self._processes, self._next, self._replacing = self.config.processes, start, True
            self.client.send(Shutdown())
        self.go("train")

    def action_pause(self) -> None:
        self.send(Pause())

    def action_continue(self) -> None:
        self.send(Continue())

    @property
    def resumable(self) -> RunSummary | None:
        """The run that is shown, or the latest when none is, if it can be resumed."""
        shown = self.state.shown.run if self.state.shown else ""
        for summary in self.state.runs:
            if not shown or summary.run == shown:
                return summary if summary.resumable else None
        return None

    def action_resume(self) -> None:
        if self.resumable is not None:
            self.post_message(RunsScreen.Resumed(self.resumable, {}))

    @work
    async def action_stop(self) -> None:
        run, study = self.state.run, self.state.study
        if study is not None and study.live:
            answer = await self.push_screen_wait(study_question(inert(study.study, 40), leaving=False))
        elif run is not None:
            answer = await self.push_screen_wait(stop_question(inert(run.run), run.problem))
        else:
            return
        if answer in ("stop", "force"):
            self.send(Stop(force=answer == "force"))

    def action_download(self) -> None:
        self.send(CancelDownload() if self.downloading else DownloadData())

    @property
    def downloading(self) -> bool:
        return self.state.progress is not None and "download" in self.state.progress.action

    def action_reconnect(self) -> None:
        if self.client is not None:
            self.decide_about(self.client)
            return
        self.set_state(replace(self.state, link="connecting", link_reason=""))
        self.converse()

    def action_help(self) -> None:
        self.push_screen(HelpScreen())

    def action_toggle_theme(self) -> None:
        self.theme = LIGHT if self.current_theme.dark else DARK

    def action_toggle_ascii(self) -> None:
        self.plain_ascii = not self.plain_ascii
        self.set_class(self.plain_ascii, "-ascii")
        self.screen.refresh(layout=True, recompose=False)
        self.draw()

    def action_toggle_coach(self) -> None:
        coach = replace(self.state.coach, on=not self.state.coach.on)
        self.set_state(coached(replace(self.state, coach=coach)))
        self.notify("The coach watches." if coach.on else "The coach is off.", markup=False)

    async def action_quit(self) -> None:
        self.leave()

    @work(group="leave", exclusive=True)
    async def leave(self) -> None:
        """Leave at once when nothing trains, or after asking what becomes of the run."""
        run, study = self.state.run, self.state.study
        if self.client is None or self.client.foreign or not (self.state.training or self.state.tuning):
            self.exit()
            return
        if study is not None and study.live:
            question = study_question(inert(study.study, 40), leaving=True)
        else:
            assert run is not None
            question = quit_question(inert(run.run), state_word(run.state), run.problem)
        answer = await self.push_screen_wait(question)
        if answer in ("stop", "force") and self.client is not None:
            try:
                async with asyncio.timeout(STOPPING):
                    await self.client.request(Stop(force=answer == "force"), CommandDone)
            except CommandRefused as error:
                self.notify(inert(str(error)), title="Not stopped", severity="error", markup=False)
                return
            except TimeoutError:
                pass  # it has the command, and needs no screen to carry it out
        if answer in ("stop", "force", "leave"):
            self.exit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if len(self.screen_stack) > 1 and action in {each.name for each in ACTIONS if each.scope == "app"}:
            return False  # a dialog is open
        busy = self.state.training or self.state.tuning
        if action == "train":
            return not busy and self.state.link == "live"
        job = self.state.study if self.state.tuning else self.state.run
        paused = job is not None and job.state == "paused"
        if action in ("pause", "continue"):
            return busy and self.state.link == "live" and paused is (action == "continue")
        if action == "stop":
            return busy and self.state.link == "live"
        if action == "resume":
            return not busy and self.state.link == "live" and self.resumable is not None
        if action == "download":
            sample = self.state.data is None or self.state.data.sample
            return self.downloading or (self.state.link == "live" and sample and not busy)
        if action == "reconnect":
            return self.state.link in ("lost", "foreign")
        return True

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield from (each for each in super().get_system_commands(screen) if each.title != "Quit")
        scope = {"TrainScreen": "train", "DigitsScreen": "digits", "RunsScreen": "runs", "SetupScreen": "setup",
                 "TuneScreen": "tune"}  # fmt: skip
        here = ("app", scope.get(type(screen).__name__, ""))
        for action in ACTIONS:
            if action.scope in here:
                owner = self if action.scope == "app" else screen
                yield SystemCommand(
                    action.help,
                    f"key {action.key_display or action.key}",
                    lambda owner=owner, name=action.name: self.call_later(self.run_action, name, owner),
                )

    def get_key_display(self, binding: Binding) -> str:
        """Name the Enter key: the sign for it is not in every font."""
        return "enter" if binding.key == "enter" else super().get_key_display(binding)


def take_signals(app: MnistApp) -> None:
    """Leave in order on SIGTERM, SIGHUP and SIGINT; Textual handles none of them.

    Whatever holds it up, the process then goes within LEAVING seconds.
    """
    if threading.current_thread() is not threading.main_thread():
        return

    def hurry(number: int, _: object) -> None:
        signal.signal(signal.SIGALRM, lambda *_: os._exit(128 + number))
        signal.setitimer(signal.ITIMER_REAL, LEAVING_NOTHING if is_gone(TERMINAL) else LEAVING)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, app.exit, None, 128 + number)
        # The loop's handler waits for the loop, which may itself wait for the terminal. This one does not.
        signal.signal(number, hurry)


def open_app(checkpoints: Path, data: str, notify: bool = True, coach: bool = True) -> int:
    """Run the app until it is left; return the exit status."""
    locale.setlocale(locale.LC_CTYPE, "")
    for exported in ("COLUMNS", "LINES"):  # believed before the terminal, which may have been resized since
        os.environ.pop(exported, None)
    app = MnistApp(checkpoints, data, notify=notify, coach=coach)
    app.run()
    signal.setitimer(signal.ITIMER_REAL, 0)  # it has been left in order
    return app.return_code or 0
