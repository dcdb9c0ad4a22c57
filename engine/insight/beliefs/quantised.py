"""A probability, and a loss, in one byte.

Steps of equal size would make 0.002 of everything below it, and 0.9999 and 0.996 the same. Steps of equal log-odds keep
both ends apart, but are coarse in the middle. So the log-odds are companded as sound is (mu-law, ITU-T G.711): steps
grow with the distance from even odds. A probability comes back within 0.006; what is near 0 or 1, down to 1e-6 and up
to 0.9999, comes back within a sixth of its distance from there. Losses are kept in the same way, within 2 % above 0.1.
"""

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

FINE, MOST_ODDS = 2.0, 16.0  # log-odds: up to where steps are even, and what lies beyond is cut off
FINENESS = 127.5 / float(np.log1p(MOST_ODDS / FINE))
LEAST = 1.2e-7  # 1 / (1 + e^MOST_ODDS)
FINE_LOSS, MOST_LOSS = 0.01, 100.0  # nats
NOT_SEEN = 255  # in place of a loss: the image was not trained on in that epoch
LOSS_STEP = float(np.log1p(MOST_LOSS / FINE_LOSS)) / (NOT_SEEN - 1)


def probability_at(code: npt.NDArray[np.float64]) -> Floats:
    place = code - 127.5
    odds = np.sign(place) * FINE * np.expm1(np.abs(place) / FINENESS)
    probabilities: Floats = (1 / (1 + np.exp(-odds))).astype(np.float32)
    return probabilities


PROBABILITIES: Floats = probability_at(np.arange(256.0))
LOSSES: Floats = (FINE_LOSS * np.expm1(np.arange(256) * LOSS_STEP)).astype(np.float32)
LOSSES[NOT_SEEN] = np.nan


def probabilities_of(codes: Bytes) -> Floats:
    """Return the probabilities for codes of any shape; those of a digit add up to 1 within 0.02."""
    return PROBABILITIES[codes]


def losses_of(codes: Bytes) -> Floats:
    """Return the losses for codes of any shape, NaN where the image was not trained on."""
    return LOSSES[codes]
