"""The setup screen: the form of a new run, and the wheel of the run in progress."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Button, Input, Static

from engine.config import FIELDS, ConfigError, RunConfig, Value
from engine.preset_file import MACHINE, without_machine
from engine.presets import PresetExists, list_presets, save_preset
from tui.actions import bindings
from tui.inert import inert
from tui.options import command_line
from tui.screens.base import StateScreen
from tui.screens.dialogs import replace_question
from tui.screens.presets import PresetChoice, PresetName
from tui.store import State
from tui.widgets.config_form import ConfigForm


class SetupScreen(StateScreen):
    """The form, the same run as a command to copy, and two buttons: presets, and train."""

    BINDINGS = bindings("setup")
    AUTO_FOCUS = ""  # digits go to screens until somebody enters a field

    DEFAULT_CSS = """
    SetupScreen {
        #top { height: 1; padding: 0 1; }
        #top Static { width: 1fr; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        #top Button { margin: 0 0 0 1; min-width: 0; }
        ConfigForm { height: 1fr; }
        #command { height: auto; max-height: 3; padding: 0 1; color: $text-muted; background: $surface; }
    }
    """

    @dataclass
    class Chosen(Message):
        """Start a run with this config."""

        config: RunConfig

    @dataclass
    class SteeringChosen(Message):
        """Change these hyperparameters of the run in progress."""

        changes: dict[str, Value]

    @dataclass
    class Edited(Message):
        """The config of the next run is now this one."""

        config: RunConfig

    class Left(Message):
        """Back to the charts."""

    def __init__(self, config: RunConfig, checkpoints: Path) -> None:
        super().__init__()
        self._initial = config
        self._checkpoints = checkpoints
        self._state = State()
        self._headline = ""

    def offer(self, config: RunConfig) -> None:
        """Fill the form with the config of the next run."""
        self._initial = config
        if self.is_mounted:
            self.query_one(ConfigForm).fill(config)

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield Static("", markup=False, id="headline")
            yield Button("Presets", compact=True, id="presets")
            yield Button("Train", compact=True, variant="primary", id="submit")
        yield ConfigForm(self._initial)
        yield Static("", markup=False, id="command")

    def on_mount(self) -> None:
        self._show_command(self._initial)

    def show_body(self, state: State) -> None:
        before, self._state = self._state, state
        form = self.query_one(ConfigForm)
        if state.run is not None and state.training:
            started = before.run is None or not before.training or before.run.run != state.run.run
            if started or (before.run is not None and before.run.config != state.run.config):
                form.fill(state.run.config)
            headline = f"Steering {inert(state.run.run)}: down goes to the fields, Enter applies"
        else:
            headline = "A new run: down goes to the fields, Enter trains"
        if headline == self._headline:
            return  # nothing of the screen changes with each step
        self._headline = headline
        form.steering = state.training
        self.query_one("#presets").display = not state.training
        self.query_one("#submit", Button).label = "Apply" if state.training else "Train"
        self.query_one("#headline", Static).update(headline)

    @on(ConfigForm.Changed)
    def changed(self, event: ConfigForm.Changed) -> None:
        if event.config is None:
            self.query_one("#command", Static).update(inert(event.problems[0]))
            return
        self._show_command(event.config)
        if not self._state.training:
            self.post_message(self.Edited(event.config))

    def _show_command(self, config: RunConfig) -> None:
        self.query_one("#command", Static).update(inert(f"$ {command_line(config)}", longest=5000))

    @on(ConfigForm.Submitted)
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        config = self._checked("applied" if self._state.training else "started")
        if config is None:
            return
        run = self._state.run
        if run is None or not self._state.training:
            self.post_message(self.Chosen(config))
            return
        old, new = msgspec.structs.asdict(run.config), msgspec.structs.asdict(config)
        changes = {name: new[name] for name in FIELDS if FIELDS[name].live and new[name] != old[name]}
        if changes:
            self.post_message(self.SteeringChosen(changes))
        else:
            self.notify("Nothing is different from the run in progress.", markup=False)

    def _checked(self, wish: str) -> RunConfig | None:
        """Return the config of the form, or None after saying what is wrong with it."""
        form = self.query_one(ConfigForm)
        config = form.config
        if config is None:
            form.focus_problem()
            self._complain(form.problems[0], f"Nothing was {wish}")
        return config

    def _complain(self, problem: str, title: str) -> None:
        self.notify(inert(problem), title=title, severity="error", markup=False)

    # ----------------------------------------------------------------- presets

    @on(Button.Pressed, "#presets")
    def show_presets(self) -> None:
        self.action_preset()

    @work(group="presets", exclusive=True)
    async def action_preset(self) -> None:
        """Fill in one of the presets; what is about the machine stays as it is in the form."""
        presets = await asyncio.to_thread(list_presets, self._checkpoints)
        if not self.is_current or (chosen := await self.app.push_screen_wait(PresetChoice(presets))) is None:
            return
        self.set_focus(None)  # the text that was selected is gone
        form = self.query_one(ConfigForm)
        kept = {row.field.name: row.value for row in form.rows if row.field.name in MACHINE and row.value is not None}
        form.fill(RunConfig().replace({**chosen.changes, **kept}))

    @work(group="presets", exclusive=True)
    async def action_save_preset(self) -> None:
        """Save the form under a name, after asking for it, and before writing over another."""
        config = self._checked("saved")
        if config is None:
            return
        changes = without_machine(config.differences())
        if (name := await self.app.push_screen_wait(PresetName(changes))) is None:
            return
        try:
            try:
                await asyncio.to_thread(save_preset, self._checkpoints, name, changes)
            except PresetExists:
                if await self.app.push_screen_wait(replace_question(name)) != "replace":
                    return
                await asyncio.to_thread(save_preset, self._checkpoints, name, changes, replace=True)
        except ConfigError as error:
            self._complain(str(error), "Nothing was saved")
        else:
            self.notify(f"Saved. `mnist-tui train --preset {name}` trains with it too.", markup=False)

    def action_next_field(self) -> None:
        self._move(1)

    def action_previous_field(self) -> None:
        self._move(-1)

    def _move(self, step: int) -> None:
        """Go to another field, at once: what is typed next belongs there."""
        fields = [widget for widget in self.focus_chain if isinstance(widget, Input)]
        at = fields.index(self.focused) + step if self.focused in fields else min(step, 0)
        self.set_focus(fields[at % len(fields)])

    def action_leave(self) -> None:
        if self.focused is not None:
            self.set_focus(None)
        else:
            self.post_message(self.Left())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not (action == "preset" and self._state.training)
