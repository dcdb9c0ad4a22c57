"""Figures in words: percentages, losses, intervals and durations. Pure."""

from tui.state.significance import Sample, wilson
from tui.state.words.metrics import is_accuracy


def percent(fraction: float) -> str:
    return f"{100 * fraction:.2f} %"


def format_metric(metric: str, value: float | None) -> str:
    """Return an accuracy or a loss, "-" for none."""
    if value is None:
        return "-"
    return percent(value) if is_accuracy(metric) else f"{value:.4f}"


def format_deviation(metric: str, deviation: float | None) -> str:
    """Return how far accuracies, in percentage points, or losses lie apart."""
    if deviation is None:
        return "-"
    return f"{100 * deviation:.2f}" if is_accuracy(metric) else f"{deviation:.4f}"


def format_interval(metric: str, found: Sample | None) -> str:
    """Return `98.51 to 98.75 %`, "-" where one value says nothing about it."""
    if found is None or found.low is None or found.high is None:
        return "-"
    return format_limits(metric, found.low, found.high)


def accuracy_within(accuracy: float, images: int) -> str:
    """Return `99.10 % (98.90 to 99.27 %)`: an accuracy measured on so many images, with Wilson's interval of 95 %
    confidence; the accuracy alone where it is not known on how many."""
    between = f" ({format_limits('accuracy', *wilson(accuracy=accuracy, count=images))})" if images else ""
    return percent(accuracy) + between


def format_limits(metric: str, low: float, high: float) -> str:
    """Return `98.51 to 98.75 %`."""
    return f"{format_metric(metric, low).removesuffix(' %')} to {format_metric(metric, high)}"


def duration(seconds: float) -> str:
    """Return `7 s`, `2:05` or `3:10:00`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def format_bytes(count: float) -> str:
    """Return `512 MB` or `6.1 GB`."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
