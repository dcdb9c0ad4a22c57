"""A belief log of few digits, whose content tells the epoch."""

from pathlib import Path

import numpy as np

from engine.insight.beliefs.belief_log import BeliefLog
from engine.insight.beliefs.records import EpochBeliefs

TESTED = np.arange(20, dtype=np.uint8) % 10
TRAINED = np.arange(30, dtype=np.uint8) % 10


def log_in(folder: Path, most: int = 256) -> BeliefLog:
    log = BeliefLog(folder, 10, TESTED, TRAINED)
    log.most = most
    return log


def beliefs_of(epoch: int) -> EpochBeliefs:
    codes = np.full((20, 10), epoch % 256, np.uint8)
    losses = np.full(20, epoch / 8, np.float16)
    return EpochBeliefs(codes, (TESTED + epoch % 10) % 10, losses, np.full(30, epoch % 255, np.uint8), TRAINED)


def kept(folder: Path, epochs: int, most: int = 256) -> Path:
    """Return the file of so many epochs."""
    log = log_in(folder, most)
    for epoch in range(1, epochs + 1):
        log.append(epoch, beliefs_of(epoch))
    return log.path
