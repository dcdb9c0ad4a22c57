"""The line above the digits."""

from textual.reactive import reactive
from textual.widgets import Input

from engine.vocabulary.messages.base import DIGITS
from tui.state.gallery.language import EXAMPLE, asked_of_digits, quoted
from tui.state.run_filter import Filter
from tui.state.run_filter.language import parse
from tui.widgets.filter_line import FilterLine


class DigitFilterLine(FilterLine):
    """What digits are filtered by; `class_names` are the names of their labels."""

    EXAMPLE = EXAMPLE

    BINDINGS = [("escape", "clear", "all digits")]  # noqa: RUF012

    class_names: reactive[tuple[str, ...]] = reactive(DIGITS, init=False, repaint=False)

    def watch_class_names(self, names: tuple[str, ...]) -> None:
        """Have the example ask for classes that there are."""
        example = EXAMPLE
        if names != DIGITS:
            example = f"wrong true:{quoted(names[0])} pred:{quoted(names[-1])} conf>0.9 loss>2"
        for field in self.query(Input):
            field.placeholder = f"filters: {example}"

    def parse(self, text: str) -> Filter:
        return parse(text, asked_of_digits(self.class_names))
