"""Calibration and robustness in words and tables, as lines of text. Pure."""

from collections.abc import Sequence

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import CalibrationMeasured, Rejection, RobustnessMeasured, RobustnessRow
from tui.state.significance import wilson
from tui.state.words.figures import accuracy_within, format_limits, percent
from tui.terminal.sanitize import sanitize


def weights_words(run: str, epoch: int, step: int, best: bool) -> str:
    """Say which weights were measured."""
    which = "best" if best else "weights"
    return f"{sanitize(run)}, {which} of epoch {epoch}" if epoch else f"{sanitize(run)}, weights of step {step:,}"


def calibration_caption(found: CalibrationMeasured) -> str:
    right = accuracy_within(found.accuracy, found.images)
    weights = weights_words(found.run, found.epoch, found.steps, found.best)
    return f"{weights}, on {counted(found.images, 'test image')}: {right} right."


def sureness_words(found: CalibrationMeasured) -> str:
    """Say in a sentence what the figures mean."""
    shown = found.after or found.before
    gap = shown.confidence - found.accuracy
    how = "calibrated, it" if found.after is not None else "it"
    if abs(gap) < 0.005:
        return f"On the mean {how} is about as sure as it is right: {percent(shown.confidence)} sure."
    more, sure = "surer" if gap > 0 else "less sure", percent(shown.confidence)
    return f"On the mean {how} is {more} than it is right, by {100 * abs(gap):.1f} points: {sure} sure."


def temperature_words(found: CalibrationMeasured) -> str:
    if found.temperature is None:
        return f"No temperature: {sanitize(found.note, longest=1000)}."
    when = "for this answer" if found.fitted else "after its epoch"
    held = f"fitted {when} to {counted(found.held_out, 'image')} that were held out"
    return f"Temperature {found.temperature:.4f}, {held if found.held_out else 'saved with the weights'}."


def figures_table(found: CalibrationMeasured) -> list[str]:
    """Return a table of the figures, before and after calibration, 36 columns wide."""
    columns = [("as it says", found.before), *([("calibrated", found.after)] if found.after is not None else [])]
    lines = [" " * 12 + "".join(name.rjust(12) for name, _ in columns)]
    for name in ("confidence", "accuracy", "ECE", "NLL", "Brier score"):
        cells = []
        for _, of in columns:
            values = {
                "confidence": percent(of.confidence), "accuracy": percent(found.accuracy), "ECE": f"{of.error:.4f}",
                "NLL": f"{of.log_likelihood:.4f}", "Brier score": f"{of.brier:.4f}",
            }  # fmt: skip
            cells.append(values[name].rjust(12))
        lines.append(name.ljust(12) + "".join(cells))
    return lines


def bins_table(found: CalibrationMeasured) -> list[str]:
    """Return a row for each bin of what is shown."""
    bins = (found.after or found.before).bins
    lines = ["   images      from        to     conf.     right   95 % confidence"]
    for each in bins:
        between = format_limits("accuracy", *wilson(each.accuracy, each.images))
        cells = (each.lowest, each.highest, each.confidence, each.accuracy)
        lines.append(f"{each.images:9,}" + "".join(percent(cell).rjust(10) for cell in cells) + between.rjust(18))
    return lines


def rejection_words(found: CalibrationMeasured, at: Rejection) -> str:
    """Say what it costs and brings to answer from a confidence on."""
    right = round((at.accuracy or 0.0) * at.answered)
    all_wrong = found.images - round(found.accuracy * found.images)
    left = found.images - at.answered
    words = (
        f"From a confidence of {at.threshold:.4g} on it answers {at.answered:,} of {found.images:,} images,"
        f" {at.answered - right:,} of them wrong, and leaves {left:,} to a person, of which it has"
        f" {all_wrong - (at.answered - right):,} wrong."
    )
    if at == found.chosen:
        words += f" Chosen on the held-out images, for {100 * found.aim:.4g} % right."
    return words


# ---------------------------------------------------------------------- robustness


def by_corruption(found: RobustnessMeasured) -> dict[str, list[RobustnessRow]]:
    """Return the rows of each corruption, by strength."""
    rows: dict[str, list[RobustnessRow]] = {}
    for row in found.rows:
        rows.setdefault(row.corruption, []).append(row)
    return {name: sorted(each, key=lambda row: row.strength) for name, each in rows.items()}


def mean_accuracy(rows: Sequence[RobustnessRow], run: int, images: int) -> float:
    """Return the mean over strengths (and corruptions) of a run's accuracy."""
    return sum(row.right[run] for row in rows) / (len(rows) * images) if rows and images else 0.0


def robustness_caption(found: RobustnessMeasured) -> str:
    """Say what was tested, and how right the runs stay on the whole."""
    means = [percent(mean_accuracy(found.rows, i, found.images)) for i in range(len(found.runs))]
    clean = [percent(right / found.images) if found.images else "-" for right in found.clean]
    images = counted(found.images, "test image")
    if len(found.runs) == 1:
        name = sanitize(found.runs[0])
        return f"{name} on {images}: {clean[0]} right untouched, {means[0]} on average when corrupted."
    return f"{len(found.runs)} runs on the same {images}, on average when corrupted: {', '.join(means)}."


def detail_table(found: RobustnessMeasured, name: str, letters: Sequence[str], width: int) -> list[str]:
    """Return the figures of one corruption: a row a strength, or where it is wide and low a column."""
    rows = by_corruption(found).get(name, [])
    if not rows:
        return [f"{sanitize(name)}: not tested yet."]
    lines = [f"{sanitize(name)}, {sanitize(rows[0].unit)}"]
    heads = [letter or "accuracy" for letter in letters]
    lines.append("strength    amount" + "".join(head.rjust(10) for head in heads))
    table = [("untouched", "", found.clean), *((str(row.strength), f"{row.amount:.3g}", row.right) for row in rows)]
    for strength, amount, right in table:
        cells = "".join(percent(each / found.images).rjust(10) for each in right)
        between = ""
        if len(letters) == 1 and width >= 46:
            between = "  " + format_limits("accuracy", *wilson(right[0] / found.images, found.images))
        lines.append(f"{strength:<9}{amount:>9}{cells}{between}")
    means = "".join(percent(mean_accuracy(rows, i, found.images)).rjust(10) for i in range(len(letters)))
    lines.append(f"{'mean':<18}{means}")
    return lines


def means_table(found: RobustnessMeasured, letters: Sequence[str]) -> list[str]:
    """Return a row a corruption with its mean over the strengths, the worst of the first run first."""
    heads = "".join((letter or "mean").rjust(10) for letter in letters)
    lines = [f"{'mean of strengths':<18}{heads}"]
    rows = by_corruption(found)
    for name in sorted(rows, key=lambda each: mean_accuracy(rows[each], 0, found.images)):
        means = (percent(mean_accuracy(rows[name], run, found.images)) for run in range(len(letters)))
        lines.append(f"{sanitize(name):<18}{''.join(mean.rjust(10) for mean in means)}")
    return lines


def detail_line(found: RobustnessMeasured, name: str, letters: Sequence[str]) -> str:
    """Return the same as a sentence."""
    rows = by_corruption(found).get(name, [])
    if not rows:
        return f"{sanitize(name)}: not tested yet."
    amounts = ", ".join(f"{row.amount:.3g}" for row in rows)
    parts = []
    for run, letter in enumerate(letters):
        cells = [f"{100 * right / found.images:.1f}" for right in (found.clean[run], *(row.right[run] for row in rows))]
        parts.append(f"{letter + ' ' if letter else ''}{' '.join(cells)} %")
    return f"{sanitize(name)}, {amounts} {sanitize(rows[0].unit)}. Untouched, then by strength: {'; '.join(parts)}."
