"""The form of all hyperparameters, drawn from the fields of RunConfig."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

import msgspec
from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from engine.vocabulary.config import FIELDS, ConfigError, RunConfig, Value
from engine.vocabulary.fields import FieldInfo, unused
from tui.state.words.runs import short_run_name
from tui.widgets.choice_input import ChoiceInput
from tui.widgets.field_row import INPUT_AT, NOW_COLUMN, FieldRow, in_words

GROUPS = {group: list(fields) for group, fields in groupby(FIELDS.values(), key=lambda field: field.group)}
BETWEEN = 2  # lines that a group takes beside its fields: its heading, and a blank one before


def split_groups(groups: Mapping[str, list[FieldInfo]]) -> tuple[list[str], list[str]]:
    """Return the groups in two columns of about the same height, in their order."""
    names = list(groups)
    heights = [len(groups[name]) + BETWEEN for name in names]
    at = min(range(1, len(names)), key=lambda i: max(sum(heights[:i]), sum(heights[i:])))
    return names[:at], names[at:]


COLUMNS = split_groups(GROUPS)
LINES = sum(len(fields) + BETWEEN for fields in GROUPS.values()) - 1  # of all groups one below the other
LINES_BESIDE = max(sum(len(GROUPS[name]) + BETWEEN for name in column) for column in COLUMNS) - 1


class ConfigForm(VerticalScroll):
    """All of RunConfig for the next run; during a run, beside it what that has now, as far as it can change."""

    DEFAULT_CSS = """
    ConfigForm {
        padding: 0 1;
        Vertical { height: auto; }
        .group { color: $text-primary; text-style: bold; margin: 1 0 0 0; }
        .group.first { margin: 0; }
        &.-beside { layout: horizontal; }
        &.-beside Vertical { width: 1fr; margin: 0 1 0 0; }
        &.-beside #second > .group.first { margin: 0; }
        #second > .group.first { margin: 1 0 0 0; }
    }
    """

    @dataclass
    class Changed(Message):
        """The form was edited. `config` is None while a field is bad."""

        config: RunConfig | None
        problems: tuple[str, ...]

    class Left(Message):
        """Enter was pressed in a field: on to the next one."""

    @dataclass
    class ListWanted(Message):
        """Show the whole list of this input's choices."""

        row: FieldRow
        input: ChoiceInput

    def __init__(self, config: RunConfig) -> None:
        super().__init__(can_focus=False)
        self._initial = config
        self._rows: list[FieldRow] = []
        self._run: tuple[str, RunConfig] | None = None  # in progress

    def compose(self) -> ComposeResult:
        reasons = unused(msgspec.structs.asdict(self._initial))
        for id, column in zip(("first", "second"), COLUMNS, strict=True):
            with Vertical(id=id):
                for i, group in enumerate(column):
                    yield Static(group, markup=False, classes="group first" if i == 0 else "group")
                    for field in GROUPS[group]:
                        row = FieldRow(field, getattr(self._initial, field.name), reasons.get(field.name, ""))
                        self._rows.append(row)
                        yield row

    @property
    def rows(self) -> Iterable[FieldRow]:
        return self._rows

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

    @property
    def steering(self) -> dict[str, Value]:
        """What is typed for the run in progress, and not applied yet. Raises ConfigError for what it cannot have."""
        if self._run is None:
            return {}
        for row in self.rows:
            if row.now_problem:
                raise ConfigError(row.now_problem)
        changes = {row.field.name: row.now_value for row in self.rows if row.pending and row.now_value is not None}
        if changes:
            msgspec.structs.replace(self._run[1], **changes).check()
        return changes

    @property
    def steers(self) -> bool:
        """Whether anything is typed for the run in progress that it does not have."""
        return self._run is not None and any(row.pending for row in self.rows)

    def show_run(self, run: str, config: RunConfig | None) -> None:
        """Show beside the next run what the one in progress has; None where there is none."""
        shown = None if config is None else (run, config)
        if shown == self._run:
            return
        before, self._run = self._run, shown
        afresh = before is None or before[0] != run
        for row in self.rows:
            row.show_run(None if config is None else getattr(config, row.field.name), afresh)
        for column in ("#first", "#second"):
            heading = self.query(f"{column} > .group.first").only_one(Static)
            group = COLUMNS[column == "#second"][0]
            beside = f"{group:<{INPUT_AT}}{short_run_name(run) + ' now':<{NOW_COLUMN}}next run"
            heading.update(group if config is None else beside)

    def fill(self, config: RunConfig) -> None:
        """Put a config into the inputs."""
        for row in self.rows:
            row.put(getattr(config, row.field.name))
        self._dim()
        self.post_message(self.Changed(self.config, self.problems))

    def value(self, name: str) -> Value:
        """What is in a field, or its default while that is bad."""
        value = self.row(name).value
        return FIELDS[name].default if value is None else value

    def row(self, name: str) -> FieldRow:
        return next(row for row in self._rows if row.field.name == name)

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Put values into some of the fields."""
        for name, value in values.items():
            self.row(name).input.value = in_words(value)

    def action_scroll_up(self) -> None:
        raise SkipAction  # the key goes to the field before; what has the focus is scrolled to

    def action_scroll_down(self) -> None:
        raise SkipAction

    def focus_problem(self) -> None:
        """Go to the first bad field."""
        for row in self.rows:
            if row.wrong:
                (row.input if row.problem or row.now is None else row.now).focus()
                return

    def _dim(self) -> None:
        """Say of each field that the next run does not use that it does not."""
        reasons = unused({row.field.name: self.value(row.field.name) for row in self.rows})
        for row in self.rows:
            row.unused = reasons.get(row.field.name, "")

    @on(Input.Changed)
    def read_field(self, event: Input.Changed) -> None:
        event.stop()
        row = event.input.parent
        assert isinstance(row, FieldRow)
        row.read()
        self._dim()
        self.post_message(self.Changed(self.config, self.problems))

    @on(Input.Submitted)
    def leave_field(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left())

    @on(ChoiceInput.Opened)
    def open_list(self, event: ChoiceInput.Opened) -> None:
        event.stop()
        row = event.input.parent
        assert isinstance(row, FieldRow)
        self.post_message(self.ListWanted(row, event.input))
