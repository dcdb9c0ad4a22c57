"""`mnist-tui evaluate --calibration`: whether a run is as sure as it is right."""

from typing import Any

from rich.table import Table
from rich.text import Text

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import CalibrationMeasured, Rejection
from tui.commands.runs.certainty.intervals import in_words as accuracy_in_words
from tui.commands.runs.certainty.intervals import interval
from tui.state.words.figures import percent
from tui.terminal.printing import told, wide_console
from tui.terminal.sanitize import sanitize

BAR = 20  # characters that stand for a confidence or an accuracy of 1


def for_programs(result: CalibrationMeasured) -> dict[str, Any]:
    return {**told(result), "confidence": interval(result.accuracy, result.images)}


def print_calibration(result: CalibrationMeasured, weights: str) -> None:
    print(f"{sanitize(weights)} on {counted(result.images, 'test image')} of {sanitize(result.data)}")
    right = round(result.accuracy * result.images)
    print(f"test accuracy {accuracy_in_words(right, result.images)}, in brackets 95 % confidence (Wilson)\n")
    wide_console().print(figures(result))
    print(f"\n{temperature_in_words(result)}\n")
    wide_console().print(bins(result))
    print(
        "\neach bin has equally many images, the least sure first; ▓ accuracy, ░ confidence beyond it, · short of it\n"
    )
    wide_console().print(rejections([*result.rejections]))
    if result.chosen is not None:
        print(f"\n{chosen_in_words(result, result.chosen)}")
    elif result.held_out:
        print(f"\nno threshold makes {percent(result.aim)} of the answers for the held-out images right")


def figures(result: CalibrationMeasured) -> Table:
    table = Table("", "mean confidence", "ECE", "NLL", "Brier score", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, found in (("as the network says", result.before), ("calibrated", result.after)):
        if found is not None:
            values = f"{found.error:.4f}", f"{found.log_likelihood:.4f}", f"{found.brier:.4f}"
            table.add_row(name, percent(found.confidence), *values)
    return table


def temperature_in_words(result: CalibrationMeasured) -> str:
    if result.temperature is None:
        return f"no temperature: {sanitize(result.note, longest=1000)}"
    when = "for this answer" if result.fitted else "after its epoch"
    images = counted(result.held_out, "image")
    where = f"fitted {when} to the {images} that were held out" if result.held_out else "saved with the weights"
    return f"temperature {result.temperature:.4f}, {where}"


def bins(result: CalibrationMeasured) -> Table:
    """Return the reliability diagram of what is shown, a row for each bin."""
    table = Table("bin", "images", "confidence", "accuracy", "", box=None, pad_edge=False)
    for column in table.columns[:4]:
        column.justify = "right"
    for number, each in enumerate((result.after or result.before).bins, 1):
        right, sure = round(BAR * each.accuracy), round(BAR * each.confidence)
        bar = "▓" * min(right, sure) + "░" * (sure - right) + "·" * (right - sure)
        table.add_row(str(number), f"{each.images:,}", percent(each.confidence), percent(each.accuracy), Text(bar))
    return table


def rejections(found: list[Rejection]) -> Table:
    table = Table("answers from a confidence of", "coverage", "accuracy of the answers", box=None, pad_edge=False)
    for column in table.columns:
        column.justify = "right"
    for each in found:
        accuracy = (
            "-" if each.accuracy is None else accuracy_in_words(round(each.accuracy * each.answered), each.answered)
        )
        table.add_row(f"{each.threshold:g}", percent(each.coverage), accuracy)
    return table


def chosen_in_words(result: CalibrationMeasured, chosen: Rejection) -> str:
    accuracy = "none" if chosen.accuracy is None else percent(chosen.accuracy)
    return (
        f"from {chosen.threshold:.4f} on {percent(result.aim)} of its answers for the held-out images are right; of the"
        f" test images it then answers {percent(chosen.coverage)}, {accuracy} of them right"
    )
