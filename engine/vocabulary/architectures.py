"""The networks by name: what each is, where its class is, and what of its size can be chosen. Imports no torch.

To add a network: one class in `engine/networks/catalogue/`, and one entry here. It is imported only when it is built,
as a user's own network is, which is named by file or package instead: `path/to/file.py:Class`, `package:Class`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

LONGEST_NAME = 4096  # characters, as of a path
WIDTH, DEPTH = "width", "depth"


@dataclass(frozen=True)
class Architecture:
    """`where` is module and class; `takes` are the fields of RunConfig that change its size."""

    name: str
    help: str
    where: str
    takes: tuple[str, ...] = ()


CATALOGUE = {
    each.name: each
    for each in (
        Architecture(
            "seed-cnn",
            "The default: two convolutions of 5x5, dropout, two linear layers.",
            "engine.networks.catalogue.seed:SeedCNN",
            (WIDTH,),
        ),
        Architecture(
            "seed-cnn-bn",
            "The same with batch normalisation after each convolution.",
            "engine.networks.catalogue.seed:SeedCNNNorm",
            (WIDTH,),
        ),
        Architecture(
            "fast-cnn",
            "Learns fastest: two convolutions, batch normalisation, one linear layer.",
            "engine.networks.catalogue.plain:FastCNN",
            (WIDTH,),
        ),
        Architecture(
            "deep-cnn",
            "Five convolutions of 3x3 with batch normalisation; the preset `best`.",
            "engine.networks.catalogue.plain:DeepCNN",
            (WIDTH,),
        ),
        Architecture(
            "mlp",
            "Linear layers only: it does not know which pixels are neighbours.",
            "engine.networks.catalogue.mlp:MLP",
            (WIDTH, DEPTH),
        ),
        Architecture(
            "lenet5", "LeCun's network of 1998: tanh and average pooling.", "engine.networks.catalogue.lenet:LeNet5"
        ),
        Architecture(
            "vgg-small",
            "Three blocks of 3x3 convolutions, each followed by pooling (VGG, 2014).",
            "engine.networks.catalogue.vgg:VGGSmall",
            (WIDTH, DEPTH),
        ),
        Architecture(
            "resnet-small",
            "Residual blocks on three scales, as on CIFAR (ResNet, 2015).",
            "engine.networks.catalogue.resnet:ResNetSmall",
            (WIDTH, DEPTH),
        ),
        Architecture(
            "densenet-small",
            "Each layer sees the outputs of all layers before it; three dense blocks (DenseNet, 2016).",
            "engine.networks.catalogue.densenet:DenseNetSmall",
            (WIDTH, DEPTH),
        ),
        Architecture(
            "resnet18",
            "torchvision's ResNet-18 with a first layer for 28x28; best on a GPU.",
            "engine.networks.catalogue.imagenet:ResNet18",
        ),
        Architecture(
            "densenet121",
            "torchvision's DenseNet-121 with a first layer for 28x28; best on a GPU.",
            "engine.networks.catalogue.imagenet:DenseNet121",
        ),
        Architecture(
            "an-m5",
            "Five convolutions of 5x5 without padding, best on a GPU; preset `record`.",
            "engine.networks.catalogue.an:AnM5",
            (WIDTH,),
        ),
    )
}

# Parameters and FLOPs an image of each at its own width and depth, as ModelDescribed counts them: a form need not wait
# for torch to show them.
SIZES = {
    "seed-cnn": (21_840, 961_000),
    "seed-cnn-bn": (21_870, 961_000),
    "fast-cnn": (18_426, 2_109_440),
    "deep-cnn": (150_698, 25_037_568),
    "mlp": (269_322, 537_600),
    "lenet5": (61_706, 833_040),
    "vgg-small": (147_162, 14_826_496),
    "resnet-small": (174_970, 40_367_872),
    "densenet-small": (175_690, 27_418_512),
    "resnet18": (11_172_810, 911_601_664),
    "densenet121": (6_955_274, 1_344_641_024),
    "an-m5": (1_128_180, 274_739_200),
}


# Networks that an H200 trains faster in bf16 than in tf32, as measured: in the others to convert takes longer than to
# compute.
FAST_IN_BF16 = {"deep-cnn", "an-m5", "resnet-small", "resnet18", "densenet121"}


@dataclass(frozen=True)
class OwnName:
    """The name of a user's own network, in its two parts."""

    place: str
    """A file's path, or a package's dotted name."""
    kind: str
    """The class."""

    @property
    def is_file(self) -> bool:
        return self.place.endswith(".py")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError with what is wrong, and what would be right."""
        place, _, kind = text.rpartition(":")
        if not kind.isidentifier():
            raise ValueError(
                f"{kind!r} after the colon cannot be the name of a class; give FILE.py:Class or package:Class"
            )
        if not text.isprintable() or len(text) > LONGEST_NAME:
            raise ValueError(f"give at most {LONGEST_NAME} printable characters")
        if not place.endswith(".py") and not all(part.isidentifier() for part in place.split(".")):
            raise ValueError(
                f"{place!r} is neither a file that ends in .py nor the name of a package;"
                " give FILE.py:Class or package:Class"
            )
        return cls(place, kind)

    def __str__(self) -> str:
        return f"{self.place}:{self.kind}"


def is_own(model: str) -> bool:
    """Tell whether a network is a user's own: every such name has a colon, and no other has."""
    return ":" in model


def short_name(model: str) -> str:
    """Return `resnet18`, or `file.py:Class` without the folder."""
    return model.rpartition("/")[2]


def folder_name(model: str) -> str:
    """Return what the folders of a network's runs are named for: `resnet18`, or `net` for `file.py:Net`."""
    if not is_own(model):
        return model
    words = re.sub(r"[^a-z0-9]+", "-", model.rpartition(":")[2].lower()).strip("-")
    return words[:40].rstrip("-") or "own"


def size_problem(model: str, sizes: Mapping[str, tuple[object, object]]) -> str:
    """Say which size of a network cannot be chosen, "" when all is well; `sizes` are (value, default) by field."""
    architecture = CATALOGUE.get(model)  # a user's own class is asked when it is built
    for field, (value, default) in sizes.items():
        if architecture is not None and value != default and field not in architecture.takes:
            others = ", ".join(each.name for each in CATALOGUE.values() if field in each.takes)
            return (
                f"{field.capitalize()} ({field}): {value} is not possible for {model}, whose {field} is fixed; give"
                f" {default}, or use one of {others}"
            )
    return ""
