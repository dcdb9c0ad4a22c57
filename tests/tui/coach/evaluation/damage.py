"""What may be wrong with a data set, done to the 5,000 digits that ship with the program. All of it by fixed seeds."""

from collections.abc import Callable

import numpy as np

from engine.data.dataset import ARRAYS, Array, Dataset, make_dataset
from engine.storage.paths import sample_file

Arrays = dict[str, Array]
SEED = 11


def label_noise(arrays: Arrays, share: float, parts: tuple[str, ...] = ("train",)) -> None:
    """Give a share of the images another digit's label, each of the nine alike."""
    draw = np.random.default_rng(SEED)
    for part in parts:
        labels = arrays[f"{part}_labels"]
        chosen = draw.random(len(labels)) < share
        labels[chosen] = (labels[chosen] + draw.integers(1, 10, chosen.sum())) % 10


def missing(arrays: Arrays, *digits: int) -> None:
    """Leave some digits out of the training images."""
    keep(arrays, ~np.isin(arrays["train_labels"], digits))


def relabelled(arrays: Arrays, digit: int, other: int, share: float = 1.0) -> None:
    """Call a share of the training images of a digit another one."""
    of_it = np.flatnonzero(arrays["train_labels"] == digit)
    arrays["train_labels"][of_it[: round(share * len(of_it))]] = other


def few(arrays: Arrays, images: int) -> None:
    keep(arrays, np.arange(len(arrays["train_labels"])) < images)


def rare(arrays: Arrays, digit: int, images: int) -> None:
    """Leave so many training images of a digit."""
    kept = np.ones(len(arrays["train_labels"]), bool)
    kept[np.flatnonzero(arrays["train_labels"] == digit)[images:]] = False
    keep(arrays, kept)


def swapped(arrays: Arrays, digit: int, other: int) -> None:
    """Give all training images of either of two digits the label of the other."""
    labels = arrays["train_labels"]
    first, second = labels == digit, labels == other
    labels[first], labels[second] = other, digit


def next_digit(arrays: Arrays, share: float) -> None:
    """Call a share of the training images by the next digit: wrong labels, but not by chance."""
    labels = arrays["train_labels"]
    chosen = np.random.default_rng(SEED).random(len(labels)) < share
    labels[chosen] = (labels[chosen] + 1) % 10


def leaked(arrays: Arrays, images: int) -> None:
    """Put test images among the training images."""
    for kind in ("images", "labels"):
        arrays[f"train_{kind}"] = np.concatenate([arrays[f"train_{kind}"], arrays[f"test_{kind}"][:images]])


def inverted(arrays: Arrays, part: str) -> None:
    arrays[f"{part}_images"] = 255 - arrays[f"{part}_images"]


def shuffled_test(arrays: Arrays) -> None:
    """Labels in another order than their images."""
    np.random.default_rng(SEED).shuffle(arrays["test_labels"])


def mirrored_test(arrays: Arrays) -> None:
    arrays["test_images"] = np.ascontiguousarray(arrays["test_images"].transpose(0, 2, 1))


def blank(arrays: Arrays) -> None:
    for part in ("train", "test"):
        arrays[f"{part}_images"] = np.zeros_like(arrays[f"{part}_images"])


def keep(arrays: Arrays, kept: np.ndarray) -> None:
    arrays |= {name: arrays[name][kept] for name in ("train_images", "train_labels")}


Damage = tuple[Callable[..., None], tuple]
SOUND: Damage = (lambda arrays: None, ())


def damaged(damage: Damage, images: int = 4000) -> Dataset:
    """Return the sample, or its first `images`, damaged."""
    with np.load(sample_file()) as content:
        arrays = {name: content[name].copy() for name in ARRAYS}
    if images < 4000:
        few(arrays, images)
    do, how = damage
    do(arrays, *how)
    return make_dataset(arrays, "sample", sample_file(), sample=True)
