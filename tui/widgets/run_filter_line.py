"""The line above the list of runs."""

from tui.state.run_filter import Filter, parse
from tui.widgets.filter_line import FilterLine


class RunFilterLine(FilterLine):
    """What the list of runs is filtered by."""

    EXAMPLE = "acc>99 model:resnet state:failed star"

    BINDINGS = [("escape", "clear", "all runs")]  # noqa: RUF012

    def parse(self, text: str) -> Filter:
        return parse(text)

    def count(self, shown: int, there: int, order: str) -> None:
        """Say how many runs are shown of how many, and in which order."""
        self.say(f"{shown:{len(str(there))}} of {there}   {order}")
