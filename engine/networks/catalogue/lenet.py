"""LeNet-5, the network that made MNIST known."""

from torch import Tensor, nn
from torch.nn import functional as F


class LeNet5(nn.Module):
    """LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition, 1998,
    https://doi.org/10.1109/5.726791, figure 2; layers bear its names; 61,706 parameters.

    What differs: C3 is connected to all six maps of S2, not to the subsets of its table 1; S2 and S4 average without
    a coefficient and a bias of their own; the output is linear, for the cross-entropy, where the paper measures the
    distance to drawings of the characters; tanh is not scaled; pixels are in 0..1, not in -0.1..1.175.
    """

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)  # the paper's images are 32x32
        self.c3 = nn.Conv2d(6, 16, kernel_size=5)
        self.c5 = nn.Conv2d(16, 120, kernel_size=5)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, classes)

    def forward(self, images: Tensor) -> Tensor:
        s2 = F.avg_pool2d(self.c1(images).tanh(), 2)
        s4 = F.avg_pool2d(self.c3(s2).tanh(), 2)
        f6 = self.f6(self.c5(s4).tanh().flatten(1)).tanh()
        logits: Tensor = self.output(f6)
        return logits
