"""The preview of augmentation: what it does to a digit, before anything is trained."""

import torch

from engine.data.dataset import Dataset
from engine.networks.build import as_input
from engine.techniques.augmentation import augment
from engine.vocabulary.messages import AugmentationPreviewed, PreviewAugmentation

MOST = 64


def preview(command: PreviewAugmentation, data: Dataset) -> AugmentationPreviewed:
    """Return a training digit as augmentation would show it to the network, several times.

    Chance is the same for the same digit: a change of strength shows as such. A run in progress notices nothing.
    """
    index = command.index % len(data.train_images)
    count = max(1, min(command.count, MOST))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(index)  # torch.manual_seed would seed those of the devices, too
        images = augment(as_input(data.train_images[index].cpu().expand(count, -1, -1)), command.config)
    return AugmentationPreviewed(
        index=index,
        label=int(data.train_labels[index]),
        pixels=[each.mul(255).round_().to(torch.uint8).numpy().tobytes() for each in images],
    )
