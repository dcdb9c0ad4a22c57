"""`mnist-tui evaluate` and `predict`: how good a run is, and what it says of images."""

import contextlib
import sys
from pathlib import Path
from typing import Any

import click

from engine.storage.typed_path import path_of, written
from tui.commands.run_coroutine import run
from tui.commands.shared_options import checkpoints_option, data_option, json_option
from tui.terminal.sanitize import sanitize

weights_options = click.option(
    "--best/--last",
    default=None,
    help="Use the weights of the best epoch by validation accuracy, or the last ones. [default: the best, where images"
    " were held out; the current ones for a run in progress]",
)
FILES_AT_ONCE = 100  # of some 2 kB each in an answer, which one line must hold


@click.command()
@click.argument("run_name", metavar="[RUN]", default="")
@weights_options
@data_option
@json_option
@checkpoints_option
def evaluate(run_name: str, best: bool | None, checkpoints: Path, data: str, as_json: bool) -> None:
    """Test the weights of a run (default: the latest): loss, accuracy and confusion.

    Uses the best epoch by validation where images were held out, else the last, and the run's own data set unless
    --data names another. The confidence interval is Wilson's: the accuracies to expect on other test images of this
    kind.
    """
    from engine.storage.runs.folders import RunError
    from engine.storage.runs.record import read_record
    from engine.vocabulary.messages import Evaluate, Evaluated
    from tui.commands.runs.report import other_epoch, print_evaluation
    from tui.link.attach import attached
    from tui.state.significance import CONFIDENCE, wilson
    from tui.terminal.printing import print_json, told

    async def ask() -> Evaluated:
        async with attached(checkpoints) as session:
            return await session.ask(Evaluate(run=run_name, data=data, best=best), Evaluated)

    result = run(ask())
    if as_json:
        low, high = wilson(accuracy=result.accuracy, count=result.images)
        print_json({**told(result), "confidence": {"level": CONFIDENCE, "method": "wilson", "low": low, "high": high}})
    else:
        print_evaluation(result)
        with contextlib.suppress(RunError):
            if note := other_epoch(read_record(checkpoints / result.run), result):
                print(sanitize(note), file=sys.stderr)


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--run", "run_name", default="", help="The run whose weights to use. [default: the latest]")
@weights_options
@json_option
@checkpoints_option
def predict(files: tuple[str, ...], run_name: str, best: bool | None, checkpoints: Path, as_json: bool) -> None:
    """Classify image files of any size, mode and polarity, and say how each was read."""
    import msgspec

    from engine.vocabulary.messages import FilePrediction, FilesPredicted, PredictFiles
    from tui.commands.runs.report import print_predictions, weights_in_words
    from tui.link.attach import attached
    from tui.terminal.printing import print_json

    paths = [written(path_of(name)) for name in files]

    async def ask() -> FilesPredicted:
        name = run_name
        found: list[FilePrediction] = []
        answer: FilesPredicted | None = None
        async with attached(checkpoints) as session:
            for i in range(0, len(paths), FILES_AT_ONCE):
                question = PredictFiles(paths=paths[i : i + FILES_AT_ONCE], run=name, best=best)
                answer = await session.ask(question, FilesPredicted)
                name = answer.run
                found += answer.files
        assert answer is not None
        return msgspec.structs.replace(answer, files=found)

    result = run(ask())
    if as_json:
        weights = {"run": result.run, "epoch": result.epoch, "best": result.best}
        print_json([{**_without_pixels(file), **weights} for file in result.files])
    else:
        print_predictions(result.files, weights_in_words(result), result.classes)
    sys.exit(any(file.error for file in result.files))


def _without_pixels(file: Any) -> dict[str, Any]:
    return {name: getattr(file, name) for name in file.__struct_fields__ if name != "pixels"}
