"""Every preference: its default, the values it takes, and what it is for."""

import difflib
import math
import typing
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

KeyMap = dict[str, dict[str, tuple[str, ...]]]  # keys by screen and action
Setting = str | bool | float | KeyMap

DRAWINGS = ("auto", "braille", "blocks", "ascii")
THEMES = (  # those of Textual, by name: to ask it takes 100 ms
    "textual-dark", "textual-light", "nord", "gruvbox", "catppuccin-mocha", "catppuccin-latte", "catppuccin-frappe",
    "catppuccin-macchiato", "dracula", "tokyo-night", "monokai", "flexoki", "solarized-light", "solarized-dark",
    "rose-pine", "rose-pine-moon", "rose-pine-dawn", "atom-one-dark", "atom-one-light", "ansi-dark", "ansi-light",
)  # fmt: skip


SORTS = ("age", "accuracy", "loss", "epochs", "time", "name", "network", "parameters", "seed")
ORDERS = ("", *SORTS, *(f"-{sort}" for sort in SORTS))
DIGIT_SORTS = ("index", "loss", "confidence", "margin")
DIGIT_ORDERS = (*DIGIT_SORTS, *(f"-{sort}" for sort in DIGIT_SORTS))


class PreferenceError(ValueError):
    """A preference that is not known, or a value that it does not take; the message says what would be right."""


def preference(help: str, *choices: str, **bounds: Any) -> msgspec.Meta:
    return msgspec.Meta(description=help, extra={"choices": choices, **bounds})


def share(pane: str) -> msgspec.Meta:
    return preference(f"Share of the screen for the {pane}; 0 is the program's choice.", low=0.0, high=0.75)


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """What the user prefers. An empty text stands for the program's own choice."""

    theme: Annotated[str, preference("Colours of the screen: one of Textual's themes.", *THEMES)] = "textual-dark"
    drawing: Annotated[
        str, preference("What charts and digits are drawn with; auto is what the terminal can.", *DRAWINGS)
    ] = "auto"
    log_axis: Annotated[bool, preference("Draw the loss on a logarithmic axis.")] = False
    log_x_axis: Annotated[bool, preference("Draw the x axis of a run's charts logarithmic.")] = False
    smoothing: Annotated[float, preference("Smoothing of the loss: 0 is none, 0.99 the most.", low=0.0, high=0.999)] = (
        0.9
    )
    refresh: Annotated[
        float,
        preference(
            "Seconds between two frames of a live screen; 0 is 0.25, 0.5 over SSH, and up to 1 on a slow machine.",
            low=0.0,
            high=10.0,
        ),
    ] = 0.0
    sort: Annotated[
        str,
        preference("Order of the list of runs, - in front: descending.", *ORDERS),
    ] = ""
    digits_sort: Annotated[
        str,
        preference("Order of the digits, - in front: descending.", *DIGIT_ORDERS),
    ] = "index"
    side_share: Annotated[float, share("right side of Train")] = 0.0
    log_share: Annotated[float, share("log of Train")] = 0.0
    curves_share: Annotated[float, share("curves beside the list of runs")] = 0.0
    data: Annotated[str, preference("Folder or file of the data, where none is named.")] = ""
    checkpoints: Annotated[str, preference("Folder of runs, where none is named.")] = ""
    notify: Annotated[bool, preference("Ring the bell and notify the desktop when a run ends or fails.")] = True
    coach: Annotated[bool, preference("Watch runs for problems, and say what would help.")] = True
    log_to: Annotated[
        str, preference("Where every new run is logged to as well: tensorboard, mlflow=URL, trackio; with commas.")
    ] = ""
    keys: Annotated[
        KeyMap,
        preference('Keys of actions by screen: [keys.train] log_axis = "y". `mnist-tui config keys` lists them.'),
    ] = msgspec.field(default_factory=dict)


DEFAULTS = Preferences()


class PreferenceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one preference."""

    name: str
    kind: type
    default: Setting
    help: str
    choices: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"MNIST_TUI_{self.name.upper()}"

    @property
    def takes(self) -> str:
        if self.kind is bool:
            return "true or false"
        if self.kind is float:
            return f"a number from {self.low:g} to {self.high:g}"
        if self.kind is dict:
            return "a table, as [keys.train]"
        return f"one of {', '.join(self.choices)}" if self.choices else "text"

    def check(self, value: object) -> Setting:
        """Return the value as this preference has it. Raises PreferenceError."""
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not self.kind:
            raise PreferenceError(f"{self.name}: {shown(value)} is not {self.takes}")
        if isinstance(value, float) and not self.low <= value <= self.high:
            raise PreferenceError(f"{self.name}: {value:g} is out of range; give {self.takes}")
        if isinstance(value, str):
            if self.choices and value not in self.choices:
                hint = nearest(value, self.choices) or f"; give {self.takes}"
                raise PreferenceError(f"{self.name}: {value!r} is not known{hint}")
            if any(not character.isprintable() for character in value):
                raise PreferenceError(f"{self.name}: {value!r} has characters that cannot be shown; remove them")
        return typing.cast(Setting, value)

    def parse(self, text: str) -> Setting:
        """Return the value that was typed, or stands in the environment. Raises PreferenceError."""
        words = {
            "true": True,
            "1": True,
            "yes": True,
            "on": True,
            "false": False,
            "0": False,
            "no": False,
            "off": False,
        }
        if self.kind is bool:
            return self.check(words.get(text.strip().lower(), text))
        if self.kind is float:
            try:
                return self.check(float(text))
            except ValueError as error:
                if isinstance(error, PreferenceError):
                    raise
                raise PreferenceError(f"{self.name}: {text!r} is not {self.takes}") from None
        return self.check(text) if self.choices else text  # a folder may have any name; in a file it needs one of TOML


def _infos() -> Iterable[PreferenceInfo]:
    hints = typing.get_type_hints(Preferences, include_extras=True)
    for each in msgspec.structs.fields(Preferences):
        kind, meta = typing.get_args(hints[each.name])
        default = {} if each.default is msgspec.NODEFAULT else each.default
        kind = typing.get_origin(kind) or kind
        yield PreferenceInfo(name=each.name, kind=kind, default=default, help=meta.description, **meta.extra)


PREFERENCES = {each.name: each for each in _infos()}


def shown(value: object) -> str:
    """Return a value as TOML has it."""
    return str(value).lower() if isinstance(value, bool) else repr(value)


def nearest(name: str, names: Iterable[str]) -> str:
    """Return a hint at the name that was meant; "" where none is near."""
    near = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def unknown(name: str) -> PreferenceError:
    """Return the error for the name of no preference."""
    hint = nearest(name, PREFERENCES) or f"; there are {', '.join(PREFERENCES)}"
    return PreferenceError(f"{name!r} is no preference{hint}")
