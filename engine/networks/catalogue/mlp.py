"""Linear layers only: the multilayer perceptron."""

from torch import Tensor, nn

from engine.networks.catalogue import scaled

HIDDEN_LAYERS = 2


class MLP(nn.Module):
    """Hidden layers of 256 rectified units, dropout before the last layer; 269,322 parameters with its two.

    Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986,
    https://doi.org/10.1038/323533a0 (with sigmoids).
    """

    def __init__(self, width: float = 1.0, depth: int = 0, dropout: float = 0.5, classes: int = 10) -> None:
        super().__init__()
        units = scaled(256, width)
        layers: list[nn.Module] = []
        inputs = 28 * 28
        for _ in range(depth or HIDDEN_LAYERS):
            layers += [nn.Linear(inputs, units), nn.ReLU(inplace=True)]
            inputs = units
        self.hidden = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(units, classes)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.fc(self.dropout(self.hidden(images.flatten(1))))
        return logits
