"""A border that can be dragged: it gives a pane another size, which is remembered."""

from dataclasses import dataclass

from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message
from textual.widget import Widget

LEAST, MOST = 0.1, 0.75  # shares of the screen


class DragBorder(Widget):
    """Stands after a widget with a border at its left or at its top, among the bases: styles come from the first."""

    edge = "left"
    """Or "top"."""

    share = 0.0
    """Of the screen that the pane takes, 0 for what the program chooses."""

    _dragged = False

    @dataclass
    class Resized(Message):
        """The pane was given another share of the screen."""

        pane: "DragBorder"
        share: float

    def _whole(self) -> int:
        return max(1, self.screen.size.width if self.edge == "left" else self.screen.size.height)

    def take(self, share: float) -> None:
        """Take a share of the screen, 0 for the program's own choice."""
        self.share = min(MOST, max(LEAST, share)) if share else 0.0
        rule = "width" if self.edge == "left" else "height"
        if self.share:
            setattr(self.styles, rule, max(8 if self.edge == "left" else 2, round(self.share * self._whole())))
        else:
            self.styles.clear_rule(rule)

    def grow(self, steps: int) -> None:
        """Take a twentieth of the screen more, or less, and tell so."""
        size = self.outer_size.width if self.edge == "left" else self.outer_size.height
        self.take((self.share or size / self._whole()) + steps / 20)
        self.post_message(self.Resized(self, self.share))

    def on_mouse_down(self, event: MouseDown) -> None:
        if event.button == 1 and (event.x if self.edge == "left" else event.y) == 0:
            self._dragged = True
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._dragged:
            end = self.region.right if self.edge == "left" else self.region.bottom
            at = event.screen_x if self.edge == "left" else event.screen_y
            self.take(max(LEAST, (end - at) / self._whole()))

    def on_mouse_up(self, event: MouseUp) -> None:
        if self._dragged:
            self._dragged = False
            self.release_mouse()
            self.post_message(self.Resized(self, self.share))
