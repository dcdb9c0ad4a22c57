"""Which values each option and argument is completed with: by its metavar, its name, or its command and name.

Click's own `shell_complete=` would say it at each of a hundred declarations, most of them alike: here a new command
with an argument RUN has its runs without a word. What is in no table and has no choices is free text.
"""

import contextlib
import re
from collections import UserDict
from typing import Any

import click

from tui.commands.shell import values
from tui.commands.shell.values import Completer, Items
from tui.state.words.options import FieldType

BY_METAVAR: dict[str, Completer] = {
    "RUN": values.runs,
    "RUN@EPOCH": values.checkpoints,
    "FILE": values.files,
    "FOLDER": values.folders,
}
BY_NAME: dict[str, Completer] = {
    "--preset": values.presets,
    "--run": values.runs,
    "--data": values.files,
    "--model": values.networks,
    "--storage": values.files,
    "--theme": values.themes,
    "--log-to": values.trackers,
}
BY_COMMAND: dict[str, Completer] = {
    "compare a": values.runs,
    "compare b": values.runs,
    "config set key": values.preferences,
    "config set value": values.preference_values,
    "data export folder": values.folders,
    "export -o": values.files,
    "guide topic": values.topics,
    "models name": values.networks,
    "predict files": values.files,
    "presets delete name": values.own_presets,
    "presets show name": values.presets,
    "runs restore runs_": values.deleted_runs,
    "track --to": values.trackers,
    "tune --name": values.studies,
}


class Offered(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """Completes the values of a parameter; otherwise the type that it stands for."""

    name = "offered"

    def __init__(self, kind: click.ParamType) -> None:  # type: ignore[type-arg, unused-ignore]
        self.kind = kind

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kind, name)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return self.kind.convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
        command = " ".join(ctx.command_path.split()[1:])
        with contextlib.suppress(Exception):  # a folder that cannot be read, say: there is no place for words on it
            if (completer := completer_of(command, param, self.kind)) is not None:
                return completer(ctx, incomplete)
            return self.kind.shell_complete(ctx, param, incomplete)
        return []


def completer_of(command: str, param: click.Parameter, kind: object) -> Completer | None:
    """Return what completes a parameter of the command `presets show`; None where its type, or nothing, does."""
    own = [BY_COMMAND.get(f"{command} {name}") for name in (param.name, *param.opts)]
    named = [BY_METAVAR.get(re.sub(r"[\[\]]|\.\.\.", "", param.metavar or ""))]
    named += [BY_NAME.get(name) for name in param.opts]
    if isinstance(param, click.Option) and isinstance(kind, FieldType) and (choices := kind.field.choices):
        named.append(lambda context, incomplete: values.items(choices, incomplete))
    return next((each for each in (*own, *named) if each is not None), None)


def offer_values(command: click.Command) -> None:
    """Complete the values of a command's parameters, and of its subcommands'; of the program's only its own."""
    for param in command.params:
        if not isinstance(param.type, Offered):
            param.type = Offered(param.type)
    below = getattr(command, "commands", {})
    for each in () if isinstance(below, UserDict) else below.values():
        offer_values(each)
