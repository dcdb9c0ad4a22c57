"""`mnist-tui compare A B`: whether two configurations differ by more than noise."""

from pathlib import Path

import click

from tui.commands.shared_options import checkpoints_option, errors_in_one_line, json_option, metric_option


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@metric_option
@click.option(
    "--digits/--no-digits",
    default=None,
    help="Compare the runs of a pair image by image, with McNemar's test. [default: for a single pair]",
)
@click.option(
    "--data", default="", help="The images to compare a pair on. [default: those that both runs were tested on]"
)
@json_option
@checkpoints_option
def compare(
    a: str, b: str, metric: str | None, digits: bool | None, data: str, checkpoints: Path, as_json: bool
) -> None:
    """Tell whether two configurations differ by more than noise: `mnist-tui compare 3-7 8-12`.

    A and B are each several runs of one configuration with different seeds, as `train --seeds` makes them: numbers,
    ranges and names, separated by commas. Runs with the same seed are paired, and their differences go through
    Student's paired t-test; where pairing does not help, Welch's test is printed too. Runs with held-out images are
    compared by their best epoch by validation, others by their last. Of a single pair, or with --digits of each, the
    test images that the two see differently are listed, with McNemar's test of how many only one has right.
    """
    import msgspec

    from engine.storage.runs.record import read_record
    from tui.commands.runs.certainty.digits import compare_digits, for_programs, print_digits
    from tui.commands.runs.compare_report import print_comparison, verdict
    from tui.commands.runs.comparison import compare as compare_records
    from tui.state.run_numbers import runs_of
    from tui.state.words.options import clean
    from tui.terminal.printing import print_json

    with errors_in_one_line():
        first, second = ([read_record(folder) for folder in runs_of(checkpoints, words)] for words in (a, b))
        result = compare_records(first, second, metric or "")
    pairs = list(zip(result.a.runs, result.b.runs, strict=True))
    found = compare_digits(checkpoints, pairs, digits, str(clean("data", data)))
    if as_json:
        significant = result.test.significant if result.test else None
        said = {"significant": significant, "verdict": verdict(result)}
        print_json({**msgspec.structs.asdict(result), **said, "digits": [for_programs(each) for each in found]})
    else:
        print_comparison(result)
        for each in found:
            print_digits(each)
