"""Plain convolutions with batch normalisation: the networks of the presets `fast` and `best`."""

from torch import Tensor, nn
from torch.nn import functional as F

from engine.networks.catalogue import scaled
from engine.networks.catalogue.max_pool import MaxPool2d, max_pool


class FastCNN(nn.Module):
    """Learns in the fewest seconds: more feature maps than SeedCNN, batch normalisation (Ioffe and Szegedy,
    https://arxiv.org/abs/1502.03167), and one linear layer; 18,426 parameters."""

    def __init__(self, width: float = 1.0, dropout2d: float = 0.0, dropout: float = 0.0, classes: int = 10) -> None:
        super().__init__()
        first, second = scaled(16, width), scaled(32, width)
        self.conv1 = nn.Conv2d(1, first, kernel_size=5, bias=False)
        self.norm1 = nn.BatchNorm2d(first)
        self.conv2 = nn.Conv2d(first, second, kernel_size=5, bias=False)
        self.norm2 = nn.BatchNorm2d(second)
        self.dropout2d = nn.Dropout2d(dropout2d)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(16 * second, classes)

    def forward(self, images: Tensor) -> Tensor:
        # Normalised after the pooling: a quarter of the values.
        x = F.relu(self.norm1(max_pool(self.conv1(images))))
        x = F.relu(self.norm2(max_pool(self.conv2(x))))
        logits: Tensor = self.fc(self.dropout(self.dropout2d(x).flatten(1)))
        return logits


class DeepCNN(nn.Module):
    """Learns the most: five convolutions of 3x3, as in VGG (Simonyan and Zisserman, https://arxiv.org/abs/1409.1556),
    each with batch normalisation, and one linear layer; 150,698 parameters."""

    def __init__(self, width: float = 1.0, dropout2d: float = 0.0, dropout: float = 0.3, classes: int = 10) -> None:
        super().__init__()
        first, second, third = scaled(32, width), scaled(64, width), scaled(128, width)
        self.maps = nn.Sequential(
            *normalised_convolution(1, first),
            *normalised_convolution(first, first, pools=True),
            *normalised_convolution(first, second, padding=1),
            *normalised_convolution(second, second, pools=True),
            *normalised_convolution(second, third),
        )
        self.dropout2d = nn.Dropout2d(dropout2d)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(third * 3 * 3, classes)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.fc(self.dropout(self.dropout2d(self.maps(images)).flatten(1)))
        return logits


def normalised_convolution(inputs: int, outputs: int, padding: int = 0, pools: bool = False) -> tuple[nn.Module, ...]:
    # No bias: the normalisation has one. The pooling comes before the ReLU: the same, on a quarter of the values.
    normalised = nn.Conv2d(inputs, outputs, 3, padding=padding, bias=False), nn.BatchNorm2d(outputs)
    return (*normalised, MaxPool2d(), nn.ReLU(inplace=True)) if pools else (*normalised, nn.ReLU(inplace=True))
