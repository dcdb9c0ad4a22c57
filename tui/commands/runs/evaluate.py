"""`mnist-tui evaluate`: how good a run is, how sure, how robust, and what several are worth as one."""

import contextlib
import sys
from pathlib import Path

import click

from engine.vocabulary.messages import Evaluate, EvaluateTogether, MeasureCalibration, MeasureRobustness
from engine.vocabulary.messages.certainty_messages import CORRUPTION_NAMES
from tui.commands.run_coroutine import run
from tui.commands.runs.command import weights_options
from tui.commands.shared_options import checkpoints_option, data_option, errors_in_one_line, json_option
from tui.terminal.sanitize import sanitize


@click.command()
@click.argument("run_name", metavar="[RUN]", default="")
@weights_options
@data_option
@click.option(
    "--calibration",
    "what",
    flag_value="calibration",
    help="Tell whether it is as sure as it is right: ECE, likelihood, Brier score, reliability, reject thresholds.",
)
@click.option("--reject", type=click.FloatRange(0, 1), help="With --calibration: a threshold to look at as well.")
@click.option(
    "--robustness",
    "what",
    flag_value="robustness",
    help="Test it, or several runs beside each other, on images turned, moved, blurred, noisy and more.",
)
@click.option(
    "--corruption",
    "corruptions",
    type=click.Choice(CORRUPTION_NAMES),
    multiple=True,
    help="With --robustness: this one alone; can be given several times. [default: all]",
)
@click.option("--images", type=click.IntRange(1), help="With --robustness: the first so many test images alone.")
@click.option(
    "--ensemble",
    "what",
    flag_value="ensemble",
    help="Test several runs as one, with the mean of their calibrated probabilities.",
)
@json_option
@checkpoints_option
def evaluate(
    run_name: str,
    best: bool | None,
    checkpoints: Path,
    data: str,
    what: str | None,
    reject: float | None,
    corruptions: tuple[str, ...],
    images: int | None,
    as_json: bool,
) -> None:
    """Test the weights of a run (default: the latest): loss, accuracy and confusion.

    Uses the best epoch by validation where images were held out, else the last, and the run's own data set unless
    --data names another. The confidence interval is Wilson's: the accuracies to expect on other test images of this
    kind. With --robustness and --ensemble RUN may be several runs, as in 1-5,8.
    """
    from tui.commands.runs.certainty.ask import is_several, names_of

    for option, given, needs in (
        ("--reject", reject is not None, "calibration"),
        ("--corruption", bool(corruptions), "robustness"),
        ("--images", images is not None, "robustness"),
    ):
        if given and what != needs:
            raise click.UsageError(f"{option} is for --{needs}; give both, or leave it out")
    names = [run_name]
    if what in ("robustness", "ensemble"):
        with errors_in_one_line():
            names = names_of(checkpoints, run_name)
    elif is_several(run_name):
        raise click.UsageError(f"{run_name} are several runs; add --ensemble to test them as one, or --robustness")
    match what:
        case "calibration":
            question = MeasureCalibration(run=run_name, data=data, best=best, threshold=reject or 0.0)
            show_calibration(checkpoints, question, as_json)
        case "robustness":
            some = list(corruptions)
            asked = MeasureRobustness(runs=names, data=data, best=best, corruptions=some, images=images or 0)
            show_robustness(checkpoints, asked, as_json)
        case "ensemble":
            if len(names) < 2:
                raise click.UsageError("--ensemble is for several runs; name them, as in `evaluate 1-5 --ensemble`")
            show_together(checkpoints, EvaluateTogether(runs=names, data=data, best=best), as_json)
        case _:
            show_accuracy(checkpoints, Evaluate(run=run_name, data=data, best=best), as_json)


def show_accuracy(checkpoints: Path, question: Evaluate, as_json: bool) -> None:
    from engine.storage.runs.folders import RunError
    from engine.storage.runs.record import read_record
    from engine.vocabulary.messages import Evaluated
    from tui.commands.runs.certainty.intervals import interval
    from tui.commands.runs.report import other_epoch, print_evaluation
    from tui.link.attach import attached
    from tui.terminal.printing import print_json, told

    async def ask() -> Evaluated:
        async with attached(checkpoints) as session:
            return await session.ask(question, Evaluated)

    result = run(ask())
    if as_json:
        print_json({**told(result), "confidence": interval(result.accuracy, result.images)})
        return
    print_evaluation(result)
    with contextlib.suppress(RunError):
        if note := other_epoch(read_record(checkpoints / result.run), result):
            print(sanitize(note), file=sys.stderr)


def show_calibration(checkpoints: Path, question: MeasureCalibration, as_json: bool) -> None:
    from engine.vocabulary.messages import CalibrationMeasured
    from tui.commands.runs.certainty.ask import ask
    from tui.commands.runs.certainty.calibration import for_programs, print_calibration
    from tui.commands.runs.report import weights_in_words
    from tui.terminal.printing import print_json

    result = run(ask(checkpoints, question, CalibrationMeasured))
    if as_json:
        print_json(for_programs(result))
    else:
        print_calibration(result, weights_in_words(result))


def show_robustness(checkpoints: Path, question: MeasureRobustness, as_json: bool) -> None:
    from engine.vocabulary.messages import RobustnessMeasured
    from tui.commands.runs.certainty.ask import ask
    from tui.commands.runs.certainty.robustness import for_programs, print_robustness
    from tui.terminal.printing import print_json

    result = run(ask(checkpoints, question, RobustnessMeasured))
    if as_json:
        print_json(for_programs(result))
    else:
        print_robustness(result)


def show_together(checkpoints: Path, question: EvaluateTogether, as_json: bool) -> None:
    from engine.vocabulary.messages import TogetherEvaluated
    from tui.commands.runs.certainty.ask import ask
    from tui.commands.runs.certainty.together import for_programs, print_together
    from tui.terminal.printing import print_json

    result = run(ask(checkpoints, question, TogetherEvaluated))
    if as_json:
        print_json(for_programs(result))
    else:
        print_together(result)
