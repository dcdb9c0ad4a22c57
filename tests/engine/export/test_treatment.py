"""What is done to pictures inside of a graph is what `predict` does to them."""

import numpy as np
import pytest
import torch

from engine.data.dataset import read_npz
from engine.data.images import mnist_form
from engine.data.images.preprocess import preprocess
from engine.export.weights.treatment import Treatment, has_form
from engine.storage.paths import sample_file
from engine.vocabulary.preprocessing import MNIST, Preprocessing


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """Digits of the sample, their inverses, digits moved off their place, noise, and the plain ones."""
    arrays, *_ = read_npz(sample_file(), ours=True)
    some = arrays["test_images"][:300]
    noise = np.random.default_rng(0).integers(0, 256, (50, 28, 28), np.uint8)
    plain = np.stack([np.full((28, 28), value, np.uint8) for value in (0, 1, 255)])
    return np.concatenate([some, 255 - some, np.roll(some, 2, axis=2), some // 3, noise, plain])


def test_the_form_of_mnist_is_seen_as_the_reader_of_files_sees_it(images: np.ndarray) -> None:
    told = has_form(torch.from_numpy(images).float()).numpy()
    known = mnist_form.has_form(images)
    assert (told == known).all()
    assert 250 < known.sum() < len(images) / 2


@pytest.mark.parametrize(
    "preprocessing",
    [
        MNIST,
        Preprocessing(ground="dark"),
        Preprocessing(fit="keep", ground="light"),
        Preprocessing(fit="keep", ground="dark"),
        Preprocessing(fit="keep", ground="light", seen="light"),
        Preprocessing(seen="light"),
    ],
)
def test_a_picture_of_28x28_is_treated_as_predict_treats_it(images: np.ndarray, preprocessing: Preprocessing) -> None:
    treated = Treatment(preprocessing)(torch.from_numpy(images)).mul(255).round().byte()[:, 0].numpy()
    compared = 0
    for picture, told in zip(images, treated, strict=True):
        formed = mnist_form.has_form(np.stack([picture, 255 - picture])).any()
        if picture.min() == picture.max() or not (formed or preprocessing.fit == "keep"):
            continue  # those are blank, or cropped and centred before
        known, _ = preprocess(picture, preprocessing)
        assert known is not None
        assert (told == known).all()
        compared += 1
    assert compared > 500
