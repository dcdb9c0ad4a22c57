"""The vocabulary: every message survives the wire, and nothing else is taken for one."""

import math
import random
import types
import typing

import msgspec
import pytest

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    MAX_LINE,
    STEP_POINTS,
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
    StepsDone,
    coarsen,
    decode_command,
    decode_event,
    decode_known,
    decode_run_event,
    encode,
    merge_steps,
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


# ------------------------------------------------------------ merging steps


def one(step: int, loss: float) -> StepsDone:
    return StepsDone(run="r", step=step, epoch=0, stride=1, losses=[loss], images_per_s=1.0, steps=1)


def mean_of(event: StepsDone) -> float:
    steps = event.steps or event.stride * len(event.losses)
    last = steps - event.stride * (len(event.losses) - 1)
    assert 1 <= last <= event.stride
    weights = [event.stride] * (len(event.losses) - 1) + [last]
    return sum(weight * loss for weight, loss in zip(weights, event.losses, strict=True)) / steps


def test_two_short_events_are_joined_as_they_are() -> None:
    first = StepsDone(run="r", step=3, epoch=0, stride=1, losses=[3.0, 2.0, 1.0], images_per_s=10.0)
    second = StepsDone(run="r", step=5, epoch=1, stride=1, losses=[0.5, 0.25], images_per_s=20.0)
    merged = merge_steps(first, second)
    assert merged.losses == [3.0, 2.0, 1.0, 0.5, 0.25]
    assert (merged.step, merged.epoch, merged.stride, merged.steps, merged.images_per_s) == (5, 1, 1, 5, 20.0)


@pytest.mark.parametrize("steps", [65, 128, 129, 1000, 4097])
def test_merging_one_by_one_keeps_mean_count_and_place(steps: int) -> None:
    """As for a client that reads nothing while a slow machine trains: a long event meets many short ones."""
    losses = [math.exp(-step / 500) for step in range(1, steps + 1)]
    merged = one(1, losses[0])
    for step in range(2, steps + 1):
        merged = merge_steps(merged, one(step, losses[step - 1]))
        assert len(merged.losses) <= STEP_POINTS
    assert merged.step == merged.steps == steps
    assert merged.stride * len(merged.losses) - merged.stride < steps <= merged.stride * len(merged.losses)
    assert mean_of(merged) == pytest.approx(sum(losses) / steps)
    # Each point is the mean of just those steps at whose end a chart draws it.
    for i, loss in enumerate(merged.losses):
        part = losses[i * merged.stride : (i + 1) * merged.stride]
        assert loss == pytest.approx(sum(part) / len(part))


def test_merging_uneven_strides_keeps_the_mean() -> None:
    generator = random.Random(3)
    merged, step, total = None, 0, 0.0
    for _ in range(200):
        stride, count = generator.choice([1, 2, 3, 7]), generator.randrange(1, 65)
        losses = [generator.random() for _ in range(count)]
        last = generator.randrange(1, stride + 1)
        steps = stride * (count - 1) + last
        step += steps
        event = StepsDone(run="r", step=step, epoch=0, stride=stride, losses=losses, images_per_s=1.0, steps=steps)
        total += stride * sum(losses[:-1]) + last * losses[-1]
        merged = event if merged is None else merge_steps(merged, event)
        assert len(merged.losses) <= STEP_POINTS
    assert merged is not None
    assert merged.steps == step
    assert mean_of(merged) == pytest.approx(total / step)


@pytest.mark.parametrize("field", [{"stride": 0}, {"stride": -3}, {"steps": -9}, {"steps": 1}, {"losses": []}])
def test_nonsense_in_a_log_does_not_hang_a_merge(field: dict[str, object]) -> None:
    odd = msgspec.structs.replace(
        StepsDone(run="r", step=3, epoch=0, stride=2, losses=[3.0, 2.0, 1.0], images_per_s=10.0), **field
    )
    assert merge_steps(one(1, 1.0), odd).losses
    assert merge_steps(odd, one(9, 1.0)).losses


def test_coarsen_lets_the_last_group_be_the_smaller_one() -> None:
    assert coarsen([(1, loss) for loss in (1.0, 3.0, 5.0, 7.0, 9.0)], 2) == [2.0, 6.0, 9.0]
    assert coarsen([(1, 2.0)], 1) == [2.0]
    assert coarsen([], 4) == []


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
