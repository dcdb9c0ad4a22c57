"""`mnist-tui runs`, `evaluate` and `predict`: what was trained, and what it is good for."""

import sys
from pathlib import Path
from typing import Any

import click

from engine.files import in_words
from engine.paths import PathError
from engine.typed_path import path_of, written
from tui.conversation import run
from tui.inert import inert
from tui.shared_options import checkpoints_option, data_option, json_option

FILES_AT_ONCE = 100  # of some 2 kB each in an answer, which one line must hold


@click.command()
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
        raise click.ClickException(in_words(error)) from error
    if as_json:
        print_json(found)
    elif found:
        print_runs(found)
    else:
        print(f"no run in {inert(str(checkpoints))} yet; `mnist-tui` or `mnist-tui train` makes one", file=sys.stderr)


@click.command()
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


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--run", "run_name", default="", help="The run whose weights to use. [default: the latest]")
@json_option
@checkpoints_option
def predict(files: tuple[str, ...], run_name: str, checkpoints: Path, as_json: bool) -> None:
    """Classify image files of any size, mode and polarity; what was done to each is told."""
    from engine.messages import FilePrediction, FilesPredicted, PredictFiles
    from tui.reports import print_json, print_predictions
    from tui.session import attached

    paths = [written(path_of(name)) for name in files]

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
