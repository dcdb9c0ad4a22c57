"""What a run leaves of its machine, measured while it trains."""

import itertools
import typing
from collections.abc import Sequence

import msgspec

from engine.vocabulary.messages.base import Count, Event, Positive, Seconds, Share, Text

MOST_GPUS = 16


class GpuUse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A GPU: share of the time that it computes, memory in bytes, degrees Celsius, watts; None: it does not tell."""

    name: Text = ""
    use: Share | None = None
    memory: Count = 0
    memory_total: Count = 0
    temperature: typing.Annotated[float, msgspec.Meta(ge=-300, le=10_000)] | None = None
    power: Positive | None = None


class MachineMeasured(Event, frozen=True):
    """What was in use, on average since the last one.

    `cpu` and `engine` are shares of all cores: of all programs, and of the engine alone. Memory is in bytes: in use by
    all programs, there in total, and resident in the engine.
    """

    run: Text
    step: Count
    time: Seconds
    cpu: Share
    engine: Share
    memory: Count
    memory_total: Count
    engine_memory: Count
    gpus: typing.Annotated[list[GpuUse], msgspec.Meta(max_length=MOST_GPUS)] = []


def thin_machine(measured: Sequence[MachineMeasured], most: int) -> list[MachineMeasured]:
    """Return what is left of measurements, in order, when there is room for `most`: of the older half, at most half as
    many, evenly over time; the newer half as it is."""
    if len(measured) <= most:
        return list(measured)
    half = len(measured) // 2
    older = measured[:half]
    stretch = 1
    while True:
        stretch *= 2
        kept = [next(group) for _, group in itertools.groupby(older, key=lambda each: int(each.time) // stretch)]
        if len(kept) <= max(1, most // 4) or stretch > 1 << 40:
            return [*kept[: max(1, most // 4)], *measured[half:]]
