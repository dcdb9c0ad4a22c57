"""Any picture of one digit as the 28x28 pixels that the networks know: for data folders and `predict` alike.

What is not in MNIST's form (`engine/data/images/mnist_form.py`) gets the preprocessing that MNIST's digits got.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from engine.data.dataset import SIDE, Array, DataError
from engine.data.images.decode import Pixels, read_pixels, shrinking
from engine.data.images.grayscale import to_gray
from engine.data.images.ink import Ink, find_ink
from engine.data.images.mnist_form import BOX, MIDDLE, has_form
from engine.vocabulary.preprocessing import MNIST, Preprocessing

LEAST_DETAIL = 60  # pixels of the ink's longer side: where it has fewer, it is looked at again, closer

Gray = npt.NDArray[np.float32]


def read_picture(path: str | Path, preprocessing: Preprocessing = MNIST) -> tuple[torch.Tensor, str]:
    """Return a picture as uint8 [28, 28], as a network knows it, and in words what was done to it.

    `preprocessing` is that of the data the network was trained on: a file of that data gives the very pixels it was
    trained or tested on. Raises DataError: no readable image, or blank.
    """
    pixels, done = preprocess(read_pixels(path), preprocessing)
    if pixels is None:
        raise DataError(f"{path}: is blank: no ink stands out from the background; draw it darker or lighter")
    return torch.from_numpy(pixels.copy()), ", ".join(done) or "as it is"


def preprocess(pixels: Pixels, preprocessing: Preprocessing) -> tuple[Array | None, list[str]]:
    """Return what decode_pixels gave as uint8 [28, 28], and what was done; None where it is blank."""
    formed, done = bright_on_dark(pixels, preprocessing)
    if formed is not None and preprocessing.seen == "light":
        done = [word for word in done if word != "inverted"] if "inverted" in done else ["inverted", *done]
        return 255 - formed, done
    return formed, done


def bright_on_dark(pixels: Pixels, preprocessing: Preprocessing) -> tuple[Array | None, list[str]]:
    gray, read = to_gray(pixels, preprocessing)
    done = [read] if read else []
    if gray.min() == gray.max():
        return None, done
    if gray.shape == (SIDE, SIDE):
        small = gray[np.newaxis]
        if preprocessing.fit == "keep":
            light = preprocessing.ground == "light"
            return (255 - gray if light else gray), [*done, *["inverted"] * light]
        if has_form(small)[0]:
            return gray, done
        if has_form(255 - small)[0]:
            return 255 - gray, [*done, "inverted"]
    ink = locate_ink(gray, preprocessing.ground)
    if ink is None:
        return None, done
    height, width = gray.shape
    done += ["inverted"] * ink.dark + ["its frame cut off"] * ink.framed
    done += ["cropped", f"scaled from {width}x{height}", "centred"]
    return centre(fit(ink.darkness)), done


def locate_ink(gray: Array, ground: str) -> Ink | None:
    """Find the ink on a copy of the working size; ink that is small there, once more on the part that it lies in."""
    factor = shrinking(gray.shape)
    ink = find_ink(np.asarray(Image.fromarray(gray).reduce(factor), np.float32), ground)
    if ink is None or factor == 1 or max(ink.darkness.shape) >= LEAST_DETAIL:
        return ink
    height, width = ink.darkness.shape
    space = max(height, width) // 2
    top, left = (max(0, place - space) * factor for place in (ink.top, ink.left))
    bottom, right = (ink.top + height + space) * factor, (ink.left + width + space) * factor
    closer = locate_ink(gray[top:bottom, left:right], "light" if ink.dark else "dark")
    return closer if closer is not None and closer.dark == ink.dark else ink


def fit(ink: Gray) -> Gray:
    """Scale to 20 pixels on the longer side, then back to full brightness, which thin strokes lose."""
    height, width = ink.shape
    scale = BOX / max(height, width)
    if max(height, width) != BOX - 1:  # one pixel short by the noise floor: scaling would only blur
        size = max(1, round(width * scale)), max(1, round(height * scale))
        ink = np.asarray(
            Image.fromarray(ink).resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)
        )
    full: Gray = np.clip(ink / ink.max(), 0, 1)
    return full


def centre(ink: Gray) -> Array:
    """Place the digit so that its centre of mass comes nearest to the middle of 28x28, without cutting it off."""
    field = np.zeros((SIDE, SIDE), np.uint8)
    height, width = ink.shape
    weight = ink.sum()
    top = round(MIDDLE - float((ink.sum(axis=1) * (np.arange(height) + 0.5)).sum() / weight))
    left = round(MIDDLE - float((ink.sum(axis=0) * (np.arange(width) + 0.5)).sum() / weight))
    top, left = min(max(top, 0), SIDE - height), min(max(left, 0), SIDE - width)
    field[top : top + height, left : left + width] = np.rint(ink * 255).astype(np.uint8)
    return field
