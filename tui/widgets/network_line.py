"""The line below the form: the size of the network that is chosen there."""

from dataclasses import dataclass

from textual.message import Message
from textual.widgets import Static

from engine.vocabulary.architectures import is_own
from engine.vocabulary.config import RunConfig
from tui.state.state import State, described
from tui.state.words.networks import known_size, network_line, network_of, shown_name


class NetworkLine(Static):
    """Shows what is known of a network, and asks once for what is not."""

    DEFAULT_CSS = """
    NetworkLine { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    @dataclass
    class Wanted(Message):
        """What does the network of this config consist of?"""

        config: RunConfig

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._line = ""
        self._asked: RunConfig | None = None  # whose network the engine was asked about last

    def ask_again(self) -> None:
        """Another engine may have come, which has not been asked yet."""
        self._asked = None

    def show(self, wanted: RunConfig, state: State) -> None:
        """Show the size of this config's network; ask the engine for what it has not told yet.

        Not for a user's own: its code runs when that is asked for. Nor during a run, which would wait for it.
        """
        if state.link != "live":
            self.ask_again()
        known = described(state, wanted)
        idle = state.link == "live" and not state.training
        if known is None and idle and wanted != self._asked and not is_own(wanted.model):
            self._asked = wanted
            # A screen that calls this would count as the sender, and the message would not go beyond it.
            self.post_message(self.Wanted(wanted).set_sender(self))
        line = network_line(wanted, known)
        if state.run is not None and state.training and known is None:
            if network_of(state.run.config) == wanted:
                line = f"{shown_name(wanted.model)}: {state.run.parameters:,} parameters; F8 shows its layers"
            elif known_size(wanted) is None:
                line = f"{shown_name(wanted.model)}: F8 asks for its size and shows its layers"
        if line != self._line:
            self._line = line
            self.update(line)
