"""The presets that come with the program, and what a preset is. The user's own: `engine/presets.py`."""

import msgspec

from engine.fields import Value


class Preset(msgspec.Struct, frozen=True):
    """Hyperparameters that go together; `changes` are to the defaults."""

    title: str
    changes: dict[str, Value]


PRESETS = {
    "seed": Preset("seed notebook", {}),
    "quick": Preset("quick (1 epoch)", {"epochs": 1}),
    # The cheapest of those tried with over 99.0 % of the last 10,000 training images right after training on the
    # others (mean of three seeds); the test images had no say.
    "fast": Preset(
        "fast",
        {"model": "fast-cnn", "epochs": 1, "batch_size": 256, "lr": 0.01, "schedule": "one-cycle", "beta1": 0.7,
         "beta2": 0.9, "label_smoothing": 0.1, "dropout2d": 0.0, "dropout": 0.0},
    ),
    # Augmentation as in Simard 2003 and a network as deep as 15 minutes on two cores allow; chosen as above.
    "best": Preset(
        "best",
        {"model": "deep-cnn", "epochs": 24, "batch_size": 256, "lr": 0.01, "schedule": "one-cycle", "beta2": 0.99,
         "label_smoothing": 0.1, "rotation": 10.0, "shift": 2.0, "scale": 0.1, "shear": 10.0, "elastic": 0.8,
         "dropout2d": 0.0, "dropout": 0.3},
    ),
}  # fmt: skip
