"""The metrics that runs are compared by, and how they are worded."""

VALIDATED = ("validation_accuracy", "validation_loss")
METRICS = ("accuracy", "loss", *VALIDATED)


def is_accuracy(metric: str) -> bool:
    return metric.endswith("accuracy")


def metric_in_words(metric: str) -> str:
    """Return `test accuracy`, or `validation loss`."""
    return metric.replace("_", " ") if metric in VALIDATED else f"test {metric}"
