"""What a run thought of each test digit after an epoch, as a table."""

from pathlib import Path

import numpy as np

from engine.insight.beliefs.gallery import tested_columns
from engine.insight.beliefs.history import read_beliefs
from engine.library.table import Table
from engine.vocabulary.messages.base import DIGITS


def digits_of(folder: Path, classes: tuple[str, ...], epoch: int = 0) -> Table:
    """Return a row for each test digit after an epoch that was kept, 0 for the last: its index, label and prediction,
    the confidence in that, its margin over the next likely class, the loss in nats, and a probability for each class
    (within 0.006).

    Where the classes are no digits, also the names of label and prediction. Raises RunError where nothing was kept, and
    OSError.
    """
    beliefs = read_beliefs(folder)
    place = beliefs.at(epoch)
    found = tested_columns(beliefs, place, slice(None))
    probabilities = beliefs.probabilities(place).astype(np.float64)
    names = classes if len(classes) == beliefs.classes else tuple(map(str, range(beliefs.classes)))
    return Table(
        {
            "index": np.arange(len(found.labels)),
            "label": found.labels.astype(np.int64),
            "predicted": found.predicted.astype(np.int64),
            **(named(found.labels, found.predicted, names) if names != DIGITS else {}),
            "confidence": found.confidences.astype(np.float64),
            "margin": found.margins.astype(np.float64),
            "loss": found.losses.astype(np.float64),
            **{f"p_{name}": probabilities[:, i] for i, name in enumerate(names)},
        }
    )


def named(labels: np.ndarray, predicted: np.ndarray, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return the names of classes [N] in columns of text."""
    texts = np.array(names)
    return {"label_name": texts[labels], "predicted_name": texts[predicted]}
