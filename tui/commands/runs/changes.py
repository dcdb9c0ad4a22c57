"""What changes runs on disk: by the engine where one is up, else here, while the folder's lock keeps one away."""

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from engine.storage.file_lock import locked_folder
from engine.storage.runs.folders import RunError, named_run
from engine.storage.runs.queue_file import QueueError, check_unneeded, read_queue
from engine.storage.runs.record import OwnWords, edit, read_record
from engine.storage.runs.trash import delete_run, restore_run
from engine.vocabulary.messages import CommandDone, DeleteRun, EditRun, QueuedRun, RestoreRun
from tui.commands.run_coroutine import run
from tui.commands.shared_options import errors_in_one_line
from tui.link.waiting import engine_is_running
from tui.state.run_numbers import RANGE, runs_of
from tui.terminal.sanitize import sanitize

Change = EditRun | DeleteRun | RestoreRun
AGAIN = 0.05  # seconds, where another program has just left or come


def change_run(checkpoints: Path, command: Change) -> None:
    """Carry out a command; what is refused, or fails, is a ClickException."""
    with errors_in_one_line():
        while not (engine_is_running(checkpoints) and run(by_engine(checkpoints, command))):
            with locked_folder(checkpoints) as alone:
                if alone is not None:
                    return directly(checkpoints, command, sure=alone)
            time.sleep(AGAIN)


async def by_engine(checkpoints: Path, command: Change) -> bool:
    """Return whether there was an engine to do it."""
    from tui.link.attach import attached

    try:
        async with attached(checkpoints, start=False) as session:
            await session.ask(command, CommandDone)
    except OSError:  # it has ended meanwhile
        return False
    return True


def directly(checkpoints: Path, command: Change, *, sure: bool) -> None:
    """Do it in this process. Raises RunError, OSError."""
    if isinstance(command, RestoreRun):
        restore_run(checkpoints, command.run)
        return
    folder = named_run(checkpoints, command.run)
    if not sure and trains(folder):
        raise RunError(
            f"run {folder.name} is training, it says, and this file system has no locks that would tell whether it is"
            " true; stop its engine first, or open `mnist-tui` here, which then says that the run was interrupted"
        )
    if isinstance(command, DeleteRun):
        check_unneeded(waiting(checkpoints), folder.name, "delete it")
        delete_run(folder)
    else:
        edit(folder, OwnWords(title=command.title, note=command.note, star=command.star))


def waiting(checkpoints: Path) -> tuple[QueuedRun, ...]:
    """Return the runs that wait; none where the queue cannot be read: no run is then taken from it."""
    try:
        return read_queue(checkpoints).runs
    except QueueError:
        return ()


def trains(folder: Path) -> bool:
    try:
        return read_record(folder).state in ("running", "paused")
    except RunError:
        return False


def change_each(checkpoints: Path, words: Iterable[str], command: Callable[[str], Change], done: str) -> None:
    """Change each run that is named; say which were, and exit with status 1 if one could not be."""
    with errors_in_one_line():
        names = runs_named(checkpoints, words)
    failures: list[click.ClickException] = []
    for name in names:
        try:
            change_run(checkpoints, command(name))
        except click.ClickException as error:
            failures.append(error)
        else:
            print(done.format(name), file=sys.stderr)
    for failure in failures[:-1]:
        print(f"Error: {sanitize(failure.message, longest=2000)}", file=sys.stderr)
    if failures:
        raise failures[-1]


def runs_named(checkpoints: Path, words: Iterable[str]) -> list[str]:
    """Return the runs named by `3`, `0003-seed-cnn` or `3-7,9`, each once. Raises RunError."""
    found: dict[str, None] = {}
    for word in map(str.strip, ",".join(words).split(",")):
        folders = runs_of(checkpoints, word) if RANGE.fullmatch(word) else [named_run(checkpoints, word)]
        found.update({folder.name: None for folder in folders})
    return list(found)
