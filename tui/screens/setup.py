"""The setup screen: the form of a new run, or of what can change in the run in progress."""

from dataclasses import dataclass

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize, ScreenResume
from textual.message import Message
from textual.widgets import Button, Static

from engine.vocabulary.config import FIELDS, RunConfig, Value
from tui.screens.base import TALL
from tui.screens.form import FormScreen
from tui.state.actions import bindings
from tui.state.store import State
from tui.state.words.options import command_line
from tui.state.words.values import format_values
from tui.terminal.sanitize import sanitize
from tui.widgets.config_form import ConfigForm
from tui.widgets.network_line import NetworkLine
from tui.widgets.preview import Preview

ROOMY = 36  # rows of a screen that has room for the preview
ONE_ROW = 170  # columns that have room for all digits of the preview side by side, and the chart


class SetupScreen(FormScreen):
    """The form, the same run as a command to copy, and two buttons: presets, and train."""

    BINDINGS = bindings("setup")

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

    class PresetListWanted(Message):
        """Choose one of the presets, to fill it in."""

    @dataclass
    class PresetWanted(Message):
        """Save this config under a name that is asked for."""

        config: RunConfig

    @dataclass
    class RateWanted(Message):
        """Look for a learning rate for this config, or for the paused run."""

        config: RunConfig

    class Left(Message):
        """Back to the charts."""

    def __init__(self) -> None:
        super().__init__()
        self._headline = ""
        self._preview: bool | None = None  # None: where there is room

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield Static("", markup=False, id="headline")
            yield Button("Presets", compact=True, id="presets")
            yield Button("Train", compact=True, variant="primary", id="submit")
        yield ConfigForm(self.app_state.next_config)
        yield Preview()
        yield Static("", markup=False, id="help")
        yield NetworkLine()
        yield Static("", markup=False, id="command")

    def on_mount(self) -> None:
        self._show_command(self.app_state.next_config)

    def on_screen_resume(self, event: ScreenResume) -> None:
        super().on_screen_resume(event)
        if self._styles_when_left is not None:  # it was elsewhere meanwhile
            self.query_one(NetworkLine).ask_again()

    def on_resize(self, event: Resize) -> None:
        self.query_one(Preview).set_class(event.size.width >= ONE_ROW, "-one-row")
        self.query_one(Preview).set_class(event.size.height < TALL, "-half")
        self._show_preview(self._preview if self._preview is not None else event.size.height >= ROOMY)
        self.show_help()

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
            headline = f"Changing {sanitize(state.run.run)} while it trains; F5 applies the changes"
        else:
            data = state.data
            images = ""
            if data is not None and not state.data_problem:
                images = " on the sample" if data.sample else f" on {data.train:,} images"
            headline = f"A new run{images}; F5 trains"
            if before.training:
                form.fill(state.next_config)  # no longer that of the run which has ended
        if headline == self._headline:
            return  # nothing of the screen changes with each step
        self._headline = headline
        form.steering = state.training
        self.query_one("#presets").display = not state.training
        self.query_one("#submit", Button).label = "Apply" if state.training else "Train"
        self.query_one("#headline", Static).update(headline)

    def _show_network(self) -> None:
        self.query_one(NetworkLine).show(self.network, self._state)

    def action_network(self) -> None:
        self.post_message(self.NetworkOpened(self.network))

    @on(ConfigForm.Changed)
    def changed(self, event: ConfigForm.Changed) -> None:
        self._show_network()
        self.show_help()
        if event.config is None:
            self.query_one("#command", Static).update(sanitize(event.problems[0]))
            return
        self._show_command(event.config)
        self._want_preview()
        if not self._state.training:
            self.post_message(self.Edited(event.config))

    def _show_command(self, config: RunConfig) -> None:
        run = self._state.run
        steered = run.began if run is not None and run.live else {}
        began = (
            f"   # this run started with {format_values(steered)}; no single command trains it again" if steered else ""
        )
        if self._state.training:  # a run has the precision that auto became
            config = msgspec.structs.replace(config, precision=self._state.next_config.precision)
        self.query_one("#command", Static).update(sanitize(f"$ {command_line(config)}{began}", longest=5000))

    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        config = self.checked("applied" if self._state.training else "started")
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

    @on(Button.Pressed, "#presets")
    def action_preset(self) -> None:
        self.post_message(self.PresetListWanted())

    def action_save_preset(self) -> None:
        if config := self.checked("saved"):
            self.post_message(self.PresetWanted(config))

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
