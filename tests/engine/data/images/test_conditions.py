"""Pictures under each condition are read as the clean ones are.

`python -m tests.engine.data.images.measure` gives accuracies.
"""

import numpy as np
import pytest

from engine.data.dataset import Array
from engine.data.find import load_data
from engine.data.images.decode import decode_pixels
from engine.data.images.preprocess import preprocess
from engine.storage.paths import sample_file
from engine.vocabulary.preprocessing import MNIST
from tests.engine.data.images.conditions import CONDITIONS

COUNT = 5
FAR = {"28x28, 12x12 in a corner": 0.65, "broken strokes": 0.85}  # 12 pixels do not hold a digit, gaps stay gaps


@pytest.fixture(scope="module")
def digits() -> list[Array]:
    return [image.numpy() for image in load_data(sample_file()).test_images[:COUNT]]


def likeness(one: Array, other: Array) -> float:
    """The highest correlation of two pictures moved against each other by up to a pixel."""
    shifts = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]
    return max(float(np.corrcoef(np.roll(one, shift, (0, 1)).ravel(), other.ravel())[0, 1]) for shift in shifts)


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_digit_is_found_under_the_condition(name: str, digits: list[Array]) -> None:
    found = []
    for place, digit in enumerate(digits):
        content = CONDITIONS[name][0](digit, np.random.default_rng(place))
        pixels, _ = preprocess(decode_pixels("digit", content), MNIST)
        assert pixels is not None
        found.append(likeness(pixels, digit))
    assert np.median(found) > FAR.get(name, 0.9), found


def test_what_is_in_several_pieces_keeps_all_of_them() -> None:
    """A 5 whose bar does not touch the rest, and a speck that is no piece of it."""
    page = np.full((280, 280), 255, np.uint8)
    page[40:56, 100:190] = 0  # the bar
    page[64:140, 95:115] = 0
    page[140:230, 150:175] = 0
    page[125:145, 95:175] = 0
    page[225:245, 90:175] = 0
    page[5:8, 5:8] = 0
    pixels, _ = preprocess(page, MNIST)
    assert pixels is not None
    rows = np.flatnonzero(pixels.any(1))
    assert (len(rows), pixels[rows[0]].astype(int).sum() > 255 * 5) == (20, True)
    page[5:8, 5:8] = 255
    clean, _ = preprocess(page, MNIST)
    assert (clean == pixels).all()


@pytest.mark.parametrize("grain", [8, 30])
@pytest.mark.parametrize("side", [28, 280, 900])
def test_a_blank_page_is_blank_whatever_its_grain(grain: int, side: int) -> None:
    page = np.random.default_rng(grain).normal(160, grain, (side, side)).clip(0, 255).astype(np.uint8)
    assert preprocess(page, MNIST)[0] is None


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 50), (50, 1), (3, 5000), (5000, 3), (27, 29), (41, 39)])
def test_pictures_of_odd_shapes_are_read_or_blank(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    dot = np.zeros(shape, np.uint8)
    dot[shape[0] // 2, shape[1] // 2] = 255
    for page in (dot, 255 - dot, random.integers(0, 256, shape, np.uint8)):
        pixels, _ = preprocess(page, MNIST)
        assert pixels is None or (pixels.shape == (28, 28) and pixels.any())
