"""One hyperparameter: its bounds, its label and help, how typed text becomes its value, and what uses that value."""

import difflib
import math
import typing
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from engine.vocabulary.architectures import CATALOGUE, DEPTH, WIDTH, OwnName, is_own

Value = int | float | str


class ConfigError(ValueError):
    """A value that a field does not take; the message names the field, the value and what would be right."""


class FieldInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a form or a command line needs to know about one field of RunConfig."""

    name: str
    kind: type
    default: Value
    label: str
    help: str
    group: str
    unit: str = ""
    low: float | None = None
    low_open: bool = False  # the lower bound itself is not allowed
    high: float | None = None
    choices: tuple[str, ...] = ()
    own: bool = False  # a class of the user's is taken beside the choices: FILE.py:Class, package:Class
    live: bool = False  # may change during a run

    @property
    def option(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def bounds(self) -> str:
        """The allowed values in words: `1 to 60000 images`, `more than 0 and at most 10`, `one of seed-cnn`."""
        if self.choices:
            return "one of " + ", ".join(self.choices) + (", FILE.py:Class, package:Class" if self.own else "")
        unit = f" {self.unit}" if self.unit else ""
        if self.low is not None and self.high is not None:
            low, high = (str(self.kind(bound)).removesuffix(".0") for bound in (self.low, self.high))
            high = high.replace(str(2**63 - 1), "2^63 - 1")  # nobody reads nineteen digits
            return f"more than {low} and at most {high}{unit}" if self.low_open else f"{low} to {high}{unit}"
        return "text"

    def parse(self, raw: object) -> Value:
        """Turn what was typed (or came in a message) into this field's value. Raises ConfigError."""
        try:
            value = self.kind(str(raw).strip())
        except ValueError:
            noun = "a whole number" if self.kind is int else "a number"
            raise ConfigError(f"{self.label} ({self.name}): {raw!r} is not {noun}; give {self.bounds}") from None
        if self.own and is_own(str(value)):
            try:
                return str(OwnName.parse(str(value)))
            except ValueError as error:
                raise ConfigError(f"{self.label} ({self.name}): {error}") from None
        if self.own and str(value).endswith(".py"):
            raise ConfigError(f"{self.label} ({self.name}): {raw!r} does not name a class; give {value}:Class")
        if self.choices and value not in self.choices:
            near = difflib.get_close_matches(str(value), self.choices, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; give {self.bounds}"
            raise ConfigError(f"{self.label} ({self.name}): {raw!r} is not known{hint}")
        if isinstance(value, str):
            return value
        low, high = self.low, self.high
        too_low = low is not None and (value < low or (self.low_open and value == low))
        if too_low or (high is not None and value > high) or not math.isfinite(value):
            raise ConfigError(f"{self.label} ({self.name}): {raw} is out of range; give {self.bounds}")
        return typing.cast(Value, value)


def counted(number: int, noun: str) -> str:
    """Return `1 epoch`, `2 epochs` or `60,000 images`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def field(label: str, help: str, group: str, **more: Any) -> dict[str, Any]:
    return {"label": label, "help": help, "group": group, **more}


NETWORKS_WITH_MAPS_DROPPED = ("seed-cnn", "seed-cnn-bn", "fast-cnn", "deep-cnn", "vgg-small")
USED_BY: dict[str, tuple[str, tuple[str, ...]]] = {
    "momentum": ("optimizer", ("sgd", "nesterov", "muon")),
    "beta1": ("optimizer", ("adam", "adamw", "muon")),
    "beta2": ("optimizer", ("adam", "adamw", "rmsprop", "muon")),
    "warmup": ("schedule", ("constant", "step", "cosine", "plateau")),
    "decay": ("schedule", ("step", "plateau")),
    "decay_every": ("schedule", ("step", "plateau")),
    "width": ("model", tuple(each.name for each in CATALOGUE.values() if WIDTH in each.takes)),
    "depth": ("model", tuple(each.name for each in CATALOGUE.values() if DEPTH in each.takes)),
    "dropout2d": ("model", NETWORKS_WITH_MAPS_DROPPED),
    "dropout": ("model", (*NETWORKS_WITH_MAPS_DROPPED, "mlp")),
}
"""Field -> the field that decides, and its values that use it. Every other field is used, whatever is chosen."""


def unused(values: Mapping[str, Value]) -> dict[str, str]:
    """Return the fields of a config that its optimizer, schedule, network and device do not use, each with the reason.

    They are kept, not refused: whoever goes back to sgd finds the momentum that was there. A user's own network is
    asked when it is built; until then all of its fields count as used.
    """
    found = {}
    for name, (decider, users) in USED_BY.items():
        value = str(values[decider])
        if value not in users and not is_own(value):
            found[name] = f"not used by {value}, only by {listed(users)}"
    if not values["validation"]:
        found["patience"] = "not used without validation images; set Validation first"
    if str(values["device"]).partition(":")[0] in ("cuda", "mps"):
        found["threads"] = f"not used on {values['device']}, only on the CPU"
    return found


def listed(names: Sequence[str]) -> str:
    """Return `a, b and c`; of more than four the first two, and how many others there are."""
    if len(names) > 4:
        return f"{', '.join(names[:2])} and {len(names) - 2} others"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
