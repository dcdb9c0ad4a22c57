"""Stacks of convolutions without padding or pooling, as An et al. use for MNIST."""

from torch import Tensor, nn
from torch.nn import functional as F

from engine.networks.catalogue import scaled


class UnpaddedCNN(nn.Module):
    """Convolutions of one size, each with batch normalisation, until little of the image is left; then one linear
    layer, normalised too.

    An, Lee, Park, Yang and So, An ensemble of simple convolutional neural network models for MNIST digit recognition,
    https://arxiv.org/abs/2008.10400.
    """

    def __init__(self, channels: list[int], kernel: int, classes: int) -> None:
        super().__init__()
        pairs = zip([1, *channels], channels, strict=False)
        # No bias: the normalisation has one.
        self.convolutions = nn.ModuleList(nn.Conv2d(i, o, kernel, bias=False) for i, o in pairs)
        self.norms = nn.ModuleList(nn.BatchNorm2d(each) for each in channels)
        side = 28 - len(channels) * (kernel - 1)
        self.fc = nn.Linear(channels[-1] * side * side, classes, bias=False)
        self.norm = nn.BatchNorm1d(classes)

    def forward(self, images: Tensor) -> Tensor:
        x = 2 * images - 1
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = F.relu(norm(convolution(x)))
        logits: Tensor = self.norm(self.fc(x.flatten(1)))
        return logits


class AnM3(UnpaddedCNN):
    """Its M3: ten convolutions of 3x3, from 32 to 176 maps; 1,124,180 parameters."""

    def __init__(self, width: float = 1.0, classes: int = 10) -> None:
        super().__init__([scaled(each, width) for each in range(32, 177, 16)], 3, classes)


class AnM5(UnpaddedCNN):
    """Its M5: five convolutions of 5x5, from 32 to 160 maps; 1,128,180 parameters."""

    def __init__(self, width: float = 1.0, classes: int = 10) -> None:
        super().__init__([scaled(each, width) for each in range(32, 161, 32)], 5, classes)


class AnM7(UnpaddedCNN):
    """Its M7: four convolutions of 7x7, from 48 to 192 maps; 2,291,972 parameters."""

    def __init__(self, width: float = 1.0, classes: int = 10) -> None:
        super().__init__([scaled(each, width) for each in range(48, 193, 48)], 7, classes)
