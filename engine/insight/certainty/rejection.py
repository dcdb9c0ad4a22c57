"""What a network answers when it may leave to a person what it is not sure of. Pure.

Chow, On optimum recognition error and reject tradeoff (1970): below a threshold of its confidence it does not answer.
"""

from torch import Tensor

from engine.vocabulary.messages.certainty_messages import Rejection

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


def rejecting(probabilities: Tensor, labels: Tensor, threshold: float) -> Rejection:
    """Return which share of images is answered with a confidence of at least `threshold`, and the share right of these:
    for probabilities [N, classes] and labels [N]."""
    confidence, predicted = probabilities.max(1)
    answered = confidence >= threshold
    count = int(answered.sum())
    right = int((predicted == labels)[answered].sum())
    return Rejection(
        threshold=threshold, coverage=count / len(labels), accuracy=right / count if count else None, answered=count
    )


def threshold_for(probabilities: Tensor, labels: Tensor, accuracy: float) -> float | None:
    """Return the lowest threshold at which at least this share of the answers is right, None where there is none.

    It is to be chosen on other images than it is measured on.
    """
    confidence, predicted = probabilities.max(1)
    order = confidence.argsort(descending=True, stable=True)
    sure, right = confidence[order], (predicted == labels)[order].double()
    shares = right.cumsum(0) / (right.cumsum(0) * 0 + 1).cumsum(0)
    last_of_equals = sure != sure.roll(-1)  # a threshold lets all images of the same confidence through
    last_of_equals[-1] = True
    good = ((shares >= accuracy) & last_of_equals).nonzero().flatten()
    return sure[good[-1]].item() if len(good) else None
