"""`mnist-tui config`: each preference and where it comes from; the file is named, edited, changed."""

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from engine.storage.files import in_words, write_atomically
from engine.storage.typed_path import absolute_text
from engine.vocabulary.messages.known_data import NAMES, known_data
from tui.commands.shared_options import OPTIONAL_COMMAND, json_option
from tui.preferences.file import preferences_file, read_preferences
from tui.preferences.keys import check_action, check_keys, key_label
from tui.preferences.options import current_preferences, refuse_wrong_file
from tui.preferences.remember import HEADER, remember
from tui.preferences.sources import Sourced
from tui.preferences.values import PREFERENCES, PreferenceError, shown, unknown
from tui.terminal.sanitize import sanitize


@click.group(invoke_without_command=True, subcommand_metavar=OPTIONAL_COMMAND)
@json_option
@click.pass_context
def config(context: click.Context, as_json: bool) -> None:
    """Print, set and edit your preferences: theme, drawing, keys, default folders and the like.

    Without a command, print each preference, its value, and where it comes from: an option comes before the
    environment, that before your file, that before the default. Unknown names and values are errors.
    """
    if context.invoked_subcommand is not None:
        return
    refuse_wrong_file()
    root = context.find_root()
    given = {
        name: root.params[name]
        for name in ("theme", "drawing", "data", "checkpoints", "notify", "coach")
        if root.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    }
    _, found = current_preferences({name: str(v) if isinstance(v, Path) else v for name, v in given.items()})
    if as_json:
        from tui.terminal.printing import print_json

        print_json({name: {"value": each.value, "source": each.source} for name, each in found.items()})
    else:
        print_preferences(found)


@config.command()
def path() -> None:
    """Print where the file of preferences is, or would be."""
    print(sanitize(str(preferences_file()), longest=5000))


@config.command()
def edit() -> None:
    """Open the file in $VISUAL or $EDITOR, and check it afterwards."""
    file = preferences_file()
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise click.ClickException(f"neither VISUAL nor EDITOR names an editor; set one, or edit {file} yourself")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            write_atomically(file, template().encode())
        status = subprocess.run([*shlex.split(editor), str(file)], check=False).returncode
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{editor}: {in_words(error)}") from error
    if status:
        raise click.ClickException(f"{editor} ended with status {status}; {file} is as it left it")
    try:
        read_preferences(file)
    except (PreferenceError, OSError) as error:
        raise click.ClickException(in_words(error)) from error
    print("The file is in order.", file=sys.stderr)


@config.command(name="set")
@click.argument("key")
@click.argument("value")
def set_value(key: str, value: str) -> None:
    """Set a preference: `config set theme nord`, `config set keys.train.log_axis Y`.

    The file keeps its comments and its order.
    """
    name = key.replace("-", "_")
    try:
        remember(preferences_file(), {name: placed(name, parsed(name, value))})
    except (PreferenceError, OSError) as error:
        raise click.ClickException(in_words(error)) from error


@config.command()
@json_option
def keys(as_json: bool) -> None:
    """List every action by the name it has in [keys.SCREEN], and its keys."""
    from tui.state.actions.table import ACTIONS

    refuse_wrong_file()
    found, _ = current_preferences({})
    if as_json:
        from tui.terminal.printing import print_json

        print_json({f"{each.scope}.{each.id}": key_label(each, found.keys) for each in ACTIONS})
        return
    rows = [(f"keys.{each.scope}.{each.id}", key_label(each, found.keys), each.help) for each in ACTIONS]
    table("name", "keys", "what it does", rows=rows)


def parsed(name: str, text: str) -> Any:
    """Return the value that was typed for a preference, or for one key. Raises PreferenceError."""
    if name.startswith("keys."):
        parts = name.split(".")
        if len(parts) != 3:
            raise PreferenceError(f"{name!r}: give keys.SCREEN.ACTION, as `mnist-tui config keys` lists them")
        check_keys({parts[1]: {}})
        several = text.split(",") if len(text) > 1 and not text.endswith("+,") else [text]
        check_action(parts[1], parts[2], several)
        return several if len(several) > 1 else several[0]
    if name not in PREFERENCES:
        raise unknown(name)
    if name == "keys":
        raise PreferenceError("keys: give one key, as in `mnist-tui config set keys.train.log_axis Y`")
    return PREFERENCES[name].parse(text)


def placed(name: str, value: Any) -> Any:
    """Return a folder as it is called from everywhere; a relative one counts from here. Raises PreferenceError."""
    if name not in ("data", "checkpoints") or not value or (name == "data" and known_data(value)):
        return value
    path = absolute_text(value)
    if name == "data" and not os.path.exists(path):
        raise PreferenceError(f"data: {path} does not exist; give a folder, an .npz file, or one of {', '.join(NAMES)}")
    return path


def template() -> str:
    """Return a file in which every preference stands as a comment."""
    lines = [HEADER]
    for info in PREFERENCES.values():
        value = '[keys.train]\n# log_axis = "Y"' if info.kind is dict else f"{info.name} = {toml(info.default)}"
        takes = "" if info.kind is dict or info.takes == "text" else f" {info.takes[0].upper()}{info.takes[1:]}."
        lines.append(f"# {info.help}{takes}\n# {value}\n")
    return "\n".join(lines)


def toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else shown(value)


def print_preferences(found: dict[str, Sourced]) -> None:
    rows = []
    for name, each in found.items():
        if isinstance(each.value, dict):
            rows += [
                (f"keys.{scope}.{action}", ", ".join(own), each.source, "")
                for scope, actions in each.value.items()
                for action, own in actions.items()
            ] or [("keys", "as listed by `mnist-tui config keys`", each.source, "Keys of actions.")]
        else:
            rows.append((name, toml(each.value), each.source, PREFERENCES[name].help))
    table("preference", "value", "from", "what it is for", rows=rows)


def table(*columns: str, rows: Sequence[tuple[str, ...]]) -> None:
    from rich.table import Table
    from rich.text import Text

    from tui.terminal.printing import wide_console

    drawn = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        drawn.add_row(*(Text(sanitize(cell, longest=500)) for cell in row))
    wide_console().print(drawn)
