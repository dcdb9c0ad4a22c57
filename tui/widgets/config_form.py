"""The form of all hyperparameters, drawn from the fields of RunConfig."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig, Value
from engine.vocabulary.fields import FieldInfo
from tui.state.words.options import clean
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget

INPUT_AT, HINT_AT = 16, 36  # columns of a row
ROOM_FOR_HELP = 170  # columns of a screen in which no hint is cut


class FieldRow(CellWidget):
    """One field: label, input, and its help or what is wrong with it.

    All but the input is drawn by the row itself: of widgets there are as few as there can be, for each costs time.
    """

    COMPONENT_CLASSES = {"row--label", "row--locked", "row--hint", "row--wrong", "row--bad"}  # noqa: RUF012

    DEFAULT_CSS = f"""
    FieldRow {{
        height: 1;
        Input {{ width: {HINT_AT - 2 - INPUT_AT}; margin: 0 0 0 {INPUT_AT}; }}
        .row--label {{ color: $foreground; }}
        .row--locked {{ color: $text-disabled; }}
        .row--hint {{ color: $text-muted; }}
        .row--wrong {{ color: $text-error; }}
        .row--bad {{ color: $text-error; text-style: bold; }}
    }}
    """

    def __init__(self, field: FieldInfo, value: Value) -> None:
        super().__init__(id=f"row-{field.name}")
        self.field = field
        self.value: Value | None = value
        self.problem = ""
        self.locked = False
        self._initial = value

    def compose(self) -> ComposeResult:
        yield Input(in_words(self._initial), compact=True, select_on_focus=True, id=f"field-{self.field.name}")

    def draw(self, cells: Cells) -> None:
        wrong = self.problem.rpartition("; ")[2]  # the remedy; the whole sentence stands at the bottom
        cells.put(0, 0, self.field.label, "row--bad" if wrong else "row--locked" if self.locked else "row--label")
        hint = sanitize(wrong) or self.hint()
        room, dots = cells.width - HINT_AT, "..." if self.ascii else "…"
        hint = hint if len(hint) <= room else hint[: max(0, room - len(dots))] + dots
        cells.put(HINT_AT, 0, hint, "row--wrong" if wrong else "row--hint")

    @property
    def input(self) -> Input:
        return self.query_one(Input)

    def hint(self) -> str:
        """Return what can be given, and what it does."""
        if self.locked:
            return "needs a new run"
        if self.field.own:  # a hundred characters of names would hide all else
            entry = CATALOGUE.get(str(self.value))
            return f"F8 shows all. {entry.help if entry else 'Your own code: it runs with your rights.'}"
        bounds = "" if self.field.bounds == "text" else f"{self.field.bounds}. "
        return f"{bounds}{self.field.help}"

    def read(self) -> None:
        """Take what is in the input; show the reason at the field when it will not do."""
        try:
            self.value, self.problem = clean(self.field.name, self.field.parse(self.input.value)), ""
        except ConfigError as error:
            self.value, self.problem = None, str(error)
        self.redraw()


class ConfigForm(VerticalScroll):
    """All of RunConfig. While `steering`, only what may change during a run can be edited."""

    DEFAULT_CSS = """
    ConfigForm {
        padding: 0 1;
        .group { color: $text-primary; text-style: bold; margin: 1 0 0 0; }
        .group.first { margin: 0; }
    }
    """

    steering = reactive(False, init=False)
    """The form changes the run in progress."""

    @dataclass
    class Changed(Message):
        """The form was edited. `config` is None while a field is bad."""

        config: RunConfig | None
        problems: tuple[str, ...]

    class Left(Message):
        """Enter was pressed in a field: on to the next one."""

    def __init__(self, config: RunConfig) -> None:
        super().__init__(can_focus=False)
        self._initial = config

    def compose(self) -> ComposeResult:
        for i, (group, fields) in enumerate(groupby(FIELDS.values(), key=lambda field: field.group)):
            yield Static(group, markup=False, classes="group first" if i == 0 else "group")
            for field in fields:
                yield FieldRow(field, getattr(self._initial, field.name))

    @property
    def rows(self) -> Iterable[FieldRow]:
        return [child for child in self.children if isinstance(child, FieldRow)]  # a query would look at all below

    @property
    def config(self) -> RunConfig | None:
        """The config in the form, or None while a field is bad, or two do not go together."""
        return None if self.problems else self._values()

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with single fields; where nothing is, how they do not go together."""
        problems = tuple(row.problem for row in self.rows if row.problem)
        if problems:
            return problems
        try:
            self._values().check()
        except ConfigError as error:
            return (str(error),)
        return ()

    def _values(self) -> RunConfig:
        return RunConfig(**{row.field.name: row.value for row in self.rows})  # type: ignore[arg-type]

    def fill(self, config: RunConfig) -> None:
        """Put a config into the inputs."""
        for row in self.rows:
            with row.input.prevent(Input.Changed):
                row.input.value = in_words(getattr(config, row.field.name))
            row.read()
        self.post_message(self.Changed(self.config, self.problems))

    def value(self, name: str) -> Value:
        """What is in a field, or its default while that is bad."""
        value = self.query_one(f"#row-{name}", FieldRow).value
        return FIELDS[name].default if value is None else value

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Put values into some of the fields."""
        for name, value in values.items():
            self.query_one(f"#field-{name}", Input).value = in_words(value)

    def action_scroll_up(self) -> None:
        raise SkipAction  # the key goes to the field before; what has the focus is scrolled to

    def action_scroll_down(self) -> None:
        raise SkipAction

    def focus_problem(self) -> None:
        """Go to the first bad field."""
        for row in self.rows:
            if row.problem:
                row.input.focus()
                return

    def watch_steering(self) -> None:
        for row in self.rows:
            row.input.disabled = row.locked = self.steering and not row.field.live
            row.read()

    @on(Input.Changed)
    def read_field(self, event: Input.Changed) -> None:
        event.stop()
        row = event.input.parent
        assert isinstance(row, FieldRow)
        row.read()
        self.post_message(self.Changed(self.config, self.problems))

    @on(Input.Submitted)
    def leave_field(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left())


def in_words(value: Value) -> str:
    """Return a value as one would type it."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)
