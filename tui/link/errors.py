"""What can go wrong on the way to the engine, with words for the user."""

from engine.vocabulary.messages import CommandFailed


class EngineUnreachable(Exception):
    """No engine answers and none could be started; the message says why and where its output is."""


class EngineSilent(EngineUnreachable):
    """An engine is there, and does not answer: none is started in its place."""


class CommandRefused(Exception):
    """The engine's reason for not carrying out a command."""


class EngineBusy(CommandRefused):
    """Something else trains; a run can wait in the queue."""


class EngineStale(CommandRefused):
    """A new engine would carry it out: this one was changed by a user's own network."""


def refusal(event: CommandFailed) -> CommandRefused:
    kind = EngineStale if event.renew else EngineBusy if event.busy else CommandRefused
    return kind(event.reason)
