"""What a network has inside: one question at a time, so that none waits behind those that nobody looks at any more."""

import msgspec
from msgspec.structs import replace
from textual import on

from tui.app.engine import EngineApp
from tui.screens.digit_messages import DigitMessages, InsideMessages


class InsideHandlers(EngineApp):
    """Questions of the screen Inside; their answers come with the state."""

    @on(InsideMessages.Asked)
    def ask_inside(self, event: InsideMessages.Asked) -> None:
        if self.client is None or self.client.foreign or self.state.inside.open is not None:
            return
        inside = self.state.inside.asking(event.question, event.weights)
        self.set_state(replace(self.state, inside=inside))
        self.client.send(msgspec.structs.replace(event.question, id=inside.number))

    @on(DigitMessages.WhyWanted)
    def show_why(self, event: DigitMessages.WhyWanted) -> None:
        self.go("inside")
        self.inside_screen.explain_digit(event.index)
