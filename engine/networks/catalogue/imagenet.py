"""torchvision's networks for ImageNet, with a stem for one channel of 28x28: a 3x3 convolution without a stride in
place of the 7x7 one with stride 2, and no pooling after it, as He et al. do on CIFAR's 32x32.

Their states are named as torchvision's. Imports torchvision, which takes a second.
"""

from torch import nn
from torchvision.models import DenseNet, ResNet
from torchvision.models.resnet import BasicBlock


class ResNet18(ResNet):  # type: ignore[misc]  # torchvision has no types
    """He, Zhang, Ren and Sun, Deep residual learning, https://arxiv.org/abs/1512.03385; 11,172,810 parameters."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__(BasicBlock, [2, 2, 2, 2], num_classes=classes)
        self.conv1 = nn.Conv2d(1, 64, 3, padding=1, bias=False)
        nn.init.kaiming_normal_(self.conv1.weight, mode="fan_out", nonlinearity="relu")  # as all its convolutions
        self.maxpool = nn.Identity()


class DenseNet121(DenseNet):  # type: ignore[misc]
    """Huang, Liu, van der Maaten and Weinberger, Densely connected convolutional networks,
    https://arxiv.org/abs/1608.06993; 6,955,274 parameters."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__(growth_rate=32, block_config=(6, 12, 24, 16), num_init_features=64, num_classes=classes)
        self.features.conv0 = nn.Conv2d(1, 64, 3, padding=1, bias=False)
        nn.init.kaiming_normal_(self.features.conv0.weight)  # as all its convolutions
        self.features.pool0 = nn.Identity()
