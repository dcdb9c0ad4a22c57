"""The setup screen: the form of a new run, or of what can change in the run in progress."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize, ScreenResume
from textual.message import Message
from textual.widgets import Button, Input, Static

from engine.storage.preset_file import MACHINE
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig, Value
from engine.vocabulary.presets import Preset
from tui.screens.base import TALL, StateScreen
from tui.screens.presets import chosen_preset, saved_as_preset
from tui.state.actions import bindings
from tui.state.store import State
from tui.state.words.events import brief
from tui.state.words.networks import NETWORK, network_of
from tui.state.words.options import command_line
from tui.terminal.sanitize import inert
from tui.widgets.config_form import ROOM_FOR_HELP, ConfigForm, FieldRow
from tui.widgets.network_line import NetworkLine
from tui.widgets.preview import Preview

ROOMY = 36  # rows of a screen that has room for the preview
ONE_ROW = 170  # columns that have room for all digits of the preview side by side, and the chart


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
        Preview { display: none; }
        &.-preview Preview { display: block; }
        &.-short.-preview NetworkLine { display: none; }
        overflow: hidden;
        #help { height: 2; padding: 0 1; display: none; }
        &.-helping #help { display: block; }
        #command { height: auto; max-height: 3; padding: 0 1; color: $text-muted; background: $surface; }
    }
    """

    @dataclass
    class Chosen(Message):
        """Start a run with this config."""

        config: RunConfig

    @dataclass
    class NetworkOpened(Message):
        """Show the layers of this config's network."""

        config: RunConfig

    @dataclass
    class SteeringChosen(Message):
        """Change these hyperparameters of the run in progress."""

        changes: dict[str, Value]

    @dataclass
    class Edited(Message):
        """The config of the next run is now this one."""

        config: RunConfig

    @dataclass
    class RateWanted(Message):
        """Look for a learning rate for this config, or for the paused run."""

        config: RunConfig

    class Left(Message):
        """Back to the charts."""

    def __init__(self, config: RunConfig, checkpoints: Path) -> None:
        super().__init__()
        self._next = config  # the config of the next run
        self._checkpoints = checkpoints
        self._state = State()
        self._headline = ""
        self._preview: bool | None = None  # None: where there is room

    def offer(self, config: RunConfig) -> None:
        """Fill the form with the config of the next run."""
        self._next = config
        if self.is_mounted:
            self.set_focus(None)  # what is typed next is for the screen
            self.query_one(ConfigForm).fill(config)

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield Static("", markup=False, id="headline")
            yield Button("Presets", compact=True, id="presets")
            yield Button("Train", compact=True, variant="primary", id="submit")
        yield ConfigForm(self._next)
        yield Preview()
        yield Static("", markup=False, id="help")
        yield NetworkLine()
        yield Static("", markup=False, id="command")

    def on_mount(self) -> None:
        self._show_command(self._next)

    def on_screen_resume(self, event: ScreenResume) -> None:
        super().on_screen_resume(event)
        if self._left_with is not None:  # it was elsewhere meanwhile
            self.query_one(NetworkLine).ask_again()

    def on_resize(self, event: Resize) -> None:
        self.query_one(Preview).set_class(event.size.width >= ONE_ROW, "-one-row")
        self.query_one(Preview).set_class(event.size.height < TALL, "-half")
        self._show_preview(self._preview if self._preview is not None else event.size.height >= ROOMY)
        self._show_help()

    def _show_preview(self, shown: bool) -> None:
        if shown != self.has_class("-preview"):
            self.set_class(shown, "-preview")
            self._want_preview()

    def _want_preview(self) -> None:
        """Have the preview follow the form, while it is seen and the form is right."""
        config = self.query_one(ConfigForm).config
        if config is not None and self.has_class("-preview"):
            self.query_one(Preview).follow(config, self._state)

    def show_body(self, state: State) -> None:
        before, self._state = self._state, state
        self.query_one(Preview).show_digits(state.augmented)
        if state.data != before.data:
            self._want_preview()
        form = self.query_one(ConfigForm)
        self._show_network()
        if state.run is not None and state.training:
            started = before.run is None or not before.training or before.run.run != state.run.run
            if started or (before.run is not None and before.run.config != state.run.config):
                form.fill(state.run.config)
            headline = f"Changing {inert(state.run.run)} while it trains; F5 applies the changes"
        else:
            data = state.data
            images = ""
            if data is not None and not state.data_problem:
                images = " on the sample" if data.sample else f" on {data.train:,} images"
            headline = f"A new run{images}; F5 trains"
            if before.training:
                form.fill(self._next)  # no longer that of the run which has ended
        if headline == self._headline:
            return  # nothing of the screen changes with each step
        self._headline = headline
        form.steering = state.training
        self.query_one("#presets").display = not state.training
        self.query_one("#submit", Button).label = "Apply" if state.training else "Train"
        self.query_one("#headline", Static).update(headline)

    def _network(self) -> RunConfig:
        """The network of the form, whatever else is in it."""
        form = self.query_one(ConfigForm)
        return network_of(RunConfig(**{name: form.value(name) for name in NETWORK}))  # type: ignore[arg-type]

    def _show_network(self) -> None:
        self.query_one(NetworkLine).show(self._network(), self._state)

    def on_descendant_focus(self) -> None:
        self._show_help()

    def on_descendant_blur(self) -> None:
        self._show_help()

    def _show_help(self) -> None:
        """Show the whole help of the field in focus, where rows are too narrow for it."""
        row = self.focused.parent if self.focused is not None else None
        helping = isinstance(row, FieldRow) and self.size.width < ROOM_FOR_HELP
        self.set_class(helping, "-helping")
        if helping and isinstance(row, FieldRow):
            self.query_one("#help", Static).update(f"{row.field.label}: {inert(row.hint())}")

    def action_network(self) -> None:
        self.post_message(self.NetworkOpened(self._network()))

    def take_network(self, taken: RunConfig | Preset) -> None:
        """Put a network into the form, or with it all that its recipe says."""
        if self._state.training:
            return
        if isinstance(taken, Preset):
            self._fill_preset(taken.changes)
        else:
            self.query_one(ConfigForm).set_values({name: getattr(taken, name) for name in NETWORK})

    @on(ConfigForm.Changed)
    def changed(self, event: ConfigForm.Changed) -> None:
        self._show_network()
        self._show_help()
        if event.config is None:
            self.query_one("#command", Static).update(inert(event.problems[0]))
            return
        self._show_command(event.config)
        self._want_preview()
        if not self._state.training:
            self._next = event.config
            self.post_message(self.Edited(event.config))

    def _show_command(self, config: RunConfig) -> None:
        run = self._state.run
        steered = run.began if run is not None and run.live else {}
        began = f"   # this run started with {brief(steered)}; no single command trains it again" if steered else ""
        if self._state.training:  # a run has the precision that auto became
            config = msgspec.structs.replace(config, precision=self._next.precision)
        self.query_one("#command", Static).update(inert(f"$ {command_line(config)}{began}", longest=5000))

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
            self.notify("Nothing has changed; these are the values of the run in progress.", markup=False)

    def _checked(self, wish: str) -> RunConfig | None:
        """Return the config of the form, or None after saying what is wrong with it."""
        form = self.query_one(ConfigForm)
        config = form.config
        if config is None:
            form.focus_problem()
            self._complain(form.problems[0], f"Nothing was {wish}")
        return config

    def keep(self, problem: str) -> None:
        """Keep saying why the engine refused the form, until it is edited."""
        self.query_one("#command", Static).update(inert(problem, longest=500))

    def _complain(self, problem: str, title: str) -> None:
        self.app.clear_notifications()  # at 80 columns one hides enough
        self.notify(inert(problem), title=title, severity="error", markup=False)

    @on(Button.Pressed, "#presets")
    def show_presets(self) -> None:
        self.action_preset()

    @work(group="presets", exclusive=True)
    async def action_preset(self) -> None:
        """Fill in one of the presets; what is about the machine stays as it is in the form."""
        chosen = await chosen_preset(self, self._checkpoints)
        if chosen is not None:
            self._fill_preset(chosen.changes)

    def _fill_preset(self, changes: Mapping[str, Value]) -> None:
        self.set_focus(None)  # the text that was selected is gone
        form = self.query_one(ConfigForm)
        kept = {row.field.name: row.value for row in form.rows if row.field.name in MACHINE and row.value is not None}
        try:
            form.fill(RunConfig().replace({**changes, **kept}))
        except ConfigError as error:  # the two do not go together
            self._complain(str(error), "Nothing was filled in")
        else:
            others = f"{brief(changes)}, otherwise the defaults" if changes else "the defaults"
            self.notify(f"Filled in: {inert(others, longest=500)}.", markup=False)

    @work(group="presets", exclusive=True)
    async def action_save_preset(self) -> None:
        """Save the form under a name."""
        config = self._checked("saved")
        if config is None:
            return
        try:
            name = await saved_as_preset(self, self._checkpoints, config)
        except ConfigError as error:
            self._complain(str(error), "Nothing was saved")
        else:
            if name:
                self.notify(f"Saved. `mnist-tui train --preset {name}` trains with it too.", markup=False)

    def action_preview(self) -> None:
        self._preview = not self.has_class("-preview")
        self._show_preview(self._preview)

    def action_another_digit(self) -> None:
        self.query_one(Preview).another_digit()
        self._want_preview()

    def action_find_rate(self) -> None:
        config = self.query_one(ConfigForm).config
        if config is None:
            self.action_submit()  # says what is wrong
        else:
            self.post_message(self.RateWanted(config))

    def adopt_rate(self, rate: float) -> None:
        """Put a learning rate into the form."""
        self.query_one("#field-lr", Input).value = f"{rate:g}"

    @on(ConfigForm.Left)
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

    def key_label(self, action: str, label: str) -> str:
        """Return what f5 does now."""
        return "apply" if action == "submit" and self._state.training else label

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "find_rate":
            return not self._state.training or (self._state.run is not None and self._state.run.state == "paused")
        return not (action == "preset" and self._state.training)
