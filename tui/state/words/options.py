"""RunConfig on the command line: every field an option, and every config a command to copy."""

import os
import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import click

from engine.storage.preset_file import MACHINE
from engine.storage.typed_path import absolute_text
from engine.vocabulary.architectures import OwnName, is_own
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig, Value
from engine.vocabulary.fields import FieldInfo
from engine.vocabulary.messages.known_data import known_data

ALIASES = {"processes": ("--nproc-per-node",)}  # torchrun's own name

F = TypeVar("F", bound=Callable[..., Any])


class FieldType(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """The values one field of RunConfig takes."""

    def __init__(self, field: FieldInfo) -> None:
        self.field = field
        self.name = {int: "integer", float: "number", str: "text"}[field.kind]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Value:
        try:
            return clean(self.field.name, self.field.parse(value))
        except ConfigError as error:
            self.fail(str(error), param, ctx)


def clean(name: str, value: Value) -> Value:
    """Make paths absolute, of data and of a network: the engine works in another folder than the user. The name of a
    known data set stays, unless there is something under it here."""
    if name == "data" and value:
        known = known_data(str(value))
        return known.name if known is not None and not os.path.lexists(str(value)) else absolute_text(str(value))
    if name == "log_to" and value:
        from engine.tracking.trackers import resolved  # looks for libraries, which takes a while

        return resolved(str(value))
    if name == "model" and is_own(str(value)):
        own = OwnName.parse(str(value))
        return str(OwnName(os.path.abspath(os.path.expanduser(own.place)), own.kind)) if own.is_file else value
    return value


def config_options(command: F) -> F:
    """Give a click command one option for each field; those that were not given arrive as None."""
    return _options(command, FIELDS)


def preset_options(command: F) -> F:
    """The same for the fields that a preset can hold."""
    return _options(command, [name for name in FIELDS if name not in MACHINE])


def _options(command: F, names: Iterable[str]) -> F:
    for field in reversed([FIELDS[name] for name in names]):
        default = "" if field.default == "" else f"; default {field.default}"
        bounds = "" if field.bounds == "text" else f"{field.bounds}{default}"
        help = f"{field.help} [{bounds}]" if bounds else field.help
        spellings = [field.option, *ALIASES.get(field.name, ())]
        more: dict[str, Any] = (
            {"is_flag": False, "flag_value": "on"} if field.choices == ("off", "on") else {}
        )  # alone it is "on"
        if field.name == "log_to":
            more = {"multiple": True, "callback": together, "metavar": "NAME[=WHERE]"}
        command = click.option(*spellings, field.name, type=FieldType(field), help=help, **more)(command)
    return command


def together(context: click.Context, option: click.Parameter, values: tuple[Value, ...]) -> str | None:
    """Return the trackers of an option that was given several times. Raises BadParameter."""
    try:
        return str(clean("log_to", ",".join(map(str, values)))) if values else None
    except ConfigError as error:
        raise click.BadParameter(str(error), context, option) from error


def command_words(config: RunConfig, base: RunConfig) -> list[str]:
    """Return the `mnist-tui train` command that trains with this config, where `base` is what it begins from."""
    words = ["mnist-tui", "train"]
    for name, field in FIELDS.items():
        if (value := getattr(config, name)) != getattr(base, name):
            words += [field.option, repr(value) if isinstance(value, float) else str(value)]
    return words


def command_line(config: RunConfig) -> str:
    """Return the `mnist-tui train` command that trains with this config."""
    return shlex.join(command_words(config, RunConfig()))


def given(options: Mapping[str, Any]) -> dict[str, Value]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def config_of(options: Mapping[str, Any], changes: Mapping[str, Value] = {}) -> RunConfig:
    """Return the config of a preset's changes, with the options that were given. Raises click.UsageError."""
    try:
        return RunConfig().replace({**changes, **given(options)})
    except ConfigError as error:
        raise click.UsageError(str(error)) from error
