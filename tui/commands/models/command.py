"""`mnist-tui models`: the networks by name, or the layers of one. `mnist-tui trust`: the code that a run brings."""

from pathlib import Path

import click

from engine.vocabulary.config import FIELDS
from tui.commands.run_coroutine import run
from tui.commands.shared_options import checkpoints_option, errors_in_one_line, json_option
from tui.state.words.options import FieldType, given


@click.command()
@click.argument("name", metavar="[NAME]", default="")
@click.option("--width", type=FieldType(FIELDS["width"]), help=FIELDS["width"].help)
@click.option("--depth", type=FieldType(FIELDS["depth"]), help=FIELDS["depth"].help)
@json_option
@checkpoints_option
def models(name: str, width: float | None, depth: int | None, checkpoints: Path, as_json: bool) -> None:
    """List the networks with their parameters and FLOPs per image, or the layers of one.

    NAME may also be your own: FILE.py:Class or package:Class. That code runs with your rights.
    """
    from tui.commands.models.report import show_models

    sizes = given({"width": width, "depth": depth})
    if sizes and not name:
        raise click.UsageError("--width and --depth need the NAME of a network")
    run(show_models(checkpoints, name, sizes, as_json))


@click.command()
@click.argument("run_name", metavar="RUN")
@click.option("--yes", is_flag=True, help="Do not ask.")
@checkpoints_option
def trust(run_name: str, yes: bool, checkpoints: Path) -> None:
    """Allow the network code in a run that somebody else made.

    Shows the code first. A trusted run can be evaluated and resumed until its code changes.
    """
    from tui.commands.models.report import trust_run

    with errors_in_one_line():
        trust_run(checkpoints, run_name, yes)
