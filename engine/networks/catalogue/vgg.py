"""Blocks of 3x3 convolutions, as in VGG."""

from torch import Tensor, nn

from engine.networks.catalogue import scaled
from engine.networks.catalogue.max_pool import MaxPool2d

STAGES = (16, 32, 64)
CONVOLUTIONS = 2  # in each block


class VGGSmall(nn.Module):
    """Three blocks of 3x3 convolutions, each ended by a pooling, then two linear layers; 147,162 parameters.

    Simonyan and Zisserman, Very deep convolutional networks, https://arxiv.org/abs/1409.1556; with batch
    normalisation, which was not known yet, as in torchvision's `vgg11_bn`.
    """

    def __init__(
        self, width: float = 1.0, depth: int = 0, dropout2d: float = 0.5, dropout: float = 0.5, classes: int = 10
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 1
        for stage in STAGES:
            for _ in range(depth or CONVOLUTIONS):
                outputs = scaled(stage, width)
                # No bias: the normalisation has one.
                layers += [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs)]
                layers.append(nn.ReLU(inplace=True))
                inputs = outputs
            layers.append(MaxPool2d())
        hidden = scaled(128, width)
        self.blocks = nn.Sequential(*layers)
        self.dropout2d = nn.Dropout2d(dropout2d)
        self.fc1 = nn.Linear(inputs * 3 * 3, hidden)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, images: Tensor) -> Tensor:
        x = self.dropout2d(self.blocks(images)).flatten(1)
        logits: Tensor = self.fc2(self.dropout(self.relu(self.fc1(x))))
        return logits
