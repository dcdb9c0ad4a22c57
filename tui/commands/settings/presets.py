"""`mnist-tui presets`: list, show, save and delete hyperparameters that go together."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.shared_options import OPTIONAL_COMMAND, checkpoints_option, errors_in_one_line, json_option
from tui.state.words.options import given, preset_options
from tui.terminal.sanitize import sanitize

if TYPE_CHECKING:
    from engine.storage.presets import ListedPreset


@click.group(invoke_without_command=True, subcommand_metavar=OPTIONAL_COMMAND)
@json_option
@checkpoints_option
@click.pass_context
def presets(context: click.Context, checkpoints: Path, as_json: bool) -> None:
    """List, show, save and delete presets: hyperparameters that go together.

    Without a command, list the built-in presets and your own, with the values they change. Your own are
    files, FOLDER OF RUNS/presets/NAME.toml, in plain TOML: an optional title and hyperparameters.
    """
    if context.invoked_subcommand is not None:
        return
    from engine.storage.presets import list_presets
    from tui.terminal.printing import print_json

    found = list_presets(checkpoints)
    (print_json if as_json else print_presets)(found)


@presets.command()
@click.argument("name")
@json_option
@checkpoints_option
def show(name: str, checkpoints: Path, as_json: bool) -> None:
    """Print a preset as the TOML of its file."""
    from engine.storage.preset_file import preset_text
    from engine.storage.presets import load_preset
    from tui.terminal.printing import print_json

    with errors_in_one_line():
        preset = load_preset(checkpoints, name)
    if as_json:
        print_json({"name": name, "title": preset.title, "changes": preset.changes})
    else:
        for line in preset_text(preset).splitlines():
            print(sanitize(line, longest=5000))


@presets.command()
@click.argument("name")
@click.option("--preset", "base", metavar="NAME", help="Start from another preset; other options override it.")
@click.option("--from", "run_name", metavar="RUN", help="Start from a run's hyperparameters.")
@click.option("--title", default="", help="A short title for the list of presets.")
@click.option("--replace", is_flag=True, help="Replace a preset of this name.")
@preset_options
@checkpoints_option
def save(
    name: str,
    base: str | None,
    run_name: str | None,
    title: str,
    replace: bool,
    checkpoints: Path,
    **options: Any,
) -> None:
    """Save hyperparameters as a preset of your own: FOLDER OF RUNS/presets/NAME.toml.

    Settings of the machine (data, device, precision, processes and the like) are not saved.
    """
    from engine.storage.preset_file import without_machine
    from engine.storage.presets import PresetExists, load_preset, save_preset
    from engine.storage.runs.folders import find_run
    from engine.storage.runs.record import read_record
    from tui.state.words.values import format_values

    if base is not None and run_name is not None:
        raise click.UsageError("--preset and --from both set the starting point; give only one of them")
    if base is None and run_name is None and not given(options):
        raise click.UsageError("nothing to save; give hyperparameters, --preset NAME or --from RUN")
    with errors_in_one_line():
        changes = dict(load_preset(checkpoints, base).changes) if base is not None else {}
        if run_name is not None:
            record = read_record(find_run(checkpoints, run_name))
            changes = without_machine(record.config.differences())
            if record.steered:
                began = f"; it started with {format_values(record.began)}" if record.began else ""
                note = f"{record.run} was changed during the run: these are its last values{began}"
                print(sanitize(f"note: {note}", longest=2000), file=sys.stderr)
        try:
            path = save_preset(checkpoints, name, {**changes, **given(options)}, title, replace=replace)
        except PresetExists as error:
            raise click.ClickException(f"{error}; --replace overwrites it") from error
    print(f"saved in {sanitize(str(path))}; `mnist-tui train --preset {name}` trains with it", file=sys.stderr)


@presets.command()
@click.argument("name")
@checkpoints_option
def delete(name: str, checkpoints: Path) -> None:
    """Delete one of your own presets."""
    from engine.storage.presets import delete_preset

    with errors_in_one_line():
        delete_preset(checkpoints, name)
    print(f"deleted {name}", file=sys.stderr)


def print_presets(presets: "Sequence[ListedPreset]") -> None:
    from rich.table import Table
    from rich.text import Text

    from engine.vocabulary.config import RunConfig
    from tui.state.words.values import format_values
    from tui.terminal.printing import wide_console

    table = Table("preset", "title", "differs from the defaults in", box=None, pad_edge=False)
    for preset in presets:
        if not preset.problem:
            words = format_values(RunConfig().replace(preset.changes).differences()) or "nothing"
            table.add_row(*(Text(sanitize(cell)) for cell in (preset.name, preset.title, words)))
    wide_console().print(table)
    for preset in presets:
        if preset.problem:
            print(f"cannot be used: {sanitize(preset.problem)}", file=sys.stderr)
