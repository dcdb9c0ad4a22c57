"""Whether a network is as sure as it is right. Pure.

What a reliability diagram shows: of the images that it is 90 % sure of, 90 % should be right.
"""

import torch
from torch import Tensor

from engine.vocabulary.messages.certainty_messages import Calibration, ReliabilityBin

SMALLEST = 1e-300  # a probability that has become 0 has a likelihood nevertheless


def calibrated(probabilities: Tensor, labels: Tensor, bins: int) -> Calibration:
    """Measure probabilities [N, classes] against labels [N], N of at least 1.

    The bins hold equally many images, within one: those of equal width leave most bins empty where a network is sure of
    nearly everything (Nixon et al., Measuring calibration in deep learning, 2019). The expected calibration error is
    the mean over images of the distance between share right and mean confidence of their bin (Naeini et al. 2015). The
    Brier score is the mean over images of the sum over classes of squared errors, 0 to 2 (Brier 1950); the negative
    log-likelihood is in nats per image.
    """
    probabilities = probabilities.double()
    confidence, predicted = probabilities.max(1)
    right = (predicted == labels).double()
    order = confidence.argsort(stable=True)
    parts = [part for part in torch.tensor_split(order, min(bins, len(order))) if len(part)]
    found = [
        ReliabilityBin(
            images=len(part),
            lowest=confidence[part[0]].item(),
            highest=confidence[part[-1]].item(),
            confidence=confidence[part].mean().item(),
            accuracy=right[part].mean().item(),
        )
        for part in parts
    ]
    of_label = probabilities.gather(1, labels.unsqueeze(1)).squeeze(1)
    wanted = torch.nn.functional.one_hot(labels, probabilities.shape[1])
    return Calibration(
        confidence=confidence.mean().item(),
        error=sum(each.images * abs(each.accuracy - each.confidence) for each in found) / len(labels),
        log_likelihood=-of_label.clamp_min(SMALLEST).log().mean().item(),
        brier=(probabilities - wanted).square().sum(1).mean().item(),
        bins=found,
    )
