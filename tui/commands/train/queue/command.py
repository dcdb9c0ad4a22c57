"""`mnist-tui queue`: list, move, edit and remove the runs that wait."""

import sys
from pathlib import Path
from typing import Any

import click

from tui.commands.run_coroutine import run
from tui.commands.shared_options import OPTIONAL_COMMAND, Jobs, checkpoints_option, json_option
from tui.state.words.options import config_options, given

number_argument = click.argument("number", type=click.IntRange(1))


@click.group(invoke_without_command=True, subcommand_metavar=OPTIONAL_COMMAND)
@json_option
@checkpoints_option
@click.pass_context
def queue(context: click.Context, checkpoints: Path, as_json: bool) -> None:
    """List and change the runs that wait until nothing trains.

    Without a command, list them, the next one first. `mnist-tui train --queue` adds one. They are kept in queue.json
    in the folder of runs, and start by themselves as long as an engine is running.
    """
    if context.invoked_subcommand is None:
        show(checkpoints, as_json)


@queue.command("list")
@json_option
@checkpoints_option
def list_(checkpoints: Path, as_json: bool) -> None:
    """List the waiting runs, the next one first."""
    show(checkpoints, as_json)


def show(checkpoints: Path, as_json: bool) -> None:
    from engine.storage.runs.queue_file import QueueError, read_queue
    from tui.commands.train.queue.report import print_queue, queue_as_json
    from tui.terminal.printing import print_json

    try:
        found = read_queue(checkpoints)
    except QueueError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json(queue_as_json(found))
    else:
        print_queue(found)


@queue.command()
@click.argument("numbers", type=click.IntRange(1), nargs=-1, required=True)
@checkpoints_option
def remove(numbers: tuple[int, ...], checkpoints: Path) -> None:
    """Remove waiting runs by their numbers."""
    from engine.vocabulary.messages import RemoveQueued

    for number in numbers:
        change(checkpoints, RemoveQueued(queued=number), f"removed {number}")


@queue.command()
@number_argument
@click.argument("place", type=click.IntRange(1))
@checkpoints_option
def move(number: int, place: int, checkpoints: Path) -> None:
    """Put a waiting run at another PLACE; 1 is the next to start."""
    from engine.vocabulary.messages import MoveQueued

    change(checkpoints, MoveQueued(queued=number, place=place - 1), f"moved {number}")


@queue.command()
@number_argument
@config_options
@checkpoints_option
def edit(number: int, checkpoints: Path, **options: Any) -> None:
    """Change hyperparameters of a waiting run."""
    from engine.storage.runs.queue_file import QueueError, find_queued, read_queue
    from engine.vocabulary.config import ConfigError
    from engine.vocabulary.messages import EditQueued

    changes = given(options)
    try:
        waiting = find_queued(read_queue(checkpoints), number)
        config = waiting.config.replace(changes)
    except (QueueError, ConfigError) as error:
        raise click.ClickException(str(error)) from error
    change(checkpoints, EditQueued(queued=number, config=config, fork=waiting.fork), f"changed {number}")


@queue.command()
@checkpoints_option
def clear(checkpoints: Path) -> None:
    """Remove all waiting runs. A queue.json that cannot be read is kept under another name."""
    from engine.vocabulary.messages import ClearQueue

    change(checkpoints, ClearQueue(), "removed all")


@queue.command()
@checkpoints_option
def pause(checkpoints: Path) -> None:
    """Start no waiting run until `queue continue`. What trains goes on."""
    from engine.vocabulary.messages import PauseQueue

    change(checkpoints, PauseQueue(), "paused: no waiting run starts until `mnist-tui queue continue`")


@queue.command("continue")
@checkpoints_option
def continue_(checkpoints: Path) -> None:
    """Let waiting runs start again, with a new engine where none is running."""
    from engine.vocabulary.messages import ContinueQueue

    change(checkpoints, ContinueQueue(), "the queue goes on")


@queue.command()
@click.argument("jobs", type=Jobs(), metavar="N|auto")
@checkpoints_option
def jobs(jobs: int, checkpoints: Path) -> None:
    """Have N of the waiting runs train at once, each in a process of its own with its share of the cores; 1: one after
    the other. It holds until it is changed."""
    from engine.vocabulary.messages import SetJobs

    change(checkpoints, SetJobs(jobs=jobs), f"{jobs or 'as many as pay'} of the waiting runs train at once")


def change(checkpoints: Path, command: Any, done: str) -> None:
    from tui.commands.train.queue.change import change_queue
    from tui.terminal.sanitize import sanitize

    note = run(change_queue(checkpoints, command))
    print(sanitize(note or done, longest=2000), file=sys.stderr)
