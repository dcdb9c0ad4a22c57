"""Dense blocks: each layer gets the maps of all layers before it."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.networks.catalogue import scaled

GROWTH = 12  # maps that each layer adds
BLOCKS = 3
LAYERS = 6  # in each block


class DenseNetSmall(nn.Module):
    """A 3x3 stem and a pooling, then three dense blocks at 14x14, 7x7 and 3x3, and the mean of each map;
    175,690 parameters.

    Huang, Liu, van der Maaten and Weinberger, Densely connected convolutional networks,
    https://arxiv.org/abs/1608.06993: DenseNet-BC with growth rate 12 and compression 0.5. The stem's pooling is that
    of its networks for ImageNet: most of the work is at the largest scale.
    """

    def __init__(self, width: float = 1.0, depth: int = 0, classes: int = 10) -> None:
        super().__init__()
        growth = scaled(GROWTH, width)
        channels = 2 * growth
        self.stem = nn.Sequential(nn.Conv2d(1, channels, 3, padding=1, bias=False), nn.MaxPool2d(2))
        blocks: list[nn.Module] = []
        for i in range(BLOCKS):
            for _ in range(depth or LAYERS):
                blocks.append(DenseLayer(channels, growth))
                channels += growth
            if i < BLOCKS - 1:
                blocks.append(transition(channels, channels // 2))
                channels //= 2
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.BatchNorm2d(channels)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, classes)

    def forward(self, images: Tensor) -> Tensor:
        x = F.relu(self.norm(self.blocks(self.stem(images))))
        logits: Tensor = self.fc(self.pool(x).flatten(1))
        return logits


class DenseLayer(nn.Module):
    """From [N, inputs, H, W] to [N, inputs + growth, H, W]: a 1x1 convolution to a bottleneck, and a 3x3 one."""

    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        new = self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(x))))))
        return torch.cat([x, new], 1)


def transition(inputs: int, outputs: int) -> nn.Sequential:
    """Fewer maps of half the size."""
    return nn.Sequential(
        nn.BatchNorm2d(inputs), nn.ReLU(inplace=True), nn.Conv2d(inputs, outputs, 1, bias=False), nn.AvgPool2d(2)
    )
