"""What all messages have in common: limits, the base of commands and of events."""

import typing
from collections.abc import Sequence

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
DIGITS = tuple("0123456789")  # the names of MNIST's classes, by their labels
MOST_CLASSES = 100
ClassName = typing.Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Classes = typing.Annotated[tuple[ClassName, ...], msgspec.Meta(min_length=2, max_length=MOST_CLASSES)]
Row = typing.Annotated[list[Count], msgspec.Meta(max_length=MOST_CLASSES)]
Confusion = typing.Annotated[list[Row], msgspec.Meta(max_length=MOST_CLASSES)]
Text = typing.Annotated[str, msgspec.Meta(max_length=20_000)]


def class_name(names: Sequence[str], label: int) -> str:
    """Return the name of a label, or its number where there is no name for it."""
    return names[label] if 0 <= label < len(names) else str(label)


def names_in_words(names: Sequence[str], most: int = 10) -> str:
    """Return the names of classes as `cat, dog, horse`, of many the first and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


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
