"""What a step of the tour is judged by: what the screens draw, and which of them is in front. Pure."""

import msgspec

from tui.state.gallery.rows import Row
from tui.state.run import RunView
from tui.state.state import State


class Moment(msgspec.Struct, frozen=True):
    """`screen` is the mode in front, `digit` what the screen of digits shows in full. `written` is how many files had
    been written when the step began, `typing` whether a field has the keys, `only_wrong` whether the screen of digits
    shows those alone that the network gets wrong."""

    state: State
    screen: str = "train"
    digit: Row | None = None
    written: int = 0
    typing: bool = False
    only_wrong: bool = False

    @property
    def run(self) -> RunView | None:
        """The run in progress."""
        return self.state.run if self.state.training else None
