"""The command line of mnist-tui. Each command imports what it needs when it runs: `--help` answers at once."""

import contextlib
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from engine.config import ConfigError
from engine.paths import PathError, default_data, engine_log
from tui.ascii import needs_ascii, to_ascii, write_ascii
from tui.compare_command import compare
from tui.conversation import run
from tui.inert import inert
from tui.models_command import models, trust
from tui.options import config_of, config_options, given
from tui.presets_command import presets
from tui.shared_options import checkpoints_option, coach_option, data_option, json_option, notify_option

T = TypeVar("T")
FILES_AT_ONCE = 100  # of some 2 kB each in an answer, which one line must hold


class HarmlessErrors(click.Group):
    """A group whose error messages, which repeat what was typed, cannot act on the terminal."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with harmless_errors():
            return super().make_context(*args, **kwargs)

    def invoke(self, context: click.Context) -> Any:
        with harmless_errors():
            return super().invoke(context)


@contextlib.contextmanager
def harmless_errors() -> Iterator[None]:
    try:
        yield
    except click.ClickException as error:
        message = inert(error.message, longest=2000)
        # Click writes UTF-8 where a stream is set to ASCII.
        error.message = to_ascii(message) if needs_ascii() else message  # type: ignore[misc]  # typed as final
        raise


@click.group(cls=HarmlessErrors, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@checkpoints_option
@data_option
@notify_option
@coach_option
@click.version_option(package_name="mnist-tui")
@click.pass_context
def cli(context: click.Context, checkpoints: Path, data: str, notify: bool, coach: bool) -> None:
    """Train a digit classifier on MNIST in the terminal.

    Without a command: open the screen, attached to the engine of this folder of runs. The engine is a process of
    its own; it goes on training when the screen or the connection is gone.
    """
    if context.invoked_subcommand is not None:
        return
    ends = (sys.stdin, sys.stdout)  # None where the descriptor is closed
    if not all(end and end.isatty() for end in ends) or os.environ.get("TERM", "") in ("", "dumb"):
        raise click.ClickException(
            "the screen needs a terminal (TERM is set and not dumb); `mnist-tui train` trains without one"
        )
    gc.disable()  # until the first frame: hardly anything of what is made for it goes again
    from tui.app import open_app

    sys.exit(open_app(checkpoints, data, notify, coach))


@cli.command()
@click.pass_context
@click.option("--preset", metavar="NAME", help="Start from these; options given beside it go first. [see: presets]")
@config_options
@click.option("--resume", metavar="RUN", default="", help="Continue a run from its last checkpoint.")
@click.option(
    "--seeds",
    type=click.IntRange(2, 1000),
    help="Train so many times, with seeds from --seed on: mean, standard deviation, confidence interval. [2 to 1000]",
)
@notify_option
@coach_option
@json_option
@checkpoints_option
def train(
    context: click.Context,
    /,
    checkpoints: Path,
    as_json: bool,
    preset: str | None,
    resume: str,
    seeds: int | None,
    notify: bool,
    coach: bool,
    **options: Any,
) -> None:
    """Train without a screen. Ctrl-C stops after the present step and saves."""
    from engine.preset_file import PresetError
    from engine.presets import load_preset
    from tui.plain import train_plainly

    options["data"] = options["data"] or context.find_root().params["data"] or None
    if resume and preset:
        raise click.UsageError("--resume continues with the run's own hyperparameters; leave out --preset")
    if resume and seeds:
        raise click.UsageError("--resume continues one run; leave out --seeds")
    try:
        config = config_of(options, load_preset(checkpoints, preset).changes if preset else {})
    except PresetError as error:
        raise click.BadParameter(str(error), param_hint="--preset") from error
    notify = notify and context.find_root().params["notify"]
    coach = coach and context.find_root().params["coach"]
    processes = options["processes"]  # of the engine: a run can be resumed on another number
    if seeds:
        from tui.seeds import train_seeds

        sys.exit(run(train_seeds(checkpoints, config, seeds, processes=processes, json=as_json, notify=notify)))
    changes = {name: value for name, value in given(options).items() if name != "processes"}
    training = train_plainly(
        checkpoints,
        config,
        resume=resume,
        changes=changes,
        processes=processes,
        json=as_json,
        notify=notify,
        coach=coach,
    )
    sys.exit(run(training))


@cli.command("find-lr")
@click.pass_context
@config_options
@json_option
@checkpoints_option
def find_lr(context: click.Context, /, checkpoints: Path, as_json: bool, **options: Any) -> None:
    """Suggest a learning rate: train for some steps with ever higher ones, and see where the loss falls."""
    from tui.rate_command import find_rate

    options["data"] = options["data"] or context.find_root().params["data"] or None
    run(find_rate(checkpoints, config_of(options), as_json=as_json))


cli.add_command(presets)
cli.add_command(models)
cli.add_command(trust)
cli.add_command(compare)


@cli.command()
@click.pass_context
@click.option(
    "--search",
    "search",
    multiple=True,
    metavar="NAME=VALUES",
    help="lr=log:1e-4..1e-1, dropout=0.1..0.5 or batch_size=50,100,200; may be repeated.",
)
@click.option("--trials", type=click.IntRange(1, 1_000_000), help="Trials in all, those done included. [default: 20]")
@click.option("--sampler", type=click.Choice(["tpe", "random"]), default="tpe", show_default=True)
@click.option("--pruner", type=click.Choice(["none", "median", "hyperband"]), default="median", show_default=True)
@click.option("--name", default="", help="Of the study; one that is there is continued. [default: a new one]")
@click.option("--storage", default="", metavar="URL", help="A database or journal that several engines share.")
@click.option("--preset", metavar="NAME", help="Start from these; options given beside it go first. [see: presets]")
@config_options
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
    notify: bool,
    **options: Any,
) -> None:
    """Search hyperparameters with Optuna: many short runs, compared on training images held out.

    Every option of `train` sets the base that all trials start from; the first trial is the base itself. Ctrl-C keeps
    what is done, and the same command with --name continues. The best is printed as a `mnist-tui train` command.
    """
    from engine.messages import StartStudy
    from engine.preset_file import PresetError
    from engine.presets import load_preset
    from engine.search import parse_search
    from engine.study_files import INSTALL, can_tune
    from tui.tuning import tune_plainly

    if not can_tune():
        raise click.ClickException(INSTALL)
    options["data"] = options["data"] or context.find_root().params["data"] or None
    words = [word for words in search for word in words.split()]
    try:
        if words or not name:
            parse_search(words)
    except ConfigError as error:
        raise click.UsageError(str(error)) from error
    asked = preset or any(value is not None for field, value in options.items() if field not in ("data", "device"))
    if not words and asked:
        raise click.UsageError(f"study {name} goes on with its own base and ranges; leave out all other options")
    try:
        base = config_of(options, load_preset(checkpoints, preset).changes if preset else {})
    except PresetError as error:
        raise click.BadParameter(str(error), param_hint="--preset") from error
    if storage and "://" not in storage:
        storage = os.path.abspath(os.path.expanduser(storage))
    command = StartStudy(
        id=1, base=base, search=words, name=name, trials=trials or 0, sampler=sampler,
        pruner=pruner, storage=storage,
    )  # fmt: skip
    notify = notify and context.find_root().params["notify"]
    sys.exit(run(tune_plainly(checkpoints, command, json=as_json, notify=notify)))


@cli.command()
@json_option
@checkpoints_option
def studies(checkpoints: Path, as_json: bool) -> None:
    """List the studies that are kept in this folder of runs, the latest first."""
    from engine.study_files import INSTALL, can_tune
    from tui.reports import print_json
    from tui.study_list import list_studies, print_studies

    if not can_tune():
        raise click.ClickException(INSTALL)
    found = list_studies(checkpoints)
    if as_json:
        print_json(found)
    elif found:
        print_studies(found)
    else:
        print("no study yet: `mnist-tui tune --search lr=log:1e-4..1e-1` begins one", file=sys.stderr)


@cli.command()
@json_option
@checkpoints_option
def runs(checkpoints: Path, as_json: bool) -> None:
    """List runs, newest first."""
    from engine.runs import list_runs
    from tui.client import engine_is_running
    from tui.reports import print_json, print_runs

    try:
        found = list_runs(checkpoints, live=None if engine_is_running(checkpoints) else "")
    except (PathError, OSError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json(found)
    elif found:
        print_runs(found)
    else:
        print(f"no run in {inert(str(checkpoints))} yet; `mnist-tui` or `mnist-tui train` makes one", file=sys.stderr)


@cli.command()
@click.argument("run_name", metavar="[RUN]", default="")
@click.option("--best", is_flag=True, help="The weights of the best epoch by validation accuracy, not the last.")
@data_option
@json_option
@checkpoints_option
def evaluate(run_name: str, best: bool, checkpoints: Path, data: str, as_json: bool) -> None:
    """Test loss, accuracy and confusion of a run's last weights (the latest run by default).

    On the run's own data set, unless --data names another.
    """
    from engine.messages import Evaluate, Evaluated
    from tui.reports import print_evaluation, print_json
    from tui.session import attached

    async def ask() -> Evaluated:
        async with attached(checkpoints) as session:
            return await session.ask(Evaluate(run=run_name, data=data, best=best), Evaluated)

    result = run(ask())
    (print_json if as_json else print_evaluation)(result)


@cli.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--run", "run_name", default="", help="The run whose weights to use. [default: the latest]")
@json_option
@checkpoints_option
def predict(files: tuple[str, ...], run_name: str, checkpoints: Path, as_json: bool) -> None:
    """Classify image files of any size, mode and polarity; what was done to each is told."""
    from engine.messages import FilePrediction, FilesPredicted, PredictFiles
    from tui.reports import print_json, print_predictions
    from tui.session import attached

    paths = [os.path.abspath(os.path.expanduser(name)) for name in files]

    async def ask() -> FilesPredicted:
        name = run_name
        found: list[FilePrediction] = []
        async with attached(checkpoints) as session:
            for i in range(0, len(paths), FILES_AT_ONCE):
                answer = await session.ask(PredictFiles(paths=paths[i : i + FILES_AT_ONCE], run=name), FilesPredicted)
                name = answer.run
                found += answer.files
        return FilesPredicted(run=name, files=found)

    result = run(ask())
    if as_json:
        print_json([{**_without_pixels(file), "run": result.run} for file in result.files])
    else:
        print_predictions(result.files, result.run)
    sys.exit(any(file.error for file in result.files))


def _without_pixels(file: Any) -> dict[str, Any]:
    return {name: getattr(file, name) for name in file.__struct_fields__ if name != "pixels"}


@cli.group()
def data() -> None:
    """Look at, download or export the data set."""


@data.command()
@data_option
@json_option
@checkpoints_option
def status(checkpoints: Path, data: str, as_json: bool) -> None:
    """What data is found, and where."""
    from engine.messages import DataReady, LoadData
    from tui.reports import print_data, print_json
    from tui.session import attached

    async def ask() -> DataReady:
        async with attached(checkpoints, data=data) as session:
            return await session.ask(LoadData(path=data), DataReady)

    found = run(ask())
    (print_json if as_json else print_data)(found)


@data.command()
@checkpoints_option
def download(checkpoints: Path) -> None:
    """Fetch the full MNIST (11 MB) into Dataset/MNIST/raw, checksums verified."""
    from tui.transfers import download_data

    run(download_data(checkpoints))
    print(f"MNIST is in {inert(str(default_data() / 'MNIST' / 'raw'))}", file=sys.stderr)


@data.command()
@click.argument("folder", type=click.Path(path_type=Path))
@data_option
@checkpoints_option
def export(folder: Path, checkpoints: Path, data: str) -> None:
    """Write the data set as PNG files: FOLDER/{train,test}/<digit>/<index>.png."""
    from tui.transfers import export_data

    run(export_data(checkpoints, data, folder.resolve()))
    print(f"written to {inert(str(folder))}", file=sys.stderr)


@cli.command()
@click.option("--quick", is_flag=True, help="A first answer in under a minute: 6,000 images, one round.")
@click.option("--rounds", type=click.IntRange(1, 100), default=3, show_default=True, help="Turns of each row.")
@click.option("--images", type=click.IntRange(0), default=0, help="Train on the first so many images (0: all).")
@click.option("--row", "rows", multiple=True, help="Measure only this row; may be repeated.")
@click.option("--seeds", type=click.IntRange(0, 100), help="Runs for the time to accuracy. [default: 1; quick: 0]")
@click.option("--screen", is_flag=True, help="Measure start and screen instead: seconds, bytes, answers to keys.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps.")
@data_option
@json_option
def bench(
    quick: bool,
    screen: bool,
    rounds: int,
    images: int,
    rows: tuple[str, ...],
    seeds: int | None,
    device: str,
    data: str,
    as_json: bool,
) -> None:
    """Measure this program beside the ways people train otherwise, on this machine.

    Rows: the notebook it started from, torchvision's loader, a plain loop over data on the device, this program's
    engine without and with a screen, and what the device could do at best. They take turns; nothing else should run.
    Then the time until 98.7 and 99.0 % of the test images are right: the notebook, this program, its preset `fast`.
    """
    from tui.bench_command import run_bench

    if quick:
        images, rounds = images or 6000, 1
    seeds = (0 if quick else 1) if seeds is None else seeds
    run(run_bench(data, device, screen=screen, images=images, rounds=rounds, rows=rows, seeds=seeds, as_json=as_json))


@cli.group()
def engine() -> None:
    """Look at or stop the engine process of a folder of runs."""


@engine.command("status")
@json_option
@checkpoints_option
def engine_status(checkpoints: Path, as_json: bool) -> None:
    """State, run, memory, attached screens, last error. Exit status 1 when no engine runs."""
    from engine.messages import AskStatus, StatusTold
    from tui.reports import print_json, print_status
    from tui.session import ask_engine

    told = run(ask_engine(checkpoints, AskStatus(), StatusTold))
    if as_json:
        print_json(told)
    else:
        print_status(told, checkpoints)


@engine.command("stop")
@click.option("--force", is_flag=True, help="End it also when the run cannot be saved (a full disk, say).")
@checkpoints_option
def engine_stop(checkpoints: Path, force: bool) -> None:
    """Stop the run in progress, save it, and end the engine."""
    from engine.messages import CommandDone, Shutdown
    from tui.session import ask_engine

    run(ask_engine(checkpoints, Shutdown(force=force), CommandDone, then_wait=True))
    print("the engine has ended", file=sys.stderr)


@engine.command("log")
@checkpoints_option
def engine_log_(checkpoints: Path) -> None:
    """Print what the engine process wrote to its output."""

    path = engine_log(checkpoints)
    try:
        with open(path, errors="replace") as file:
            for line in file:
                print(inert(line.rstrip("\n")))
    except FileNotFoundError:
        raise click.ClickException(f"{path}: no engine has written anything yet") from None


def main() -> None:
    if needs_ascii():
        write_ascii()
    try:
        cli(prog_name="mnist-tui")
    except PathError as error:  # of a default, before any command has begun
        sys.exit(inert(f"Error: {error}"))


if __name__ == "__main__":
    main()
