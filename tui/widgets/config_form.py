"""The form of all hyperparameters, drawn from the fields of RunConfig."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from engine.catalogue import CATALOGUE
from engine.config import FIELDS, ConfigError, RunConfig, Value
from engine.fields import FieldInfo
from tui.inert import inert
from tui.options import clean


class FieldRow(Horizontal):
    """One field: label, input, and its help or what is wrong with it."""

    DEFAULT_CSS = """
    FieldRow {
        height: 1;
        .label { width: 16; color: $foreground; }
        Input { width: 18; margin: 0 2 0 0; }
        .hint { width: 1fr; color: $text-muted; }
        &.bad .hint { color: $text-error; }
        &.bad .label { color: $text-error; text-style: bold; }
        &.locked .label { color: $text-disabled; }
    }
    """

    def __init__(self, field: FieldInfo, value: Value) -> None:
        super().__init__(id=f"row-{field.name}")
        self.field = field
        self.value: Value | None = value
        self.problem = ""
        self._initial = value

    def compose(self) -> ComposeResult:
        yield Static(self.field.label, markup=False, classes="label")
        yield Input(in_words(self._initial), compact=True, select_on_focus=True, id=f"field-{self.field.name}")
        yield Static(self.hint(), markup=False, classes="hint")

    @property
    def input(self) -> Input:
        return self.query_one(Input)

    def hint(self, locked: bool = False) -> str:
        if locked:
            return "needs a new run"
        if self.field.own:  # a hundred characters of names would hide all else
            entry = CATALOGUE.get(str(self.value))
            return f"f8 shows all. {entry.help if entry else 'Your own code: it runs with your rights.'}"
        bounds = "" if self.field.bounds == "text" else f"{self.field.bounds}. "
        return f"{bounds}{self.field.help}"

    def read(self, locked: bool) -> None:
        """Take what is in the input; show the reason at the field when it will not do."""
        try:
            self.value, self.problem = clean(self.field.name, self.field.parse(self.input.value)), ""
        except ConfigError as error:
            self.value, self.problem = None, str(error)
        self.set_class(bool(self.problem), "bad")
        wrong = self.problem.rpartition("; ")[2]  # the remedy; the whole sentence stands at the bottom
        self.query_one(".hint", Static).update(inert(wrong) or self.hint(locked))


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
    """The form changes a run in progress."""

    @dataclass
    class Changed(Message):
        """The form was edited. `config` is None while a field is bad."""

        config: RunConfig | None
        problems: tuple[str, ...]

    class Submitted(Message):
        """Enter was pressed in a field."""

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
            row.read(self._locked(row))
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
            locked = self._locked(row)
            row.input.disabled = locked
            row.set_class(locked, "locked")
            row.read(locked)

    def _locked(self, row: FieldRow) -> bool:
        return self.steering and not row.field.live

    @on(Input.Changed)
    def read_field(self, event: Input.Changed) -> None:
        event.stop()
        row = event.input.parent
        assert isinstance(row, FieldRow)
        row.read(self._locked(row))
        self.post_message(self.Changed(self.config, self.problems))

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted())


def in_words(value: Value) -> str:
    """Return a value as one would type it."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)
