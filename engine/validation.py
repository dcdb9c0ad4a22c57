"""Images held out of training: on them the best epoch is chosen, and they say when to stop. The test set has no say."""

import msgspec
import torch
from torch import Tensor

from engine.messages import Count, Loss, Share

SPLIT_SEED = 0  # one split for all runs: those of different seeds can be compared


def split(images: int, share: float) -> tuple[Tensor | None, Tensor]:
    """Return the indices of the images to train on, None for all of them, and of those held out.

    A function of the number of images and the share alone: the same in every run, and after a resume.
    """
    held = min(images - 1, max(1, round(images * share))) if share else 0
    if not held:
        return None, torch.empty(0, dtype=torch.int64)
    order = torch.randperm(images, generator=torch.Generator().manual_seed(SPLIT_SEED))
    return order[held:].sort().values, order[:held].sort().values


class Best(msgspec.Struct, frozen=True):
    """The best epoch so far by validation accuracy, the earliest of equals; 0 before the first."""

    epoch: Count = 0
    accuracy: Share = 0.0
    loss: Loss = 0.0

    def after(self, epoch: int, accuracy: float, loss: float) -> "Best":
        """Return the best once another epoch is tested."""
        better = not self.epoch or accuracy > self.accuracy
        return Best(epoch, accuracy, loss) if better else self
