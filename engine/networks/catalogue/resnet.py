"""Residual blocks: the output of a block is added to its input."""

from torch import Tensor, nn
from torch.nn import functional as F

from engine.networks.catalogue import scaled

STAGES = (16, 32, 64)
BLOCKS = 2  # in each stage


class ResNetSmall(nn.Module):
    """A 3x3 stem, three stages of residual blocks at 28x28, 14x14 and 7x7, and the mean of each map; 174,970
    parameters.

    He, Zhang, Ren and Sun, Deep residual learning, https://arxiv.org/abs/1512.03385, section 4.2 (its networks for
    CIFAR-10), with n = 2 blocks in each stage. Where a stage begins, the shortcut is a 1x1 convolution (option B).
    """

    def __init__(self, width: float = 1.0, depth: int = 0, classes: int = 10) -> None:
        super().__init__()
        channels = scaled(STAGES[0], width)
        self.conv = nn.Conv2d(1, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        blocks = []
        for i, stage in enumerate(STAGES):
            for j in range(depth or BLOCKS):
                outputs = scaled(stage, width)
                blocks.append(ResidualBlock(channels, outputs, stride=2 if i and not j else 1))
                channels = outputs
        self.blocks = nn.Sequential(*blocks)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, classes)

    def forward(self, images: Tensor) -> Tensor:
        x = self.blocks(F.relu(self.norm(self.conv(images))))
        logits: Tensor = self.fc(self.pool(x).flatten(1))
        return logits


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions from [N, inputs, H, W] to [N, outputs, H / stride, W / stride], and a way past them."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride > 1 or inputs != outputs:
            convolution = nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False)
            self.shortcut = nn.Sequential(convolution, nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))
