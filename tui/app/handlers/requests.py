"""Commands whose answer is waited for: what the engine refuses is told at once."""

from typing import TYPE_CHECKING

from engine.vocabulary.messages import Command, CommandDone
from tui.app.engine import NO_ENGINE, ONLY_WATCHING, EngineApp
from tui.link.errors import CommandRefused
from tui.terminal.sanitize import sanitize

if TYPE_CHECKING:
    from tui.link.client import EngineClient


class RequestHandlers(EngineApp):
    """Has the engine carry out commands; without one that takes them, says so."""

    async def is_done(self, command: Command, otherwise: str, *, in_form: bool = False) -> bool:
        """Have the engine carry out a command; return whether it did, and say under a title why it did not."""
        if self.client is None or self.client.foreign:
            self.send(command)  # which says why not
            return False
        problem = await refusal(self.client, command)
        if problem is not None:
            self.tell_refusal(problem, otherwise, in_form=in_form)
        return problem is None

    async def refusal_of(self, command: Command) -> str:
        """Have the engine carry out a command; return why it did not, "" where it did."""
        if self.client is None:
            return NO_ENGINE
        return ONLY_WATCHING if self.client.foreign else sanitize(await refusal(self.client, command) or "")

    def tell_refusal(self, problem: str, otherwise: str, *, in_form: bool = False) -> None:
        """Say why something was not done; in the form, if that is where it is to be mended."""
        self.notify(sanitize(problem), title=otherwise, severity="error", markup=False)
        if in_form:
            self.setup_screen.show_refusal(f"{otherwise}: {problem}")


async def refusal(client: "EngineClient", command: Command) -> str | None:
    """Have an engine carry out a command; return why it did not, None where it did."""
    try:
        await client.request(command, CommandDone)
    except CommandRefused as error:
        return str(error)
    return None
