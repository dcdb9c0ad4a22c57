"""What a study is before it has results: what it searches, and what all of its trials have in common."""

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.events import Resize
from textual.widgets import Static

from engine.vocabulary.config import FIELDS
from engine.vocabulary.search_space import FIXED
from tui.state.study import StudyView
from tui.state.words.choices import MEANINGS
from tui.state.words.trials import range_words, short_value
from tui.terminal.sanitize import sanitize
from tui.widgets.list_keys import Pane

Row = tuple[str, str, str, str]
ROOMY = 60  # columns, from which there is room for more than a field and its value


def base_rows(study: StudyView) -> list[Row]:
    """Return name, base value, what is tried and what it is of each field.

    First those that the study searches, then those that none can, which say why.
    """
    tried = {each.field.name: range_words(each) for each in study.space}
    names = [*tried, *FIXED, *(name for name in FIELDS if name not in tried and name not in FIXED)]
    return [
        (name, short_value(getattr(study.base, name)), sanitize(tried.get(name, "-"), 24), what)
        for name in names
        for what in [FIXED[name][0].upper() + FIXED[name][1:] + "." if name in FIXED else FIELDS[name].help]
    ]


def how_it_goes(study: StudyView) -> str:
    """Return in sentences what happens to a study by itself."""
    sampler, pruner = (MEANINGS[kind].get(name, "") for kind, name in
                       (("sampler", study.sampler), ("pruner", study.pruner)))  # fmt: skip
    return (
        "The first trial is the base. The next ones go by the sampler and the pruner."
        f" {sanitize(study.sampler, 20)}: {sampler} {sanitize(study.pruner, 20)}: {pruner}"
        " Charts come with the first trial that ends."
    )


class StudyBase(Pane):
    """A list of the fields. What is searched stands on top and in bold."""

    DEFAULT_CSS = """
    StudyBase { width: 1fr; height: 1fr; padding: 0 1; background: $background; }
    StudyBase Static { height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._narrow = False

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def show(self, study: StudyView) -> None:
        """Draw what a study is; the same costs nothing."""
        rows = base_rows(study)
        if study.done or rows == self._rows:
            return
        self._rows = rows
        self.draw()

    def on_resize(self, event: Resize) -> None:
        if (event.size.width < ROOMY) != self._narrow:
            self._narrow = event.size.width < ROOMY
            self.draw()

    def draw(self) -> None:
        """Write the table; where room lacks, the range that is tried in place of the base's value."""
        if not self._rows:
            return
        table = Table.grid(padding=(0, 2, 0, 0), expand=not self._narrow)
        shown = [(name, base if tried == "-" else tried) for name, base, tried, _ in self._rows]
        for i in range(2 if self._narrow else 3):
            longest = max(len(row[i]) for row in (shown if self._narrow else self._rows))
            table.add_column(no_wrap=True, min_width=longest)
        if not self._narrow:
            table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        head = ("field", "value, or tries") if self._narrow else ("field", "base", "tries", "what it is")
        table.add_row(*(Text(word, "bold") for word in head))
        for (name, value), (_, base, tried, what) in zip(shown, self._rows, strict=True):
            searched = "bold" if tried != "-" else ""
            if self._narrow:
                table.add_row(Text(name, searched), Text(value, searched))
            else:
                table.add_row(Text(name, searched), Text(base), Text(tried, searched), Text(what, "dim"))
        self.query_one(Static).update(table)
