"""The line above the digits."""

from engine.vocabulary.messages.base import DIGITS
from tui.state.gallery.language import EXAMPLE, asked_of_digits
from tui.state.run_filter import Filter
from tui.state.run_filter.language import parse
from tui.widgets.filter_line import FilterLine


class DigitFilterLine(FilterLine):
    """What digits are filtered by; `class_names` are the names of their labels."""

    EXAMPLE = EXAMPLE

    BINDINGS = [("escape", "clear", "all digits")]  # noqa: RUF012

    class_names: tuple[str, ...] = DIGITS

    def parse(self, text: str) -> Filter:
        return parse(text, asked_of_digits(self.class_names))
