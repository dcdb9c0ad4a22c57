"""The setup screen: the form of the next run, and beside it what can change in the run in progress."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize, ScreenResume
from textual.widgets import Button, Static

from engine.vocabulary.config import ConfigError, RunConfig
from tui.screens.base import TALL
from tui.screens.form import FormScreen
from tui.screens.setup_messages import SetupMessages
from tui.state.actions.lookup import bindings
from tui.state.state import State
from tui.state.words.options import command_line
from tui.state.words.runs import fork_words, short_run_name
from tui.terminal.sanitize import sanitize
from tui.widgets.config_form import LINES, LINES_BESIDE, ConfigForm
from tui.widgets.network_line import NetworkLine
from tui.widgets.preview import Preview

ROOMY = 36  # rows of a screen that has room for the preview
BESIDE = 160  # columns that have room for the groups of the form in two columns
OTHERS = 8  # rows of all but form and preview: bars, headline, help, network, command


class SetupScreen(SetupMessages, FormScreen):
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

    def __init__(self) -> None:
        super().__init__()
        self._headline: tuple[str, bool] | None = None
        self._preview: bool | None = None  # None: where there is room

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield Static("", markup=False, id="headline")
            yield Button("Presets", compact=True, id="presets")
            yield Button("Steer", compact=True, variant="warning", id="steer")
            yield Button("Train", compact=True, variant="primary", id="submit")
        size = self.app.size  # classes cost nothing as long as there is nothing to style
        form = ConfigForm(self.app_state.next_config)
        form.set_class(size.width >= BESIDE, "-beside")
        self.set_class(size.height >= ROOMY, "-preview")
        yield form
        yield Preview()
        yield Static("", markup=False, id="help")
        yield NetworkLine()
        yield Static("", markup=False, id="command")

    def on_mount(self) -> None:
        self._show_command(self.app_state.next_config)
        self._want_preview()

    def on_screen_resume(self, event: ScreenResume) -> None:
        if self._styles_when_left is not None:  # it was elsewhere meanwhile
            self.query_one(NetworkLine).ask_again()

    def on_resize(self, event: Resize) -> None:
        beside = event.size.width >= BESIDE
        self.query_one(ConfigForm).set_class(beside, "-beside")
        left = event.size.height - OTHERS - (LINES_BESIDE if beside else LINES)
        self.query_one(Preview).room = left if event.size.height >= TALL else 0
        self._show_preview(self._preview if self._preview is not None else event.size.height >= ROOMY)
        self.call_after_refresh(self.show_help)

    def _show_preview(self, shown: bool) -> None:
        if shown != self.has_class("-preview"):
            self.set_class(shown, "-preview")
            self._want_preview()

    def _want_preview(self) -> None:
        """Have the preview follow the form while it is seen; where that is wrong, it shows what was right before."""
        if self.has_class("-preview"):
            config = self.query_one(ConfigForm).config or self.app_state.next_config
            self.query_one(Preview).follow(config, self._state)

    def show_body(self, state: State) -> None:
        before, self._state = self._state, state
        preview = self.query_one(Preview)
        preview.show_digits(state.augmented)
        if (state.data, state.runs, state.networks) != (before.data, before.runs, before.networks):
            self._want_preview()
        self._show_network()
        run = state.run if state.training else None
        self.query_one(ConfigForm).show_run(run.run if run else "", run.config if run else None)
        self._show_headline(state)
        if state.next_fork != before.next_fork:
            self._show_command(state.next_config)

    def _show_headline(self, state: State) -> None:
        data, name = state.data, self._run_name
        images = ""
        if data is not None and not state.data_problem:
            images = " on the sample" if data.sample else f" on {data.train:,} images"
        headline = f"{name} trains; beside it the next run{images}" if name else f"A new run{images}; F5 trains"
        if state.edited is not None and any(run.id == state.edited.id for run in state.queue):
            headline = "A waiting run; F5 puts it back into the queue"
        elif state.next_fork:
            headline = f"A {fork_words(state.next_fork)},{images}; F5 {'queues it' if name else 'trains'}"
        steers = self.query_one(ConfigForm).steers
        if (headline, steers) == self._headline:
            return  # nothing of the screen changes with each step
        self._headline = (headline, steers)
        self.query_one("#steer").display = bool(name)
        self.query_one("#steer", Button).label = f"Steer {name}"
        self.query_one("#submit", Button).label = "Queue next" if name else "Train"
        self.query_one("#headline", Static).update(headline)
        self.refresh_bindings()

    @property
    def _run_name(self) -> str:
        """What the run in progress is called, "" where there is none."""
        run = self._state.run
        return short_run_name(run.run) if run is not None and self._state.training else ""

    def _show_network(self) -> None:
        self.query_one(NetworkLine).show(self.network, self._state)

    def action_network(self) -> None:
        self.post_message(self.NetworkOpened(self.network))

    @on(ConfigForm.Changed)
    def changed(self, event: ConfigForm.Changed) -> None:
        self._show_network()
        self._show_headline(self._state)
        self.show_help()
        self.query_one("#command").set_class(event.config is None, "bad")
        if event.config is None:
            self.query_one("#command", Static).update(sanitize(event.problems[0]))
            return
        self._show_command(event.config)
        self._want_preview()
        if event.config != self.app_state.next_config:
            self.post_message(self.Edited(event.config))

    def _show_command(self, config: RunConfig) -> None:
        fork = f" --fork {self._state.next_fork}" if self._state.next_fork else ""
        self.query_one("#command", Static).update(sanitize(f"$ {command_line(config)}{fork}", longest=5000))

    def action_submit(self) -> None:
        """Steer the run in progress where that is what was typed, or being typed; otherwise begin the next one."""
        now = self.focused is not None and self.focused.has_class("now")
        if self._run_name and (now or self.query_one(ConfigForm).steers):
            self.action_steer()
        else:
            self.start_next()

    @on(Button.Pressed, "#submit")
    def start_next(self) -> None:
        """Begin a run with the form, or have it wait for the one in progress."""
        if config := self.checked("started"):
            self.post_message(self.Chosen(config))

    @on(Button.Pressed, "#steer")
    def action_steer(self) -> None:
        form = self.query_one(ConfigForm)
        try:
            changes = form.steering
        except ConfigError as error:
            form.focus_problem()
            self.complain(str(error), "Nothing was applied")
            return
        if changes:
            self.post_message(self.SteeringChosen(changes))
        else:
            self.notify(f"Nothing has changed; these are the values of {self._run_name}.", markup=False)

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
        """Return what f5 and s do now, and to what."""
        name = self._run_name
        if action == "submit" and name:
            now = self.focused is not None and self.focused.has_class("now")
            return f"steer {name}" if now or self.query_one(ConfigForm).steers else "queue next"
        return f"steer {name}" if action == "steer" else label

    def on_descendant_focus(self) -> None:
        super().on_descendant_focus()
        if self._run_name:
            self.refresh_bindings()  # f5 is for the column in focus

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "find_rate":
            return not self._state.training or (self._state.run is not None and self._state.run.state == "paused")
        return action != "steer" or (bool(self._run_name) and self.query_one(ConfigForm).steers)
