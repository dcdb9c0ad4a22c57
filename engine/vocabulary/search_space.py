"""What a study searches: fields of RunConfig with the values to try, as text and back.

    lr=log:1e-4..1e-1   dropout=0.1..0.5   batch_size=50,100,200   rotation=0..15

`low..high` is a range, with `log:` before it one whose logarithm is spread evenly; commas part single values.
"""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.vocabulary.config import FIELDS, ConfigError, RunConfig, Value
from engine.vocabulary.fields import FieldInfo

BETWEEN, LOG = "..", "log:"
SAMPLERS = ("tpe", "random")
PRUNERS = ("none", "median", "hyperband")
FORM = "write name=low..high, name=log:low..high or name=a,b,c"

FIXED = {  # fields in which a search makes no sense
    "epochs": "all trials train for the same epochs; a pruner ends hopeless ones early",
    "patience": "a pruner decides when a trial ends",
    "validation": "trials are compared on the held-out images",
    "seed": "the best seed is luck and says nothing about another run",
    "device": "it says where to train, not what to train",
    "processes": "it says where to train, not what to train",
    "compile": "it says how to train, not what to train",
    "data": "trials on other data cannot be compared",
    "keep_every": "trials keep no checkpoints",
    "log_to": "it says where results go, not what to train",
}


@dataclass(frozen=True)
class Range:
    """All numbers between two bounds, both included."""

    field: FieldInfo
    low: float
    high: float
    log: bool = False

    def __str__(self) -> str:
        return f"{self.field.name}={LOG * self.log}{self.words}"

    @property
    def words(self) -> str:
        return f"{spell(self.low)}{BETWEEN}{spell(self.high)}"

    @property
    def whole(self) -> bool:
        return self.field.kind is int

    def holds(self, value: Value) -> bool:
        return not isinstance(value, str) and self.low <= value <= self.high

    def neat(self, value: float) -> Value:
        """Return a value of the range near this one that is short to write: a thousandth of it apart, at most."""
        if self.whole:
            return int(value)
        step = value * 1e-2 if self.log else (self.high - self.low) / 100
        digits = 1 - math.floor(math.log10(step)) if step > 0 else 0
        return min(self.high, max(self.low, round(value, digits)))

    def place(self, value: Value) -> float:
        """Return where between low (0) and high (1) a value lies."""
        if isinstance(value, str):
            return 0.0
        low, high, at = (math.log(x) if self.log else x for x in (self.low, self.high, max(value, self.low)))
        return min(1.0, max(0.0, (at - low) / (high - low)))


@dataclass(frozen=True)
class Choices:
    """Single values."""

    field: FieldInfo
    values: tuple[Value, ...]

    def __str__(self) -> str:
        return f"{self.field.name}={self.words}"

    @property
    def words(self) -> str:
        return ",".join(spell(value) for value in self.values)

    def holds(self, value: Value) -> bool:
        return value in self.values

    def place(self, value: Value) -> float:
        """Return where between the first (0) and the last (1) a value stands."""
        return self.values.index(value) / (len(self.values) - 1) if value in self.values else 0.0


Dimension = Range | Choices


def parse_search(words: Iterable[str]) -> tuple[Dimension, ...]:
    """Parse descriptions such as `lr=log:1e-4..1e-1`. Raises ConfigError, which names field, value and remedy."""
    space: dict[str, Dimension] = {}
    for word in words:
        dimension = parse_dimension(word)
        name = dimension.field.name
        if name in space:
            raise ConfigError(f"{dimension.field.label} ({name}): is searched twice; leave one of them out")
        space[name] = dimension
    if not space:
        raise ConfigError(f"there is nothing to search; {FORM}")
    return tuple(space.values())


def parse_dimension(word: str) -> Dimension:
    name, equals, rest = (part.strip() for part in word.partition("="))
    if not equals:
        raise ConfigError(f"{word!r} has no '='; {FORM}")
    name = name.replace("-", "_")
    if name not in FIELDS:
        near = difflib.get_close_matches(name, FIELDS, n=1)
        hint = (
            f"did you mean {near[0]}?"
            if near
            else f"the names are {', '.join(each for each in FIELDS if each not in FIXED)}"
        )
        raise ConfigError(f"there is no hyperparameter {name!r}; {hint}")
    field = FIELDS[name]
    if name in FIXED:
        raise ConfigError(f"{field.label} ({name}): cannot be searched: {FIXED[name]}; leave it out")
    listed = field.kind is str and "," in rest  # paths of networks among them may hold two dots
    ranged = (BETWEEN in rest and not listed) or rest.startswith(LOG)
    return parse_range(field, rest) if ranged else parse_choices(field, rest)


def parse_range(field: FieldInfo, text: str) -> Range:
    log = text.startswith(LOG)
    first, between, second = text.removeprefix(LOG).partition(BETWEEN)
    if not between or not first.strip() or not second.strip():
        raise ConfigError(f"{field.label} ({field.name}): {text!r} is not a range; write low..high or log:low..high")
    if field.kind is str:
        raise ConfigError(
            f"{field.label} ({field.name}): has no range; give some of {field.bounds}, separated by commas"
        )
    low, high = field.parse(first), field.parse(second)
    assert not isinstance(low, str)
    assert not isinstance(high, str)
    if low >= high:
        raise ConfigError(f"{field.label} ({field.name}): {text!r} is empty; the second bound must be the larger one")
    if log and low <= 0:
        raise ConfigError(f"{field.label} ({field.name}): {low:g} has no logarithm; start above 0, or leave out log:")
    return Range(field, low, high, log)


def parse_choices(field: FieldInfo, text: str) -> Choices:
    if not text:
        raise ConfigError(f"{field.label} ({field.name}): has no values; {FORM}")
    values = tuple(dict.fromkeys(field.parse(part) for part in text.split(",")))
    if len(values) < 2:
        raise ConfigError(
            f"{field.label} ({field.name}): {text!r} is a single value; give two or more, separated by commas,"
            f" or set it for all trials with {field.option}"
        )
    return Choices(field, values)


def values_of(space: Iterable[Dimension], config: RunConfig) -> dict[str, Value]:
    """Return a configuration's values of the searched fields."""
    return {each.field.name: getattr(config, each.field.name) for each in space}


def holds(space: Iterable[Dimension], values: Mapping[str, Value]) -> bool:
    """Tell whether values of all searched fields lie inside of what is searched."""
    return all(each.holds(values[each.field.name]) for each in space)


def spell(value: Value) -> str:
    """Return a value as one would type it; parsing gives the same value again."""
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def networks_in(space: Iterable[Dimension]) -> set[str]:
    """Return the networks that are searched among."""
    return {
        str(value)
        for each in space
        if each.field.name == "model" and isinstance(each, Choices)
        for value in each.values
    }
