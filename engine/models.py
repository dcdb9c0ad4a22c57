"""The networks, by name. A network takes float32 images [N, 1, 28, 28] in 0..1 and returns logits [N, 10]."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.config import RunConfig


class SeedCNN(nn.Module):
    """The seed notebook's network: two convolutions of 5x5, dropout, two linear layers; 21,840 parameters."""

    def __init__(self, dropout2d: float = 0.5, dropout: float = 0.5) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.dropout2d = nn.Dropout2d(dropout2d)
        self.fc1 = nn.Linear(320, 50)
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, images: Tensor) -> Tensor:
        x = F.relu(F.max_pool2d(self.conv1(images), 2))
        # Whole maps are dropped: the same before the pooling as after it, on a quarter of the values.
        x = F.relu(self.dropout2d(F.max_pool2d(self.conv2(x), 2)))
        x = F.relu(self.fc1(x.flatten(1)))
        logits: Tensor = self.fc2(self.dropout(x))
        return logits


class FastCNN(nn.Module):
    """Learns in the fewest seconds: twice the feature maps of SeedCNN, batch normalisation (Ioffe and Szegedy,
    https://arxiv.org/abs/1502.03167), and one linear layer; 18,426 parameters."""

    def __init__(self, dropout2d: float = 0.0, dropout: float = 0.0) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=5, bias=False)
        self.norm1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=5, bias=False)
        self.norm2 = nn.BatchNorm2d(32)
        self.dropout2d = nn.Dropout2d(dropout2d)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(512, 10)

    def forward(self, images: Tensor) -> Tensor:
        # Normalised after the pooling: a quarter of the values.
        x = F.relu(self.norm1(F.max_pool2d(self.conv1(images), 2)))
        x = F.relu(self.norm2(F.max_pool2d(self.conv2(x), 2)))
        logits: Tensor = self.fc(self.dropout(self.dropout2d(x).flatten(1)))
        return logits


class DeepCNN(nn.Module):
    """Learns the most: five convolutions of 3x3, as in VGG (Simonyan and Zisserman, https://arxiv.org/abs/1409.1556),
    each with batch normalisation, and one linear layer; 150,698 parameters."""

    def __init__(self, dropout2d: float = 0.0, dropout: float = 0.3) -> None:
        super().__init__()
        self.maps = nn.Sequential(
            *normalised_convolution(1, 32),
            *normalised_convolution(32, 32),
            nn.MaxPool2d(2),
            *normalised_convolution(32, 64, padding=1),
            *normalised_convolution(64, 64),
            nn.MaxPool2d(2),
            *normalised_convolution(64, 128),
        )
        self.dropout2d = nn.Dropout2d(dropout2d)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(128 * 3 * 3, 10)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.fc(self.dropout(self.dropout2d(self.maps(images)).flatten(1)))
        return logits


def normalised_convolution(inputs: int, outputs: int, padding: int = 0) -> tuple[nn.Module, ...]:
    # No bias: the normalisation has one.
    return nn.Conv2d(inputs, outputs, 3, padding=padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)


MODELS: dict[str, Callable[[RunConfig], nn.Module]] = {
    "seed-cnn": lambda config: SeedCNN(config.dropout2d, config.dropout),
    "fast-cnn": lambda config: FastCNN(config.dropout2d, config.dropout),
    "deep-cnn": lambda config: DeepCNN(config.dropout2d, config.dropout),
}


def build_model(config: RunConfig) -> nn.Module:
    """Return a new network on the CPU, its weights drawn from the global generator.

    The channels of a pixel lie together in memory (channels_last): so the CPU's convolutions are fastest. Not for the
    seed network in float32, which adds up in the order of the notebook's own: its figures are the same to the last bit.
    """
    model = MODELS[config.model](config)
    if (config.model, config.precision) == ("seed-cnn", "fp32"):
        return model
    return model.to(memory_format=torch.channels_last)


def set_dropout(model: nn.Module, config: RunConfig) -> None:
    """Apply the dropout rates of the config to a network in use."""
    for module in model.modules():
        if isinstance(module, nn.Dropout2d):
            module.p = config.dropout2d
        elif isinstance(module, nn.Dropout):
            module.p = config.dropout


def count_parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def as_input(images: Tensor) -> Tensor:
    """Turn uint8 images [N, 28, 28] into what a network takes, as torchvision's ToTensor does."""
    return images.unsqueeze(1).to(torch.float32).div_(255)
