"""Options that several commands share, and how their errors are shown."""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from engine.storage.files import in_words
from engine.storage.paths import PathError, default_checkpoints
from engine.vocabulary.config import FIELDS, ConfigError
from engine.vocabulary.messages import MOST_JOBS
from tui.preferences.options import preferred, preferred_data
from tui.state.words.metrics import METRICS
from tui.state.words.options import clean

COMPLETING = "_MNIST_TUI_COMPLETE"  # the variable that click's scripts for shells set when they ask for words
OPTIONAL_COMMAND = "[COMMAND] [ARGS]..."  # as newer versions of click write it, so that all print the same page
FIRST = ("model", "epochs", "batch_size", "lr", "data")


class HyperparametersCommand(click.Command):
    """A command whose help has the hyperparameters in the groups of the form, those that matter first on top."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        fields = {param.name: param for param in self.get_params(ctx) if param.name in FIELDS}
        groups: dict[str, list[click.Parameter]] = {"The five that matter first": [fields[name] for name in FIRST]}
        groups["Options"] = [param for param in self.get_params(ctx) if param.name not in FIELDS]
        for name, field in FIELDS.items():
            if name in fields and name not in FIRST:
                groups.setdefault(field.group, []).append(fields[name])
        for heading, params in groups.items():
            records = [record for param in params if (record := param.get_help_record(ctx)) is not None]
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def inherited(context: click.Context, option: click.Parameter, value: Any) -> Any:
    """Return what was given to this command, else to one before it: `mnist-tui --data X train` works too."""
    name = option.name or ""
    at: click.Context | None = context
    while at is not None:
        if at.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            value = value if at is context else at.params[name]
            break
        at = at.parent
    return value.resolve() if isinstance(value, Path) else clean(name, value)


checkpoints_option = click.option(
    "--checkpoints",
    type=click.Path(path_type=Path, file_okay=False),
    show_envvar=True,
    envvar="MNIST_TUI_CHECKPOINTS",
    default=preferred("checkpoints", default_checkpoints),
    callback=inherited,
    help="Folder of runs. [default: checkpoints/ of the program's folder]",
)
data_option = click.option(
    "--data",
    default=preferred_data,
    callback=inherited,
    help="Folder of images or IDX files, an .npz file, or a data set by name (fashion, kmnist, ...; `mnist-tui data"
    " known` lists them). [default: what is found in Dataset/, else the sample]",
)
notify_option = click.option(
    "--notify/--no-notify",
    show_envvar=True,
    envvar="MNIST_TUI_NOTIFY",
    default=preferred("notify"),
    callback=inherited,
    help="Ring the bell and notify the desktop (OSC 9, OSC 777) when a run ends or fails. [default: on]",
)
coach_option = click.option(
    "--coach/--no-coach",
    show_envvar=True,
    envvar="MNIST_TUI_COACH",
    default=preferred("coach"),
    callback=inherited,
    help="Watch runs for problems, and say what would help. [default: on]",
)
metric_option = click.option(
    "--metric",
    type=click.Choice(METRICS),
    help="The figure to compare; accuracy and loss are those of the test images. [default: validation_accuracy where"
    " all runs have one, else"
    " accuracy]",
)
json_option = click.option("--json", "as_json", is_flag=True, callback=inherited, help="Print JSON on stdout.")


class Jobs(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """How many train at once; 0 for auto."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if str(value).strip().lower() == "auto":
            return 0
        if str(value).isdecimal() and 1 <= int(value) <= MOST_JOBS:
            return int(value)
        self.fail(f"{value!r} is no number of runs; give 1 to {MOST_JOBS}, or auto", param, ctx)


jobs_option = click.option(
    "--jobs",
    type=Jobs(),
    metavar="N|auto",
    default=1,
    help="Train this many at once, each in a process of its own with its share of the cores (--threads says otherwise),"
    " or a GPU of its own; auto: as many as pay and memory allows. Another number of threads adds up in another order,"
    f" so figures differ in their last digits. [1 to {MOST_JOBS}; default 1]",
)


def refuse_without_terminal() -> None:
    """Raise ClickException where no screen can be shown."""
    ends = (sys.stdin, sys.stdout)  # None where the descriptor is closed
    if not all(end and end.isatty() for end in ends) or os.environ.get("TERM", "") in ("", "dumb"):
        raise click.ClickException(
            "the screen needs a terminal, with TERM set to its name (not to dumb); `mnist-tui train` works without one"
        )


MAY_BE_EMPTY = ("--title",)


def refuse_empty(words: Sequence[str]) -> None:
    """Raise UsageError for an empty value on a command line: a script's variable that is not set, most often.

    It would stand for the default, as if the option were not there: `--resume ""` would begin a new run.
    """
    for before, word in zip(("", *words), words, strict=False):
        option, equals, value = word.partition("=") if word.startswith("--") else (before, "=", word)
        if value.strip(" \t\r\n'\"") or not equals or option in MAY_BE_EMPTY:
            continue
        if option.startswith("-") and option != "--":
            raise click.UsageError(f"{option}: its value is empty; give one, or leave {option} out")
        raise click.UsageError(f"argument {words.index(word) + 1} is empty; give a name, or leave it out")


RUNS_LISTED = "`mnist-tui runs` lists them"
WAITING_LISTED = "`mnist-tui queue` lists those that wait"
TO_GIVE = {  # for an argument that is missing, by what usage calls it
    "RUN": f"Give the number or the name of a run: {RUNS_LISTED}",
    "RUN...": f"Give the numbers or names of runs, as in 3-5,8: {RUNS_LISTED}",
    "A": "Give two runs, or two groups of runs, as in `mnist-tui compare 1-5 6-10`",
    "B": "Give what to compare it with, a run or a group of runs, as in `mnist-tui compare 1-5 6-10`",
    "FILES": "Give image files, as in `mnist-tui predict seven.png`",
    "FOLDER": "Give the folder to write to",
    "NAME": "Give the name of a preset: `mnist-tui presets` lists them",
    "KEY": "Give a preference, as in `mnist-tui config set theme nord`: `mnist-tui config` lists them",
    "VALUE": "Give its value, as in `mnist-tui config set theme nord`",
    "NUMBER": f"Give the number of a waiting run: {WAITING_LISTED}",
    "NUMBERS": f"Give the numbers of waiting runs: {WAITING_LISTED}",
    "PLACE": "Give the place it is to have; 1 is the next to start",
    "N|auto": "Give how many, 1 to 64, or auto",
}


def say_what_to_give(error: click.MissingParameter) -> None:
    """Add the remedy to click's "Missing argument"."""
    if isinstance(error.param, click.Argument) and not error.message:
        error.message = TO_GIVE.get(usage_name(error.param), "")  # type: ignore[misc]  # typed as final


def usage_name(argument: click.Argument) -> str:
    return argument.metavar or argument.human_readable_name


@contextlib.contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Make what the user can do something about one line on stderr and exit status 1."""
    from engine.storage.runs.folders import RunError
    from engine.storage.runs.queue_file import QueueError

    try:
        yield
    except BrokenPipeError:  # whoever read what is printed has left: no failure that needs words
        raise
    except (ConfigError, PathError, RunError, QueueError, OSError) as error:
        raise click.ClickException(in_words(error)) from error
