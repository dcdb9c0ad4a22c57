"""Accuracies with their uncertainty. Pure."""

from typing import Any

from tui.state.significance import CONFIDENCE, McNemarTest, wilson
from tui.state.words.figures import accuracy_within


def interval(accuracy: float, count: int) -> dict[str, Any]:
    """Return Wilson's interval of an accuracy from so many images, for programs."""
    low, high = wilson(accuracy=accuracy, count=count)
    return {"level": CONFIDENCE, "method": "wilson", "low": low, "high": high}


def share(right: int, count: int) -> dict[str, Any]:
    """Return so many right of `count` images as an accuracy with its interval, for programs."""
    return {"right": right, "accuracy": right / count, "confidence": interval(right / count, count)}


def in_words(right: int, count: int) -> str:
    """Return `99.10 % (98.90 to 99.27 %)`."""
    return accuracy_within(right / count, count)


def chance(test: McNemarTest) -> str:
    """Return `p = 0.0312` of McNemar's test."""
    return "p < 0.0001" if test.p < 0.0001 else f"p = {test.p:.4f}"
