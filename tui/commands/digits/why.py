"""`mnist-tui why`: what of a digit speaks for a class, and what would make it another one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.run_coroutine import run
from tui.commands.shared_options import checkpoints_option, json_option

if TYPE_CHECKING:
    from engine.vocabulary.messages import ChangeFound, Explain, Explained

METHODS = ("integrated", "gradient", "occlusion")
LARGEST_INDEX = 2**31 - 1
MOST_CLASSES = 100


@click.command()
@click.argument("run_name", metavar="[RUN]", default="")
@click.option("--digit", type=click.IntRange(0, LARGEST_INDEX), help="The image, by its index.")
@click.option("--file", "file", metavar="FILE", help="An image file in its place, read as `predict` reads it.")
@click.option(
    "--part",
    type=click.Choice(("test", "train", "own")),
    default="test",
    show_default=True,
    help="What it is an index of: the run's test or training images, or your own drawings.",
)
@click.option(
    "--class",
    "of_class",
    metavar="CLASS",
    help="The class, by its name or number. [default: the predicted one]",
)
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default=METHODS[0],
    show_default=True,
    help="Integrated gradients, gradient times input, or occlusion by patches.",
)
@click.option("--png", type=click.Path(path_type=Path, dir_okay=False), help="Write it as a picture to this file.")
@json_option
@checkpoints_option
def why(
    run_name: str, digit: int | None, file: str | None, part: Any, of_class: str | None, method: Any, png: Path | None,
    checkpoints: Path, as_json: bool,
) -> None:  # fmt: skip
    """Show why a run (default: the live one, else the latest) takes an image for a class, and why not for another.

    Which pixels speak for the class and which against it, and the smallest change of the picture (L2 norm) that makes
    it the class, or, of the predicted class, another one.
    """
    from engine.vocabulary.messages import Explain, Picture

    if (digit is None) == (file is None):
        raise click.UsageError("give one digit: --digit INDEX or --file FILE")
    question = Explain(picture=Picture(part=part, index=digit or 0), method=method, run=run_name)
    show_why(checkpoints, question, as_json, png, file or "", of_class=of_class)


def show_why(
    checkpoints: Path, question: "Explain", as_json: bool, png: Path | None, file: str = "", *,
    of_class: str | None = None,
) -> None:  # fmt: skip
    """Ask about a class, and print the answer as text or JSON, or write a picture of it. A `file` takes the place of
    the digit."""
    from tui.state.class_words import thing
    from tui.terminal.printing import print_json

    why, change = run(ask(checkpoints, question, file, of_class))
    if png is not None:
        write_png(png, why, change)
    if as_json:
        print_json(as_dict(why, change))
    elif png is None:
        print_why(file or f"{question.picture.part} {thing(why.classes)} {question.picture.index}", why, change)


async def ask(
    checkpoints: Path, question: "Explain", file: str, of_class: str | None = None
) -> "tuple[Explained, ChangeFound]":
    """Return why the picture is of a class, and the smallest change that makes it that class, or one from it."""
    import msgspec

    from engine.storage.typed_path import path_of, written
    from engine.vocabulary.messages import ChangeFound, Explained, FilesPredicted, FindChange, Picture, PredictFiles
    from tui.link.attach import attached

    async with attached(checkpoints) as session:
        if file:
            files = PredictFiles(paths=[written(path_of(file))], run=question.run, best=question.best)
            read = await session.ask(files, FilesPredicted)
            if read.files[0].error:
                raise click.ClickException(read.files[0].error)
            picture = Picture(pixels=read.files[0].pixels)
            question = msgspec.structs.replace(question, picture=picture, run=read.run)
        if of_class is not None:
            told = await session.ask(msgspec.structs.replace(question, method="gradient"), Explained)
            question = msgspec.structs.replace(question, label=class_of(of_class, told.classes))
        why = await session.ask(question, Explained)
        wanted = -1 if why.label == why.predicted else why.label
        change = FindChange(picture=question.picture, label=wanted, run=why.run, best=question.best)
        return why, await session.ask(change, ChangeFound)


def class_of(text: str, classes: tuple[str, ...]) -> int:
    """Return the label that is meant; a number that is none is for the engine to refuse. Raises UsageError."""
    from tui.state.class_words import label_named, no_class

    label = label_named(text, classes)
    if label is None and text.isascii() and text.isdecimal() and int(text) < MOST_CLASSES:
        return int(text)
    if label is None:
        raise click.UsageError(no_class(text, classes))
    return label


def as_dict(why: "Explained", change: "ChangeFound") -> dict[str, Any]:
    from engine.vocabulary.messages import unpack_floats
    from tui.terminal.printing import told

    changed = {name: value for name, value in told(change).items() if name not in ("classes", "run", "step", "pixels")}
    heat = [float(f"{value:.6g}") + 0.0 for value in unpack_floats(why.heat)]
    return {
        **told(why),
        "heat": rows(heat),
        "pixels": rows(list(why.pixels)),
        "change": {**changed, "changed": rows(list(change.changed))},
    }


def rows(values: list[Any]) -> list[list[Any]]:
    return [values[start : start + 28] for start in range(0, len(values), 28)]


def write_png(path: Path, why: "Explained", change: "ChangeFound") -> None:
    """The digit, the heat, and, where one was found, the changed digit and the difference."""
    from engine.storage.files import in_words, write_atomically
    from engine.vocabulary.messages import unpack_floats
    from tui.commands.digits.heat import difference, gray_colours, heat_colours
    from tui.commands.digits.png import png_of

    pictures = [gray_colours(why.pixels), heat_colours(unpack_floats(why.heat))]
    if change.changed:
        pictures += [gray_colours(change.changed), heat_colours(difference(change.changed, why.pixels))]
    try:
        write_atomically(path, png_of(pictures))
    except OSError as error:
        raise click.ClickException(in_words(error)) from error


def print_why(what: str, why: "Explained", change: "ChangeFound") -> None:
    """`what` names the picture."""
    from engine.vocabulary.messages import unpack_floats
    from engine.vocabulary.messages.base import class_name
    from tui.commands.digits.heat import difference, heat_lines
    from tui.state.class_words import one_of
    from tui.terminal.printing import wide_console
    from tui.terminal.sanitize import sanitize

    def name(label: int) -> str:
        return sanitize(class_name(why.classes, label))

    def percent(share: float) -> str:
        return f"{100 * share:.2f} %"

    console = wide_console()
    actual = f", is {one_of(why.classes, why.actual)}" if why.actual >= 0 else ""
    print(f"{sanitize(why.run)}, step {why.step}: {sanitize(what)}{actual}, taken for {name(why.predicted)}", end="")
    print(f" ({percent(why.probabilities[why.predicted])})\n")
    print(f"what speaks for {name(why.label)} (red, .+*#) and against it (blue, ,-~=), {in_words(why)}")
    for line in heat_lines(unpack_floats(why.heat)):
        console.print(line)
    if change.problem:
        print(f"\n{sanitize(change.problem)}")
        return
    sure = percent(change.changed_probabilities[change.label])
    print(
        f"\nthe smallest change found that makes it {name(change.label)} ({sure}): L2 norm {change.distance:.2f} with"
        f" pixels from 0 to 1, {change.pixels_changed} pixels changed, by {change.largest:.2f} at most"
    )
    print("ink added (red, .+*#) and taken away (blue, ,-~=)")
    for line in heat_lines(difference(change.changed, why.pixels)):
        console.print(line)


def in_words(why: "Explained") -> str:
    if why.method == "integrated":
        return (
            f"by integrated gradients: its output is {why.output:.3f}, and {why.empty_output:.3f} for an empty picture;"
            f" the pixels sum to the difference but {why.gap:.4f} ({why.steps} gradients)"
        )
    if why.method == "gradient":
        return "by the gradient of its output times the pixel"
    return f"by how much its output of {why.output:.3f} falls where {why.steps} patches are covered, one at a time"
