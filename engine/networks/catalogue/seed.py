"""The seed notebook's network, and the same with batch normalisation."""

from torch import Tensor, nn
from torch.nn import functional as F

from engine.networks.catalogue import scaled
from engine.networks.catalogue.max_pool import max_pool


class SeedCNN(nn.Module):
    """The seed notebook's network: two convolutions of 5x5, dropout, two linear layers; 21,840 parameters."""

    def __init__(self, width: float = 1.0, dropout2d: float = 0.5, dropout: float = 0.5, classes: int = 10) -> None:
        super().__init__()
        first, second, hidden = scaled(10, width), scaled(20, width), scaled(50, width)
        self.conv1 = nn.Conv2d(1, first, kernel_size=5)
        self.conv2 = nn.Conv2d(first, second, kernel_size=5)
        self.dropout2d = nn.Dropout2d(dropout2d)
        self.fc1 = nn.Linear(16 * second, hidden)
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, images: Tensor) -> Tensor:
        x = F.relu(pooled(self.conv1, images))
        # Whole maps are dropped: the same before the pooling as after it, on a quarter of the values.
        x = F.relu(self.dropout2d(pooled(self.conv2, x)))
        x = F.relu(self.fc1(x.flatten(1)))
        logits: Tensor = self.fc2(self.dropout(x))
        return logits


def pooled(convolution: nn.Conv2d, images: Tensor) -> Tensor:
    """Return the maximum of each 2x2 of a convolution's maps.

    On CUDA the bias is added to the maxima, which is the same, as the gradient of a bias is a sum over all that it is
    added to, and a sum of a quarter of the values takes a third of the time. CPUs add it inside of the convolution.
    """
    if not images.is_cuda or convolution.bias is None:
        return max_pool(convolution(images))
    maxima = F.max_pool2d(F.conv2d(images, convolution.weight), 2)
    return maxima + convolution.bias.to(maxima.dtype)[:, None, None]


class SeedCNNNorm(nn.Module):
    """SeedCNN with batch normalisation (Ioffe and Szegedy, https://arxiv.org/abs/1502.03167) of both convolutions;
    21,870 parameters.

    The linear layer has none: it could not be trained on batches of one image.
    """

    def __init__(self, width: float = 1.0, dropout2d: float = 0.5, dropout: float = 0.5, classes: int = 10) -> None:
        super().__init__()
        first, second, hidden = scaled(10, width), scaled(20, width), scaled(50, width)
        self.conv1 = nn.Conv2d(1, first, kernel_size=5, bias=False)  # the normalisation has one
        self.norm1 = nn.BatchNorm2d(first)
        self.conv2 = nn.Conv2d(first, second, kernel_size=5, bias=False)
        self.norm2 = nn.BatchNorm2d(second)
        self.dropout2d = nn.Dropout2d(dropout2d)
        self.fc1 = nn.Linear(16 * second, hidden)
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, images: Tensor) -> Tensor:
        # Normalised after the pooling: a quarter of the values.
        x = F.relu(self.norm1(max_pool(self.conv1(images))))
        x = F.relu(self.dropout2d(self.norm2(max_pool(self.conv2(x)))))
        x = F.relu(self.fc1(x.flatten(1)))
        logits: Tensor = self.fc2(self.dropout(x))
        return logits
