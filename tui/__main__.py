"""The command line of mnist-tui. Each command imports what it needs when it runs: `--help` answers at once."""

import contextlib
import gc
import importlib
import os
import sys
from collections import UserDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from engine.storage.files import in_words
from engine.storage.paths import PathError
from tui.commands.shared_options import (
    COMPLETING,
    OPTIONAL_COMMAND,
    checkpoints_option,
    coach_option,
    data_option,
    notify_option,
    refuse_empty,
    refuse_without_terminal,
    say_what_to_give,
)
from tui.preferences.file import preferences_file
from tui.preferences.options import current_preferences, refuse_wrong_file
from tui.preferences.values import DRAWINGS, PREFERENCES, PreferenceError
from tui.terminal.ascii import needs_ascii, to_ascii, write_anything
from tui.terminal.sanitize import sanitize

COMMANDS = {  # and where each is defined, from `tui.commands` on
    "train": "train.command",
    "find-lr": "train.command",
    "presets": "settings.presets",
    "models": "models.command",
    "trust": "models.command",
    "compare": "runs.compare",
    "tune": "tune.command",
    "studies": "tune.command",
    "queue": "train.queue.command",
    "runs": "runs.listed",
    "evaluate": "runs.evaluate",
    "track": "results.track",
    "predict": "runs.command",
    "export": "results.export",
    "inspect": "digits.command",
    "gallery": "digits.command",
    "why": "digits.why",
    "data": "data.command",
    "bench": "bench.command",
    "report": "results.report",
    "engine": "engine",
    "config": "settings.config",
    "doctor": "doctor.command",
    "completion": "shell.completion",
    "man": "shell.man",
    "guide": "guide",
    "web": "web.command",
    "tour": ".tour.command",
}


class Commands(UserDict[str, Any]):
    """Imports a command when it is asked for: the screen needs none of them, and each no other."""

    def __getitem__(self, name: str) -> click.Command:
        module = importlib.import_module(f".{self.data[name]}", "tui.commands")
        command: click.Command = getattr(module, name.replace("-", "_"))
        if COMPLETING in os.environ:
            offer_values(command)
        return command


def offer_values(command: click.Command) -> None:
    """Have the values of its options and arguments completed, as a shell asks just now."""
    from tui.commands.shell.offers import offer_values

    offer_values(command)


class HarmlessErrors(click.Group):
    """A group whose error messages, which repeat what was typed, cannot act on the terminal."""

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **kwargs: Any) -> click.Context:
        with harmless_errors():
            if COMPLETING not in os.environ:
                refuse_empty(args)
            return super().make_context(info_name, args, *more, **kwargs)

    def invoke(self, context: click.Context) -> Any:
        with harmless_errors():
            return super().invoke(context)


@contextlib.contextmanager
def harmless_errors() -> Iterator[None]:
    try:
        yield
    except click.ClickException as error:
        if isinstance(error, click.MissingParameter):
            say_what_to_give(error)
        message = sanitize(error.message, longest=2000)
        # Click writes UTF-8 where a stream is set to ASCII.
        error.message = to_ascii(message) if needs_ascii() else message  # type: ignore[misc]  # typed as final
        raise


WITHOUT_PREFERENCES = ("config", "doctor", "completion", "man")  # work although the file of preferences is wrong
VERSION_HELP = "Print the version, with the commit where it is known, and exit."


def print_version(context: click.Context, option: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        from engine.program.version import in_words as version_in_words

        click.echo(f"mnist-tui {version_in_words()}")
        context.exit()


@click.group(
    cls=HarmlessErrors,
    commands=Commands(COMMANDS),
    invoke_without_command=True,
    subcommand_metavar=OPTIONAL_COMMAND,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Read on: `mnist-tui guide`, or ? and Enter on the screen.",
)
@checkpoints_option
@data_option
@notify_option
@coach_option
@click.option("--theme", metavar="NAME", help="Colours of the screen; remembered where they are changed there.")
@click.option("--drawing", type=click.Choice(DRAWINGS), help="What charts and digits are drawn with.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=print_version, help=VERSION_HELP)
@click.pass_context
def cli(
    context: click.Context,
    checkpoints: Path,
    data: str,
    notify: bool,
    coach: bool,
    theme: str | None,
    drawing: str | None,
) -> None:
    """Train a digit classifier on MNIST in the terminal.

    Without a command, open the screen. It attaches to the engine of this folder of runs, a background process that
    goes on training when the screen is closed or the connection drops.
    """
    if context.invoked_subcommand not in WITHOUT_PREFERENCES:
        refuse_wrong_file()
    if theme is not None:
        try:
            PREFERENCES["theme"].check(theme)
        except PreferenceError as error:
            raise click.UsageError(f"--{error}") from error
    if context.invoked_subcommand is not None:
        return
    refuse_without_terminal()
    gc.disable()  # until the first frame: hardly anything of what is made for it goes again
    from tui.app.main import open_app

    preferences, _ = current_preferences({"theme": theme, "drawing": drawing, "notify": notify, "coach": coach})
    sys.exit(open_app(checkpoints, data, notify, coach, preferences, preferences_file()))


def main() -> None:
    open_closed_ends()
    write_anything()
    leave_missing_folder()
    try:
        try:
            if COMPLETING in os.environ:
                offer_values(cli)
            if "doctor" in sys.argv:  # even to read the options may hang, on a folder's disk
                from tui.commands.doctor.deadline import end_in_time

                end_in_time()
            cli(prog_name="mnist-tui")
        finally:
            sys.stdout.flush()
    except PathError as error:  # of a default, before any command has begun
        sys.exit(sanitize(f"Error: {error}"))
    except OSError as error:  # of what is printed: the disk of a file is full, or nobody reads a pipe any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python flushes it once more
        sys.exit(1 if isinstance(error, BrokenPipeError) else sanitize(f"Error: {in_words(error)}"))


def leave_missing_folder() -> None:
    """Work in / where the working directory was deleted: Python, and the engine, need one that is there."""
    try:
        os.getcwd()
    except FileNotFoundError:
        os.chdir("/")
        print("warning: the working directory was deleted; relative paths count from /", file=sys.stderr)


def open_closed_ends() -> None:
    """Let stdin, stdout and stderr lead nowhere if they are closed: else the next file would take their place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
            setattr(sys, name, os.fdopen(nowhere, "w" if number else "r", closefd=False))


if __name__ == "__main__":
    main()
