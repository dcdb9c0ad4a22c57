"""What all messages have in common: limits, the base of commands and of events."""

import typing

import msgspec

PROTOCOL = 1  # to be raised when a message changes its meaning; STABLE_COMMANDS never do
ALREADY_SERVED = 3  # exit status of an engine that finds another one on its folder of runs
MAX_LINE = 1 << 20
STEP_POINTS = 64  # losses one StepsDone holds at most

# What comes from a log may have been written by anybody.
MOST = 2**53  # what a float counts exactly
Count = typing.Annotated[int, msgspec.Meta(ge=0, le=MOST)]
Size = typing.Annotated[int, msgspec.Meta(ge=1, le=MOST)]
Share = typing.Annotated[float, msgspec.Meta(ge=0, le=1)]
HIGHEST_LOSS = 1e39  # more than float32 can hold
Loss = typing.Annotated[float, msgspec.Meta(ge=-HIGHEST_LOSS, le=HIGHEST_LOSS)]
Seconds = typing.Annotated[float, msgspec.Meta(ge=0, le=1e10)]  # of a date, or a duration
Positive = typing.Annotated[float, msgspec.Meta(ge=0, le=1e30)]
Row = typing.Annotated[list[Count], msgspec.Meta(min_length=10, max_length=10)]
Confusion = typing.Annotated[list[Row], msgspec.Meta(max_length=10)]
Text = typing.Annotated[str, msgspec.Meta(max_length=20_000)]


class ProtocolError(Exception):
    """A line that is not a message of this protocol."""


def program_version() -> str:
    """Return the version that Hello and Welcome tell, "0" when the program runs uninstalled."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mnist-tui")
    except PackageNotFoundError:
        return "0"


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="command", tag=True):
    id: int = 0


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event", tag=True):
    reply_to: int = 0
