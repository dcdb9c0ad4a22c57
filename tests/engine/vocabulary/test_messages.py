"""The vocabulary: every message survives the wire, and nothing else is taken for one."""

import random
import types
import typing

import msgspec
import pytest

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    MAX_LINE,
    AnyCommand,
    AnyEvent,
    Command,
    DataFailed,
    Event,
    Hello,
    LoadData,
    Paused,
    Predict,
    PredictFiles,
    Printed,
    ProtocolError,
    RunEvent,
    Snapshot,
    StartRun,
    decode_command,
    decode_event,
    decode_known,
    decode_run_event,
    encode,
)

COMMANDS = typing.get_args(AnyCommand)


EVENTS = typing.get_args(AnyEvent)


RUN_EVENTS = typing.get_args(RunEvent)


def example(hint: object) -> object:
    """Return a value of a type, none of it a default."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if hint is int:
        return 7
    if hint is float:
        return 0.125
    if hint is str:
        return "Ziffer 7 \N{SNOWMAN} \x1b[31m\n"
    if hint is bool:
        return True
    if hint is bytes:
        return bytes(range(256))
    if hint is RunConfig:
        return RunConfig(epochs=3, lr=0.5, data="/daten")
    if hint == list[int]:
        return [7] * 10  # a row of a confusion matrix
    if hint == list[list[int]]:
        return [[7] * 10] * 10
    if origin is typing.Literal:
        return inside[-1]
    if origin is tuple:
        return tuple(example(part) for part in ((inside[0], inside[0]) if inside[-1] is ... else inside))
    if origin is typing.Literal:
        return inside[-1]
    if origin is list:
        return [example(inside[0]), example(inside[0])]
    if origin is dict and inside[1] is float:
        return {"lr": 0.25, "dropout": 1.0}  # shares
    if origin is dict:
        return {"lr": 0.25, "epochs": 4, "data": "x"}
    if origin in (types.UnionType, typing.Union):
        return example(next(part for part in inside if part is not type(None)))
    assert isinstance(hint, type), hint
    assert issubclass(hint, msgspec.Struct)
    hints = typing.get_type_hints(hint)
    return hint(**{name: example(hints[name]) for name in hint.__struct_fields__})


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_a_command_round_trips(kind: type[Command]) -> None:
    command = typing.cast(Command, example(kind))
    line = encode(command)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_command(line) == command
    with pytest.raises(ProtocolError):
        decode_event(line)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_an_event_round_trips(kind: type[Event]) -> None:
    event = typing.cast(Event, example(kind))
    line = encode(event)
    assert line.count(b"\n") == 1
    assert decode_event(line) == event
    with pytest.raises(ProtocolError):
        decode_command(line)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_only_events_of_a_run_belong_into_its_log(kind: type[Event]) -> None:
    line = encode(typing.cast(Event, example(kind)))
    if kind in RUN_EVENTS:
        assert decode_run_event(line) == decode_event(line)
    else:
        with pytest.raises(ProtocolError):
            decode_run_event(line)


def test_every_command_and_event_class_is_part_of_the_vocabulary() -> None:
    assert set(Command.__subclasses__()) == set(COMMANDS)
    assert set(Event.__subclasses__()) == set(EVENTS)


VALID = encode(StartRun(config=RunConfig(epochs=3), id=5))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"GET / HTTP/1.1\r\n",
        bytes(range(256)),
        b"\xff\xfe{}",
        b"null",
        b"[]",
        b"{}",
        b'"Stop"',
        b'{"command":"Explode"}',
        b'{"command":7}',
        b'{"command":null}',
        b'{"event":"EngineReady"}',
        b'{"command":"StartRun"}',
        b'{"command":"StartRun","config":{"epochs":"many"}}',
        b'{"command":"StartRun","config":{"epochs":1.5}}',
        b'{"command":"StartRun","config":{"momentun":1}}',
        b'{"command":"StartRun","config":[]}',
        b'{"command":"Predict","start":"0"}',
        b'{"command":"Predict"}',
        b'{"command":"Stop","id":"x"}',
        b'{"command":"LoadData","path":"\\udcff"}',
        b'{"command":"LoadData","path":"\xff"}',
        b'{"command":"Steer","changes":{"lr":[1]}}',
        b'{"command":"Steer","changes":{"lr":NaN}}',
        b'{"command":"Stop"}{"command":"Stop"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"command":"Stop","x":' + b"[" * 100_000,
    ],
    ids=lambda line: repr(line[:40]),
)
def test_what_is_no_command_is_a_protocol_error(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_command(line)


@pytest.mark.parametrize("length", range(len(VALID) - 1))
def test_every_beginning_of_a_command_is_refused(length: int) -> None:
    with pytest.raises(ProtocolError):
        decode_command(VALID[:length])


def test_changed_bytes_never_raise_anything_but_protocol_errors() -> None:
    generator = random.Random(1)
    refused = 0
    for _ in range(2000):
        line = bytearray(VALID)
        for _ in range(3):
            line[generator.randrange(len(line))] = generator.randrange(256)
        try:
            decode_command(bytes(line))
        except ProtocolError:
            refused += 1
    assert refused > 1000


def test_a_line_over_the_limit_is_not_made() -> None:
    room = MAX_LINE - len(encode(LoadData(path="")))
    overhead = len(encode(LoadData(path="x"))) - len(encode(LoadData(path=""))) - 1
    assert len(encode(LoadData(path="x" * (room - overhead)))) == MAX_LINE
    with pytest.raises(ProtocolError, match=r"LoadData of .* over the limit"):
        encode(LoadData(path="x" * (room - overhead + 1)))


def test_names_that_are_not_utf8_arrive_with_question_marks() -> None:
    command = decode_command(encode(PredictFiles(paths=["/bilder/\udcff.png", "/ok.png"], run="r", id=4)))
    assert command == PredictFiles(paths=["/bilder/?.png", "/ok.png"], run="r", id=4)
    assert decode_event(encode(DataFailed(reason="a\udc80b"))) == DataFailed(reason="a?b")
    assert decode_event(encode(Printed(lines=["\ud800"]))) == Printed(lines=["?"])


def test_defaults_are_left_out_on_the_wire() -> None:
    assert encode(Predict(start=3)) == b'{"command":"Predict","start":3}\n'
    assert decode_command(b'{"command":"Hello","protocol":1,"version":"9","new":true}') == Hello(
        protocol=1, version="9"
    )  # fields of a later version are passed over


def test_of_another_versions_events_those_that_are_known_are_read() -> None:
    known = Paused(run="1", step=3)
    assert decode_known(encode(known)) == known
    assert decode_known(b'{"event":"Danced","steps":3}') is None
    assert decode_known(b'{"event":"Paused"}') is None
    assert decode_known(b"garbage") is None
    snapshot = (
        b'{"event":"Snapshot","more":1,"events":[{"event":"Danced"},' + encode(known).strip() + b'],"last":false}'
    )
    assert decode_known(snapshot) == Snapshot(events=[known], last=False)
