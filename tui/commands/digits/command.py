"""`mnist-tui inspect` and `gallery`: what a run thought of one digit, and of all."""

from pathlib import Path

import click

from tui.commands.run_coroutine import run
from tui.commands.shared_options import checkpoints_option, data_option, json_option

SORTS = ("index", "loss", "confidence", "margin")
LISTED = 20  # rows in a terminal
LARGEST_INDEX = 2**31 - 1


@click.command()
@click.argument("run_name", metavar="[RUN]", default="")
@click.option(
    "--digit",
    type=click.IntRange(0, LARGEST_INDEX),
    help="Print what the run thought of this test image, by its index.",
)
@click.option("--why", metavar="CLASS", help="With --digit: what of it speaks for this class; as `why`.")
@click.option("--png", type=click.Path(path_type=Path, dir_okay=False), help="With --why: write it to this file.")
@click.option("--most", type=click.IntRange(1, 500), default=10, show_default=True, help="Length of each list.")
@json_option
@checkpoints_option
def inspect(
    run_name: str, digit: int | None, why: str | None, png: Path | None, most: int, checkpoints: Path, as_json: bool
) -> None:
    """Show what a run (default: the live one, else the latest) learned of its images.

    With --digit, its probabilities after each epoch, or, with --why, the reasons for a class. Without, the test digits
    that were forgotten, learned last or never, or are wrong although the run is sure; and the training images whose
    label is likely wrong.
    """
    from engine.vocabulary.messages import (
        AskBelief,
        AskLabelErrors,
        AskLearning,
        BeliefTold,
        Explain,
        LabelErrorsTold,
        LearningTold,
        Picture,
    )
    from tui.commands.digits.asking import ask_all
    from tui.commands.digits.report import print_belief, print_label_errors, print_learning
    from tui.commands.digits.why import show_why
    from tui.terminal.printing import print_json, told

    if (digit is None and why is not None) or (why is None and png is not None):
        raise click.UsageError("--why needs --digit INDEX, and --png needs --why CLASS")
    if digit is not None and why is not None:
        question = Explain(picture=Picture(index=digit), run=run_name)
        show_why(checkpoints, question, as_json, png, of_class=why)
        return
    if digit is not None:
        [belief] = run(ask_all(checkpoints, (AskBelief(run=run_name, index=digit), BeliefTold)))
        print_json(told(belief)) if as_json else print_belief(belief)
        return
    learning, errors = run(
        ask_all(
            checkpoints,
            (AskLearning(run=run_name, most=most), LearningTold),
            (AskLabelErrors(run=run_name, most=most), LabelErrorsTold),
        )
    )
    if as_json:
        print_json({**told(learning), "label_errors": told(errors)})
    else:
        print_learning(learning)
        print_label_errors(errors)


@click.command()
@click.argument("run_name", metavar="[RUN]", default="")
@click.option("--wrong", is_flag=True, help="Only images that are taken for another class.")
@click.option("--true", "actual", metavar="CLASS", help="Only images of this class.")
@click.option("--pred", "predicted", metavar="CLASS", help="Only images that are taken for this class.")
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    default="index",
    show_default=True,
    help="What comes first: the highest loss, the least confidence, the smallest margin.",
)
@click.option(
    "--epoch", type=click.IntRange(1, LARGEST_INDEX), help="After this epoch. [default: the last that was kept]"
)
@click.option("--now", is_flag=True, help="Under the weights of now, not after an epoch.")
@click.option("--train", "trained", is_flag=True, help="The training images, not those of the test.")
@click.option("--most", type=click.IntRange(0), default=LISTED, show_default=True, help="How many to list; 0 for all.")
@data_option
@json_option
@checkpoints_option
@click.pass_context
def gallery(
    context: click.Context, run_name: str, wrong: bool, actual: str | None, predicted: str | None, sort: str,
    epoch: int | None, now: bool, trained: bool, most: int, data: str, checkpoints: Path, as_json: bool,
) -> None:  # fmt: skip
    """List the images of a run (default: the live one, else the latest): what each was taken for, and how surely.

    After an epoch that the run has kept, or with --now, or with --data other images, under its weights of now.
    """
    from tui.commands.digits.asking import Wanted, all_rows
    from tui.commands.digits.report import print_gallery
    from tui.terminal.printing import print_json

    named = context.get_parameter_source("data") is click.core.ParameterSource.COMMANDLINE
    if epoch is not None and (now or named):
        raise click.UsageError("--epoch is of the run's own digits, as they were then; leave out --now and --data")
    wanted = Wanted(wrong, actual, predicted, sort, most)
    found = run(
        all_rows(checkpoints, run_name, "train" if trained else "test", epoch, now or named, data if named else "")
    )
    rows, total = wanted.of(found)
    if as_json:
        print_json({**found.facts, "classes": found.classes, "found": total, "digits": rows})
    else:
        print_gallery(found, rows, total)
