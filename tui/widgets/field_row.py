"""A row of the form: one field, for the next run, and beside it what the run in progress has."""

from textual.app import ComposeResult
from textual.events import Click
from textual.reactive import reactive
from textual.widgets import Input

from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import ConfigError, Value
from engine.vocabulary.fields import FieldInfo
from tui.state.words.choices import meaning
from tui.state.words.options import clean
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.choice_input import ChoiceInput

INPUT_AT, HINT_AT = 16, 37  # columns of a row
INPUT_WIDTH, NOW_WIDTH = 18, 12
LEAST_HINT = 12  # columns in which a hint still says anything
NOW_COLUMN = NOW_WIDTH + 2  # by which all else moves to the right while a run is in progress


class FieldRow(CellWidget):
    """One field: label, input, and its help, or what is wrong with it, or why it is not used.

    During a run there are two inputs, what it has now, if that can change, and what the next run will have. All but
    the inputs is drawn by the row itself: of widgets there are as few as there can be, for each costs time.
    """

    COMPONENT_CLASSES = {"row--label", "row--unused", "row--hint", "row--wrong", "row--bad", "row--now"}  # noqa: RUF012

    DEFAULT_CSS = f"""
    FieldRow {{
        height: 1;
        layout: horizontal;
        Input {{ width: {INPUT_WIDTH}; margin: 0 0 0 {INPUT_AT}; }}
        &.-beside Input {{ margin: 0 0 0 {INPUT_AT + NOW_COLUMN}; }}
        &.-beside .now {{ display: block; width: {NOW_WIDTH}; margin: 0 0 0 {INPUT_AT}; }}
        &.-beside.-live .next {{ margin: 0 0 0 {NOW_COLUMN - NOW_WIDTH}; }}
        .now {{ display: none; color: $text-accent; }}
        &.-wide .next {{ width: 1fr; }}
        &.-unused .next {{ color: $text-disabled; }}
        .row--label {{ color: $foreground; }}
        .row--unused {{ color: $text-disabled; }}
        .row--hint {{ color: $text-muted; }}
        &:nocolor .row--unused, &:ansi .row--unused {{ text-style: dim; }}
        .row--now {{ color: $text-accent; }}
        .row--wrong {{ color: $text-error; }}
        .row--bad {{ color: $text-error; text-style: bold; }}
    }}
    """

    unused: reactive[str] = reactive("", init=False, repaint=False)
    """Why the next run will not use this field, "" when it does."""

    run_value: reactive[Value | None] = reactive(None, init=False, repaint=False)
    """What the run in progress has, None where there is none."""

    def __init__(self, field: FieldInfo, value: Value, unused: str = "") -> None:
        super().__init__(id=f"row-{field.name}", classes="-live" * field.live + " -unused" * bool(unused))
        self.set_reactive(FieldRow.unused, unused)
        self.field = field
        self.value: Value | None = value
        self.now_value: Value | None = None
        self.problem = self.now_problem = ""
        self.input = self._make_input(f"field-{field.name}", "next", value)
        self.now: Input | None = None  # made when it is needed first

    def _make_input(self, id: str, classes: str, value: Value) -> Input:
        field, text = self.field, in_words(value)
        if field.choices:
            return ChoiceInput(text, field.choices, own=field.own, id=id, classes=classes)
        # Fields are judged here: Textual would style each anew, as valid, at every change.
        return compact(Input(text, select_on_focus=True, validate_on=(), id=id, classes=classes))

    def compose(self) -> ComposeResult:
        yield self.input

    def on_click(self, event: Click) -> None:
        """Beside its inputs, a click goes to the field; on the arrow it opens the list."""
        if event.widget is not self:
            return
        self.input.focus()
        if isinstance(self.input, ChoiceInput) and self.hint_at - 4 <= event.x < self.hint_at - 1:
            self.post_message(ChoiceInput.Opened(self.input))

    @property
    def pending(self) -> bool:
        """Whether what is typed is not what the run in progress has."""
        return self.run_value is not None and self.field.live and self.now_value != self.run_value

    @property
    def hint_at(self) -> int:
        return HINT_AT + (NOW_COLUMN if self.run_value is not None else 0)

    @property
    def wrong(self) -> str:
        return self.problem or (self.now_problem if self.run_value is not None else "")

    def draw(self, cells: Cells) -> None:
        wrong = self.wrong.rpartition("; ")[2]  # the remedy; the whole sentence stands at the bottom
        dim = bool(self.unused) and not wrong
        cells.put(0, 0, self.field.label, "row--bad" if wrong else "row--unused" if dim else "row--label")
        dots = "..." if self.ascii else "…"
        if self.run_value is not None and not self.field.live:
            cells.put(INPUT_AT, 0, cut(sanitize(in_words(self.run_value)), NOW_WIDTH, dots), "row--unused")
        if self.has_class("-wide"):
            return
        if self.field.choices:
            cells.put(self.hint_at - 3, 0, "v" if self.ascii else "▾", "row--unused" if dim else "row--hint")
        if cells.width - self.hint_at < LEAST_HINT and not wrong:
            return  # whole at the bottom, once the field is in focus
        style = "row--wrong" if wrong else "row--now" if self.pending else "row--unused" if dim else "row--hint"
        cells.put(self.hint_at, 0, cut(sanitize(wrong) or self.hint(), cells.width - self.hint_at, dots), style)

    def hint(self) -> str:
        """Return what is typed and not applied yet, why it is not used, or what can be given, and what it does."""
        if self.pending and self.run_value is not None and self.now_value is not None:
            return f"not applied yet: {in_words(self.run_value)} to {in_words(self.now_value)}"
        if self.unused:
            return self.unused
        if self.field.own:  # a hundred characters of names would hide all else
            entry = CATALOGUE.get(str(self.value))
            return f"F8 shows all. {entry.help if entry else 'Your own code: it runs with your rights.'}"
        if self.field.choices:  # they are in the list
            return f"{meaning(self.field, str(self.value))} {self.field.help}".strip()
        bounds = "" if self.field.bounds == "text" else f"{self.field.bounds}. "
        return f"{bounds}{self.field.help}"

    def read(self) -> None:
        """Take what is in the inputs; show the reason at the field when it will not do."""
        self.value, self.problem = self._parse(self.input)
        if self.now is not None:
            self.now_value, self.now_problem = self._parse(self.now)
        text = self.field.kind is str and (self.field.own or not self.field.choices)
        self.set_class(text and len(self.input.value) > INPUT_WIDTH - 1, "-wide")
        self.redraw()

    def _parse(self, input: Input) -> tuple[Value | None, str]:
        try:
            return clean(self.field.name, self.field.parse(input.value)), ""
        except ConfigError as error:
            return None, str(error)

    def put(self, value: Value) -> None:
        """Put a value for the next run into its input."""
        with self.input.prevent(Input.Changed):
            self.input.value = in_words(value)
        self.read()

    def show_run(self, value: Value | None, afresh: bool) -> None:
        """Show what the run in progress has, None for no run; what is typed for it stays, unless it begins afresh."""
        if value is not None and self.field.live:
            self.read()  # what is typed may be on its way
            typed = self.pending and not afresh
            if self.now is None:
                self.now = self._make_input(f"now-{self.field.name}", "now", value)
                self.mount(self.now, before=self.input)
            if not typed:
                with self.now.prevent(Input.Changed):
                    self.now.value = in_words(value)
        self.run_value = value
        self.set_class(value is not None, "-beside")
        self.read()

    def watch_unused(self) -> None:
        self.set_class(bool(self.unused), "-unused")
        self.redraw()


def compact(input: Input) -> Input:
    """Have an input take one line, as `compact=True` does, which styles it once more for that."""
    input.set_reactive(Input.compact, True)
    return input.add_class("-textual-compact", update=False)


def cut(text: str, room: int, dots: str) -> str:
    return text if len(text) <= room else text[: max(0, room - len(dots))] + dots


def in_words(value: Value) -> str:
    """Return a value as one would type it."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)
