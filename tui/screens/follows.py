"""What the app has to know of a dialog before it opens one: dialogs are imported when there is something to ask."""

from tui.state.state import State

OVER = "over"  # the answer of a question that has nothing to ask any more


class FollowsState:
    """A dialog, which lies over a screen.

    Attributes:
        asked: On time.monotonic(), when it asked for a key; 0 if it takes none for an answer.
    """

    asked = 0.0

    def show(self, state: State) -> None:
        """Draw a state. Called when it changed and this dialog is open."""
