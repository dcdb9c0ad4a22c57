"""`mnist-tui tune`: search hyperparameters. `mnist-tui studies`: list the searches."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from engine.vocabulary.config import ConfigError
from tui.commands.run_coroutine import run
from tui.commands.shared_options import checkpoints_option, jobs_option, json_option, notify_option
from tui.state.words.options import config_of, config_options


@click.command()
@click.pass_context
@click.option(
    "--search",
    "search",
    multiple=True,
    metavar="NAME=VALUES",
    help="What to search: lr=log:1e-4..1e-1, dropout=0.1..0.5 or batch_size=50,100,200. Repeat it for more.",
)
@click.option(
    "--trials", type=click.IntRange(1, 1_000_000), help="Trials in total, including those already done. [default: 20]"
)
@click.option("--sampler", type=click.Choice(["tpe", "random"]), default="tpe", show_default=True)
@click.option("--pruner", type=click.Choice(["none", "median", "hyperband"]), default="median", show_default=True)
@click.option("--name", default="", help="Name of the study; an existing one is continued. [default: a new one]")
@click.option("--storage", default="", metavar="URL", help="A database or journal file that several engines share.")
@click.option("--preset", metavar="NAME", help="Start from this preset; other options override it. [see: presets]")
@config_options
@jobs_option
@notify_option
@json_option
@checkpoints_option
def tune(
    context: click.Context,
    /,
    checkpoints: Path,
    as_json: bool,
    search: tuple[str, ...],
    trials: int | None,
    sampler: str,
    pruner: str,
    name: str,
    storage: str,
    preset: str | None,
    jobs: int,
    notify: bool,
    **options: Any,
) -> None:
    """Search hyperparameters with Optuna: many short runs, compared on held-out training images (--validation, or a
    sixth of them).

    The options of `train` set the base that all trials start from; the first trial is the base itself. Ctrl-C keeps the
    trials that are done, and the same command with --name continues. The best trial is printed as a `mnist-tui train`
    command.
    """
    from engine.storage.preset_file import PresetError
    from engine.storage.presets import load_preset
    from engine.tuning.files import INSTALL, can_tune
    from engine.vocabulary.messages import StartStudy
    from engine.vocabulary.search_space import parse_search
    from tui.commands.tune.follow import tune_headless

    if not can_tune():
        raise click.ClickException(INSTALL)
    options["data"] = options["data"] or context.find_root().params["data"] or None
    if (options["processes"] or 1) > 1:
        raise click.UsageError("a trial uses one process; leave out --processes, and start several engines instead")
    words = [word for words in search for word in words.split()]
    if not words and not name:
        raise click.UsageError("there is nothing to search; give --search lr=log:1e-4..1e-1, say, and more of them")
    try:
        if words:
            parse_search(words)
    except ConfigError as error:
        raise click.UsageError(str(error)) from error
    asked = preset or any(value is not None for field, value in options.items() if field not in ("data", "device"))
    if not words and asked:
        raise click.UsageError(f"study {name} continues with its own base and ranges; leave out all other options")
    try:
        base = config_of(options, load_preset(checkpoints, preset).changes if preset else {})
    except PresetError as error:
        raise click.BadParameter(str(error), param_hint="--preset") from error
    if storage and "://" not in storage:
        storage = os.path.abspath(os.path.expanduser(storage))
    command = StartStudy(
        id=1, base=base, search=words, name=name, trials=trials or 0, sampler=sampler,
        pruner=pruner, storage=storage, jobs=jobs,
    )  # fmt: skip
    sys.exit(run(tune_headless(checkpoints, command, json=as_json, notify=notify)))


@click.command()
@json_option
@checkpoints_option
def studies(checkpoints: Path, as_json: bool) -> None:
    """List the studies in this folder of runs, newest first."""
    from engine.tuning.files import INSTALL, can_tune
    from engine.tuning.listing import StudyList
    from tui.commands.tune.studies import print_studies
    from tui.terminal.printing import print_json

    if not can_tune():
        raise click.ClickException(INSTALL)
    found, more = StudyList(checkpoints).all()
    if as_json:
        print_json(found)
    elif found:
        print_studies(found)
        if more:
            print(f"and {more} older ones", file=sys.stderr)
    else:
        print("no study yet; `mnist-tui tune --search lr=log:1e-4..1e-1` starts one", file=sys.stderr)
