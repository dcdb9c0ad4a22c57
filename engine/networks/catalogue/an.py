"""A stack of convolutions without padding or pooling, made for MNIST."""

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.networks.catalogue import scaled

CHANNELS = (32, 64, 96, 128, 160)


class AnM5(nn.Module):
    """Five convolutions of 5x5, each with batch normalisation, from 28x28 down to 8x8, and one linear layer, normalised
    too; 1,128,180 parameters.

    M5 of An, Lee, Park, Yang and So, An ensemble of simple convolutional neural network models for MNIST digit
    recognition, https://arxiv.org/abs/2008.10400.
    """

    def __init__(self, width: float = 1.0, classes: int = 10) -> None:
        super().__init__()
        channels = [1, *(scaled(each, width) for each in CHANNELS)]
        # No bias: the normalisation has one.
        self.convolutions = nn.ModuleList(
            nn.Conv2d(inputs, outputs, 5, bias=False) for inputs, outputs in itertools.pairwise(channels)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(each) for each in channels[1:])
        self.fc = nn.Linear(channels[-1] * 8 * 8, classes, bias=False)
        self.norm = nn.BatchNorm1d(classes)

    def forward(self, images: Tensor) -> Tensor:
        x = 2 * images - 1
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = F.relu(norm(convolved(convolution, x)))
        logits: Tensor = self.norm(self.fc(x.flatten(1)))
        return logits


def convolved(convolution: nn.Module, images: Tensor) -> Tensor:
    """Return a convolution's maps. cuDNN takes one channel in bfloat16 for the rare case of grouped convolutions, which
    are slow: with seven more of noughts it is faster."""
    assert isinstance(convolution, nn.Conv2d)
    if convolution.in_channels > 1 or not images.is_cuda or not torch.is_autocast_enabled("cuda"):
        maps: Tensor = convolution(images)
        return maps
    more = (0, 0, 0, 0, 0, 7)
    return F.conv2d(F.pad(images, more), F.pad(convolution.weight, more))
