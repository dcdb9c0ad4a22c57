"""Messages as lines of JSON, and back."""

import contextlib
import typing
from functools import cache

import msgspec

from engine.vocabulary.messages.base import MAX_LINE, ProtocolError
from engine.vocabulary.messages.commands import AnyCommand
from engine.vocabulary.messages.engine_events import AnyEvent, Snapshot, StateEvent
from engine.vocabulary.messages.run_events import RunEvent


class _LooseSnapshot(msgspec.Struct, tag_field="event", tag="Snapshot"):
    events: list[msgspec.Raw]
    first: bool = True
    last: bool = True


_encoder = msgspec.json.Encoder()
T = typing.TypeVar("T")


# Each is made for the first line that it reads: a screen shows its first frame before there is one.
@cache
def _commands() -> "msgspec.json.Decoder[AnyCommand]":
    return msgspec.json.Decoder(AnyCommand)


@cache
def _events() -> "msgspec.json.Decoder[AnyEvent]":
    return msgspec.json.Decoder(AnyEvent)


@cache
def _loose_snapshots() -> "msgspec.json.Decoder[_LooseSnapshot]":
    return msgspec.json.Decoder(_LooseSnapshot)


@cache
def _run_events() -> "msgspec.json.Decoder[RunEvent]":
    return msgspec.json.Decoder(RunEvent)


def encode(message: msgspec.Struct) -> bytes:
    """Return the message as one JSON line with its newline. Raises ProtocolError beyond MAX_LINE bytes."""
    try:
        line = _encoder.encode(message) + b"\n"
    except UnicodeEncodeError:  # the name of a file is not UTF-8; a broken name is better than a broken connection
        line = _encoder.encode(_without_surrogates(msgspec.to_builtins(message))) + b"\n"
    if len(line) > MAX_LINE:
        raise ProtocolError(f"{type(message).__name__} of {len(line)} bytes is over the limit of {MAX_LINE}")
    return line


def decode_command(line: bytes) -> AnyCommand:
    """Raises ProtocolError."""
    return _decode(_commands(), line)


def decode_event(line: bytes) -> AnyEvent:
    """Raises ProtocolError."""
    return _decode(_events(), line)


def decode_known(line: bytes) -> AnyEvent | None:
    """Read what can be read of a line of another version's engine: an event that is known here, or None.

    Of a Snapshot the parts that are known.
    """
    with contextlib.suppress(ProtocolError):
        return decode_event(line)
    with contextlib.suppress(ProtocolError):
        snapshot = _decode(_loose_snapshots(), line)
        parts = [part for raw in snapshot.events if isinstance(part := decode_known(raw), StateEvent)]
        return Snapshot(events=parts, first=snapshot.first, last=snapshot.last)
    return None


def decode_run_event(line: bytes) -> RunEvent:
    """Read one line of `events.jsonl`. Raises ProtocolError."""
    return _decode(_run_events(), line)


def _decode(decoder: "msgspec.json.Decoder[T]", line: bytes) -> T:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(str(error)) from error


def _without_surrogates(content: object) -> object:
    if isinstance(content, str):
        return content.encode(errors="replace").decode()
    if isinstance(content, list):
        return [_without_surrogates(item) for item in content]
    if isinstance(content, dict):
        return {_without_surrogates(key): _without_surrogates(value) for key, value in content.items()}
    return content
