"""`mnist-tui engine`: look at or stop the background process."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.storage.paths import engine_log
from tui.commands.run_coroutine import run
from tui.commands.shared_options import checkpoints_option, json_option
from tui.terminal.sanitize import sanitize

if TYPE_CHECKING:
    from engine.vocabulary.messages import StatusTold


@click.group()
def engine() -> None:
    """Show or stop the engine, the background process of a folder of runs."""


@engine.command("status")
@json_option
@checkpoints_option
def engine_status(checkpoints: Path, as_json: bool) -> None:
    """Show state, run, memory, attached screens and the last error.

    Exits with status 1 if no engine is running, 4 if one is running but does not answer.
    """
    from engine.vocabulary.messages import AskStatus, StatusTold
    from tui.link.attach import ask_engine
    from tui.terminal.printing import print_json

    told = run(ask_engine(checkpoints, AskStatus(), StatusTold))
    if as_json:
        print_json(told)
    else:
        print_status(told, checkpoints)


@engine.command("stop")
@click.option(
    "--force",
    is_flag=True,
    help="End it within seconds, even if the run cannot be saved or the engine does not answer.",
)
@checkpoints_option
def engine_stop(checkpoints: Path, force: bool) -> None:
    """Stop the run in progress, save it, and end the engine.

    Waits for the current step. If no step ends for a minute (or for ten times the usual step, if that is longer), the
    run is ended without saving, at its last checkpoint; --force does not wait.
    """
    from tui.link.stop import stop_engine

    print(sanitize(run(stop_engine(checkpoints, force)), longest=2000), file=sys.stderr)


@engine.command("log")
@checkpoints_option
def engine_log_(checkpoints: Path) -> None:
    """Print the output of the engine process."""
    from engine.storage.engine_log import rotated
    from engine.storage.files import in_words, open_regular

    path = engine_log(checkpoints)
    if not os.path.lexists(path):
        raise click.ClickException(f"{path}: no engine has written anything yet")
    if not any(each.stat().st_size for each in (rotated(path), path) if each.is_file()):
        print(f"{sanitize(str(path))} is empty: the engine had nothing to say", file=sys.stderr)
    for each in (rotated(path), path):
        try:
            with open_regular(each) as file:
                for line in file:
                    print(sanitize(line.decode(errors="replace").rstrip("\n")))
        except BrokenPipeError:  # nobody reads on
            raise
        except OSError as error:
            if each == path:
                raise click.ClickException(f"{in_words(error)}; remove it, or make it readable") from error


def print_status(status: "StatusTold", checkpoints: Path) -> None:
    from tui.state.words.figures import duration

    up = f"up {duration(status.uptime)}, {status.memory / 2**20:.0f} MiB"
    print(f"engine {sanitize(status.state)}, pid {status.pid}, {up}")
    print(f"serves {sanitize(str(checkpoints))}; {status.clients} attached, this command included")
    if status.state.startswith("tuning"):
        print(sanitize(status.run))
    elif status.run:
        unsaved = f", {status.unsaved:,} steps since the last checkpoint" if status.unsaved else ""
        print(f"run {sanitize(status.run)}: epoch {status.epoch}, step {status.step:,}{unsaved}")
    if status.stalled:
        print(f"no step for {status.stalled:.0f} s")
    if status.last_error:
        print(f"last error: {sanitize(status.last_error)}")
