"""A screen with the form of all hyperparameters: what others fill in, what is wrong with it, and its fields."""

from collections.abc import Mapping

from textual import on
from textual.widgets import Input, Static

from engine.storage.preset_file import MACHINE
from engine.vocabulary.config import ConfigError, RunConfig, Value
from engine.vocabulary.presets import Preset
from tui.screens.base import StateScreen
from tui.screens.choice import open_list
from tui.state.state import State
from tui.state.words.networks import NETWORK, network_of
from tui.state.words.values import format_values
from tui.terminal.sanitize import sanitize
from tui.widgets.choice_input import ChoiceInput
from tui.widgets.config_form import ConfigForm
from tui.widgets.field_row import FieldRow

ROOM_FOR_HELP = 330  # columns of a screen in which no hint is cut


class FormScreen(StateScreen):
    """Has a ConfigForm; below it #help of the field in focus, and #command, which also says what is wrong."""

    AUTO_FOCUS = ""  # digits go to screens until somebody enters a field

    DEFAULT_CSS = """
    FormScreen {
        #help { height: 2; padding: 0 1; display: none; }
        #command { height: auto; max-height: 3; padding: 0 1; color: $text-muted; background: $surface; }
        #command.bad { color: $text-error; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._state = State()

    def fill(self, config: RunConfig) -> None:
        """Fill the form with the config of the next run."""
        if self.is_mounted:
            self.set_focus(None)  # what is typed next is for the screen
            self.query_one(ConfigForm).fill(config)

    @property
    def network(self) -> RunConfig:
        """The network of the form, whatever else is in it."""
        form = self.query_one(ConfigForm)
        return network_of(RunConfig(**{name: form.value(name) for name in NETWORK}))  # type: ignore[arg-type]

    def fill_network(self, taken: RunConfig | Preset) -> None:
        """Put a network into the form, or with it all that its recipe says."""
        if isinstance(taken, Preset):
            self.fill_preset(taken.changes)
        else:
            self.query_one(ConfigForm).set_values({name: getattr(taken, name) for name in NETWORK})

    def fill_preset(self, changes: Mapping[str, Value]) -> None:
        """Fill in a preset; what is about the machine stays as it is in the form."""
        self.set_focus(None)  # the text that was selected is gone
        form = self.query_one(ConfigForm)
        kept = {row.field.name: row.value for row in form.rows if row.field.name in MACHINE and row.value is not None}
        try:
            form.fill(RunConfig().replace({**changes, **kept}))
        except ConfigError as error:  # the two do not go together
            self.complain(str(error), "Nothing was filled in")
        else:
            others = f"{format_values(changes)}, otherwise the defaults" if changes else "the defaults"
            self.notify(f"Filled in: {sanitize(others, longest=500)}.", markup=False)

    def fill_rate(self, rate: float) -> None:
        """Put a learning rate into the form."""
        self.query_one("#field-lr", Input).value = f"{rate:g}"

    def checked(self, wish: str) -> RunConfig | None:
        """Return the config of the form, or None after saying what is wrong with it."""
        form = self.query_one(ConfigForm)
        config = form.config
        if config is None:
            form.focus_problem()
            self.complain(form.problems[0], f"Nothing was {wish}")
        return config

    def show_refusal(self, problem: str) -> None:
        """Keep saying why the engine refused the form, until it is edited."""
        command = self.query_one("#command", Static)
        command.add_class("bad")
        command.update(sanitize(problem, longest=500))

    def complain(self, problem: str, title: str) -> None:
        """Say what is wrong with the form, or with what was to be done with it."""
        self.app.clear_notifications()  # at 80 columns one hides enough
        self.notify(sanitize(problem), title=title, severity="error", markup=False)

    @on(ConfigForm.ListWanted)
    def show_list(self, event: ConfigForm.ListWanted) -> None:
        """Open the list of choices below its field; the one that is chosen leads on to the next field."""
        open_list(self, event.row.field, event.input, self.action_next_field)

    def on_descendant_focus(self) -> None:
        self.show_help()

    def on_descendant_blur(self) -> None:
        self.show_help()

    def show_help(self) -> None:
        """Show the whole help of the field in focus, where its row is too narrow for it."""
        row = self.focused.parent if self.focused is not None else None
        helping = isinstance(row, FieldRow) and (self.size.width < ROOM_FOR_HELP or row.has_class("-wide"))
        help = self.query_one("#help", Static)
        help.display = helping  # the same for all fields of a screen: the form does not move from one to the next
        if isinstance(row, FieldRow):
            what = " Enter opens the list." if isinstance(self.focused, ChoiceInput) else ""
            help.update(f"{row.field.label}: {sanitize(row.hint())}{what}")

    @on(ConfigForm.Left)
    def action_next_field(self) -> None:
        self._move(1)

    def action_previous_field(self) -> None:
        self._move(-1)

    def _move(self, step: int) -> None:
        """Go to another field of the same column, at once: what is typed next belongs there."""
        now = self.focused is not None and self.focused.has_class("now")
        inputs = (widget for widget in self.focus_chain if isinstance(widget, Input))
        fields = [widget for widget in inputs if widget.has_class("now") == now]
        at = fields.index(self.focused) + step if self.focused in fields else min(step, 0)
        self.set_focus(fields[at % len(fields)])
