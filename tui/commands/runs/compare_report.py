"""A comparison of two configurations, in words and a table."""

from rich.table import Table
from rich.text import Text

from tui.commands.runs.comparison import Comparison, Side
from tui.state.run_numbers import numbers_of
from tui.state.significance import Sample
from tui.state.words.figures import format_deviation, format_interval, format_metric
from tui.state.words.metrics import VALIDATED, is_accuracy, metric_in_words
from tui.state.words.runs import ON_SAMPLE
from tui.terminal.printing import wide_console
from tui.terminal.sanitize import sanitize

FEW = 5  # pairs, below which only large differences can be told from noise


def print_comparison(result: Comparison) -> None:
    print(sanitize(f"A: {in_words(result.a)}", longest=2000))
    print(sanitize(f"B: {in_words(result.b)}", longest=2000))
    for line in what_differs(result):
        print(sanitize(line, longest=2000))
    print()
    wide_console().print(table(result))
    print()
    for line in verdict(result):
        print(sanitize(line, longest=2000))


def in_words(side: Side) -> str:
    """Return `runs 3-7, 0003-fast-cnn to 0007-fast-cnn`, and after which epochs, where those were chosen."""
    first, *others = side.runs
    runs = f"runs {numbers_of(side.runs)}, {first} to {others[-1]}" if others else f"run {first}"
    chosen = f"; after their best epochs by validation: {', '.join(map(str, side.epochs))}" if side.best else ""
    return runs + chosen


def what_differs(result: Comparison) -> list[str]:
    """Return lines on what is compared and what is not the same."""
    fields = [f"{name} {b} (A: {a})" for name, (a, b) in result.differs.items()]
    lines = [f"B differs from A in {', '.join(fields)}" if fields else "A and B have the same configuration"]
    lines += [f"note: {caveat}" for caveat in result.caveats]
    if result.metric in VALIDATED:
        lines.append(
            "note: the held-out images also chose the epochs, so these figures are a little better than on new images"
        )
    lines += [f"left out: {run} ({reason})" for run, reason in result.left_out.items()]
    if result.sample_data:
        lines.append(f"note: {ON_SAMPLE}")
    return lines


def table(result: Comparison) -> Table:
    """Return a row for each seed, and what they add up to."""
    metric = result.metric
    unit = ", points" if is_accuracy(metric) else ""
    name = metric_in_words(metric)
    found = Table("seed", f"A, {name}", f"B, {name}", f"B - A{unit}", box=None, pad_edge=False)
    for column in found.columns[1:]:
        column.justify = "right"
    for seed, a, b in zip(result.a.seeds, result.a.values, result.b.values, strict=True):
        found.add_row(Text(str(seed)), format_metric(metric, a), format_metric(metric, b), difference(metric, b - a))
    samples = (result.a.sample, result.b.sample)
    change = result.test.difference if result.test else None
    found.add_row("mean", *(format_metric(metric, each.mean) for each in samples), mean_difference(metric, result))
    found.add_row(
        "standard deviation", *(format_deviation(metric, each.sd) for each in (*samples, change or Sample(1, 0.0)))
    )
    found.add_row(
        "95 % confidence of the mean", *(format_interval(metric, each) for each in samples), between(metric, change)
    )
    return found


def mean_difference(metric: str, result: Comparison) -> str:
    return difference(metric, result.b.sample.mean - result.a.sample.mean)


def difference(metric: str, value: float) -> str:
    """Return `+0.56`: percentage points of accuracy, or loss."""
    return f"{100 * value:+.2f}" if is_accuracy(metric) else f"{value:+.4f}"


def between(metric: str, change: Sample | None) -> str:
    if change is None or change.low is None or change.high is None:
        return "-"
    return f"{difference(metric, change.low)} to {difference(metric, change.high)}"


def verdict(result: Comparison) -> list[str]:
    """Say what the test is, what it found, and how far that reaches."""
    test, metric = result.test, result.metric
    if test is None:
        return ["One seed on both sides says nothing about noise: train both with `mnist-tui train --seeds 5`."]
    pairs = test.difference.count
    better = "B" if (test.difference.mean > 0) == (is_accuracy(metric)) else "A"
    amount = difference(metric, abs(test.difference.mean)).lstrip("+") + (" points" if is_accuracy(metric) else "")
    if test.t is None or test.p is None:
        same = f"{better} is better by {amount} in every pair" if test.difference.mean else "No pair differs"
        lines = [f"{same}; without any spread there is no paired t-test."]
    else:
        chance = "p < 0.0001" if test.p < 0.0001 else f"p = {test.p:.4f}"
        freedom = "1 degree of freedom" if test.df == 1 else f"{test.df} degrees of freedom"
        lines = [f"Student's paired t-test over {pairs} seeds, two-sided: t = {test.t:.2f}, {freedom}, {chance}."]
        lines.append(
            f"{better} is better by {amount}, which is more than noise: chance alone would make such a difference in"
            " fewer than one in 20 comparisons."
            if test.significant
            else f"{better} is better by {amount}, which may be noise: chance alone would make such a difference in"
            " more than one in 20 comparisons. These seeds cannot tell which is better."
        )
    lines += about_pairing(result)
    if pairs < FEW:
        lines.append(
            f"{pairs} seeds are few: only large differences show, and the test assumes that differences are normally"
            " distributed."
        )
    images = "held-out images" if metric in VALIDATED else "test images"
    lines.append(
        f"The result holds for other seeds on these {images}, and for this one comparison: of many comparisons, some"
        " pass by chance."
    )
    return lines


def about_pairing(result: Comparison) -> list[str]:
    """Say how the values of a pair go together, and, where pairing does not help, what the means alone say."""
    paired, welch, metric = result.test, result.welch, result.metric
    if paired is None or paired.t is None:
        return []
    if paired.correlation is None:
        lines = ["One side has no spread: the pairs have no correlation."]
    else:
        lines = [f"The correlation of the pairs is {paired.correlation:+.2f}."]
    if welch is None:
        return lines
    chance = "p < 0.0001" if welch.p < 0.0001 else f"p = {welch.p:.4f}"
    limits = f"{difference(metric, welch.low)} to {difference(metric, welch.high)}"
    lines[0] += (
        f" Pairing does not help here. Welch's unpaired test of the two means: t = {welch.t:.2f},"
        f" {welch.df:.1f} degrees of freedom, {chance}, B - A {limits}."
    )
    if welch.significant != paired.significant:
        lines.append(
            "The two tests disagree. Do not pick the one you like better: train more seeds before you rely on the"
            " difference."
        )
    return lines
