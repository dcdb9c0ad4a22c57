"""`mnist-tui predict`: what a run, or several as one, say of images."""

import sys
from pathlib import Path
from typing import Any

import click

from engine.storage.typed_path import path_of, written
from engine.vocabulary.messages.base import class_name
from tui.commands.run_coroutine import run
from tui.commands.shared_options import checkpoints_option, errors_in_one_line, json_option

weights_options = click.option(
    "--best/--last",
    default=None,
    help="Use the weights of the best epoch by validation accuracy, or the last ones. [default: the best, where images"
    " were held out; the current ones for a run in progress]",
)
FILES_AT_ONCE = 100  # of some 2 kB each in an answer, which one line must hold


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--run",
    "run_name",
    default="",
    help="The run whose weights to use, or several, as in 1-5,8, which answer as one with the mean of their"
    " probabilities. [default: the latest]",
)
@weights_options
@click.option(
    "--reject",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Give no answer below this confidence; `evaluate --calibration` says what a threshold costs. [default: none]",
)
@click.option("--why", metavar="CLASS", help="Say what of one image speaks for this class and against it, as `why`.")
@json_option
@checkpoints_option
def predict(
    files: tuple[str, ...], run_name: str, best: bool | None, reject: float, why: str | None, checkpoints: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Classify image files of any size, mode and polarity, and say how each was read.

    The probabilities are calibrated where the run held images out of training (--validation): the temperature that was
    fitted to them is in the JSON, null where there is none.
    """
    import msgspec

    from engine.vocabulary.messages import Explain, FilePrediction, FilesPredicted, Picture, PredictFiles
    from tui.commands.digits.why import show_why
    from tui.commands.runs.certainty.ask import is_several, names_of
    from tui.commands.runs.report import calibration_in_words, is_sure, print_predictions, weights_in_words
    from tui.link.attach import attached
    from tui.terminal.printing import print_json

    paths = [written(path_of(name)) for name in files]
    runs: list[str] = []
    if is_several(run_name):
        with errors_in_one_line():
            runs = names_of(checkpoints, run_name)
    if why is not None:
        if len(files) > 1 or runs:
            raise click.UsageError("--why is about one image and one run")
        question = Explain(picture=Picture(), run=run_name, best=best)
        show_why(checkpoints, question, as_json, None, files[0], of_class=why)
        return

    async def ask() -> FilesPredicted:
        name = "" if runs else run_name
        found: list[FilePrediction] = []
        answer: FilesPredicted | None = None
        async with attached(checkpoints) as session:
            for i in range(0, len(paths), FILES_AT_ONCE):
                question = PredictFiles(paths=paths[i : i + FILES_AT_ONCE], run=name, best=best, runs=runs)
                answer = await session.ask(question, FilesPredicted)
                name = answer.run
                found += answer.files
        assert answer is not None
        return msgspec.structs.replace(answer, files=found)

    result = run(ask())
    if as_json:
        weights: dict[str, Any] = {"run": result.run, "epoch": result.epoch, "best": result.best}
        if result.runs:
            weights = {"runs": result.runs, "temperatures": result.temperatures}
        else:
            weights["temperature"] = result.temperature
        if reject:
            weights["reject"] = reject
        left_out = {"pixels"} if result.runs else {"pixels", "votes"}
        answered = [{"answered": is_sure(file, reject)} if reject else {} for file in result.files]
        found = zip(result.files, answered, strict=True)
        names = result.classes
        print_json([{**_without(left_out, file), **_named(file, names), **sure, **weights} for file, sure in found])
    else:
        print_predictions(result.files, weights_in_words(result), result.classes, reject)
        if not all(file.error for file in result.files):
            print(calibration_in_words(result), file=sys.stderr)
    sys.exit(any(file.error for file in result.files))


def _named(file: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the class that is predicted, by its name, and all of them in the order of the probabilities."""
    return {} if file.error else {"class": class_name(names, file.predicted), "classes": names}


def _without(names: set[str], file: Any) -> dict[str, Any]:
    return {name: getattr(file, name) for name in file.__struct_fields__ if name not in names}
