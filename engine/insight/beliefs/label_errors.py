"""Training images whose label is likely wrong, told by their mean loss over epochs.

A network learns what many images have in common before what it has to learn by heart, so that an image with a wrong
label has a high loss for many epochs, and its mean tells it from one that is only hard (O2U-Net, Huang et al. 2019,
https://openaccess.thecvf.com/content_ICCV_2019/html/Huang_O2U-Net_A_Simple_Noisy_Label_Detection_Approach_for_Deep_Neural_Networks_ICCV_2019_paper.html).
What is suggested instead is the class that the run predicted most often.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.insight.beliefs.history import Beliefs

LIKELY = 4.0  # nats: over the epochs, its label had a probability of 0.018 in the geometric mean


class LabelErrors(NamedTuple):
    """Indices of training images, the likeliest error first, with the class that is suggested, and the mean loss."""

    indices: npt.NDArray[np.intp]
    suggested: npt.NDArray[np.intp]
    losses: npt.NDArray[np.float32]


def label_errors(beliefs: Beliefs, likely: float = LIKELY) -> LabelErrors:
    """Return the images with a mean loss above `likely` that were mostly taken for one other class."""
    losses = beliefs.trained_losses
    seen = ~np.isnan(losses)
    times = seen.sum(0)
    mean = np.where(times > 0, np.where(seen, losses, 0).sum(0) / np.maximum(times, 1), 0).astype(np.float32)
    candidates = np.flatnonzero(mean > likely)
    predicted, counted = beliefs.trained_predicted[:, candidates], seen[:, candidates]
    votes = np.stack([((predicted == label) & counted).sum(0) for label in range(beliefs.classes)])
    suggested = votes.argmax(0)
    other = suggested != beliefs.trained_labels[candidates]
    candidates, suggested = candidates[other], suggested[other]
    order = np.argsort(-mean[candidates], kind="stable")
    return LabelErrors(candidates[order], suggested[order].astype(np.intp), mean[candidates[order]])
