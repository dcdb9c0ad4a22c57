"""The presets that come with the program, and what a preset is. The user's own: `engine/storage/presets.py`.

Beside the five with names of their own there is one for each network, of its name: the recipe that suits it.
"""

from collections.abc import Mapping

import msgspec

from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import FIELDS, Value
from engine.vocabulary.fields import counted


class Preset(msgspec.Struct, frozen=True):
    """Hyperparameters that go together; `changes` are to the defaults."""

    title: str
    changes: dict[str, Value]


NAMED = {
    "seed": Preset("the defaults", {}),
    "quick": Preset("quick (1 epoch)", {"epochs": 1}),
    # The cheapest of those tried with over 99.0 % of the last 10,000 training images right after training on the
    # others (mean of three seeds); the test images had no say.
    "fast": Preset(
        "one epoch, a few seconds",
        {"model": "fast-cnn", "epochs": 1, "batch_size": 256, "lr": 0.01, "schedule": "one-cycle", "beta1": 0.7,
         "beta2": 0.9, "label_smoothing": 0.1, "dropout2d": 0.0, "dropout": 0.0},
    ),
    # Augmentation as in Simard 2003 and a network as deep as 15 minutes on two cores allow; chosen as above.
    "best": Preset(
        "24 epochs, augmented",
        {"model": "deep-cnn", "epochs": 24, "batch_size": 256, "lr": 0.01, "schedule": "one-cycle", "beta2": 0.99,
         "label_smoothing": 0.1, "rotation": 10.0, "shift": 2.0, "scale": 0.1, "shear": 10.0, "elastic": 0.8,
         "dropout2d": 0.0, "dropout": 0.3},
    ),
    # The best on the images held out of those tried that take half a minute on an H200: the networks with convolutions
    # of 3x3, 5x5 and 7x7 of An et al. 2020, and two strengths of augmentation.
    "record": Preset(
        "70 epochs, for a GPU",
        {"model": "an-m5", "epochs": 70, "batch_size": 500, "optimizer": "muon", "lr": 0.005, "schedule": "one-cycle",
         "beta2": 0.99, "label_smoothing": 0.1, "rotation": 10.0, "shift": 2.0, "scale": 0.1, "shear": 10.0,
         "elastic": 0.8, "dropout2d": 0.0, "dropout": 0.0},
    ),
}  # fmt: skip

# Suits every network of the catalogue, also one that is new there. Chosen as above: it does better on the images held
# out than a lower rate, fewer epochs or no augmentation.
RECIPE: Mapping[str, Value] = {
    "epochs": 10, "batch_size": 256, "lr": 0.01, "schedule": "one-cycle", "label_smoothing": 0.1,
    "rotation": 10.0, "shift": 2.0, "scale": 0.1, "dropout2d": 0.0, "dropout": 0.0,
}  # fmt: skip

# What another one wants: those that take minutes get fewer epochs, torchvision's a lower rate too.
RECIPES: Mapping[str, Mapping[str, Value]] = {
    "vgg-small": {"epochs": 5},
    "deep-cnn": {"epochs": 5},
    "resnet-small": {"epochs": 5},
    "densenet-small": {"epochs": 5},
    "resnet18": {"epochs": 5, "lr": 0.003},
    "densenet121": {"epochs": 5, "lr": 0.003},
    "an-m5": {"epochs": 5},
}


def recipe(model: str) -> Preset:
    """Return the preset of a network's name."""
    changes = {**RECIPE, **RECIPES.get(model, {}), "model": model}
    differs = {name: changes[name] for name in FIELDS if name in changes and changes[name] != FIELDS[name].default}
    slow = "; best on a GPU" if "best on a GPU" in CATALOGUE[model].help else ""
    return Preset(f"recipe of the network, {counted(int(changes['epochs']), 'epoch')}{slow}", differs)


PRESETS = NAMED | {model: recipe(model) for model in CATALOGUE}
