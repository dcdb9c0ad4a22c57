"""All digits at once, in few bytes: what each was taken for, how surely, and at which loss."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.insight.beliefs.history import Beliefs
from engine.insight.beliefs.quantised import Floats, losses_of

Numbers = npt.NDArray[Any]


class Columns(NamedTuple):
    """Of some digits [n]; without confidences and margins [0] where they are not known."""

    labels: Numbers
    predicted: Numbers
    losses: Numbers
    confidences: Numbers
    margins: Numbers

    def packed(self) -> dict[str, Any]:
        """Return them as GalleryTold tells them."""
        kinds = ("u1", "u1", "<f4", "<f4", "<f4")
        columns = zip(self._fields, self, kinds, strict=True)
        return {name: each.astype(kind).tobytes() for name, each, kind in columns}


def tested_columns(beliefs: Beliefs, place: int, rows: slice) -> Columns:
    """Return the columns of test digits after the epoch at a place."""
    kept = beliefs.kept[place]
    predicted, losses = kept.predicted[rows].astype(np.intp), beliefs.losses(place)[rows]
    labels = beliefs.labels[rows]
    confidences, margins = surest(beliefs.probabilities(place)[rows], predicted)
    exact = np.exp(-losses)  # of the label, known better than by its byte
    return Columns(labels, predicted, losses, np.where(predicted == labels, exact, confidences), margins)


def trained_columns(beliefs: Beliefs, place: int, rows: slice) -> Columns:
    """Return the columns of training images, as the steps of the epoch at a place saw them."""
    kept, none = beliefs.kept[place], np.zeros(0)
    losses = losses_of(kept.trained_losses[rows])
    return Columns(beliefs.trained_labels[rows], kept.trained_predicted[rows], losses, none, none)


def surest(probabilities: Floats, predicted: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return the confidence [n] in the predicted classes, and its margin over the next likely ones [n]."""
    others = probabilities.copy()
    np.put_along_axis(others, predicted[:, None], 0, 1)
    confidences: Floats = np.take_along_axis(probabilities, predicted[:, None], 1)[:, 0]
    margins: Floats = np.maximum(confidences - others.max(1, initial=0), 0)
    return confidences, margins
