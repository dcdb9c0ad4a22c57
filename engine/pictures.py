"""Any picture of one digit as the 28x28 pixels that the networks know.

MNIST's digits were "size normalized to fit in a 20x20 pixel box while preserving their aspect ratio" and "centered
in a 28x28 image by computing the center of mass of the pixels" (LeCun, Cortes, Burges,
http://yann.lecun.com/exdb/mnist/); a picture gets the same treatment.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from engine.dataset import SIDE, Array, DataError
from engine.image_file import read_gray

BOX = 20  # pixels: the digit's longer side
MIDDLE = 14.5  # pixels from the edge: the centre of pixel 14, where the centre of mass of MNIST's own digits lies
WORKING_SIDE = 400  # pixels: enough for a digit that fills a tenth of a page; averaging removes a photo's grain
LEAST_CONTRAST = 25  # of 255, between ink and paper; a blank page's shadows and grain stay below
NOISE_FLOOR = 0.1  # of the ink's darkness: paper texture and compression noise
SHADE_FLOOR = 0.5  # the most that is taken for shading of the paper, seen at the border

Ink = npt.NDArray[np.float32]


def read_picture(path: str | Path) -> tuple[torch.Tensor, str]:
    """Return a picture as uint8 [28, 28], the digit bright on dark, and in words what was done to it.

    28x28 with a dark border is used as it is. Any other picture is made grey (transparent parts white, or black if
    that shows nothing), inverted
    when the border is brighter than the middle between darkest and brightest, stretched to full contrast, cleared
    of noise, cropped to the ink, fitted into 20x20 keeping its aspect, and centred by its centre of mass.
    Raises DataError: no readable image, or blank.
    """
    gray = read_gray(path, ground=255)
    if gray.min() == 255:
        gray = read_gray(path, ground=0)
    height, width = gray.shape
    small = shrink(gray)
    paper = float(np.median(border(small)))
    darkest, brightest = float(small.min()), float(small.max())
    inverted = paper > (darkest + brightest) / 2
    contrast = paper - darkest if inverted else brightest - paper
    if contrast < LEAST_CONTRAST:
        raise DataError(f"{path}: is blank, no ink stands out from its ground; draw the digit darker or lighter")
    if gray.shape == (SIDE, SIDE) and not inverted:
        return torch.from_numpy(gray.copy()), "as it is"

    ink = (paper - small if inverted else small - paper) / contrast
    shade = 1.5 * float(np.quantile(np.abs(border(small) - paper), 0.9)) / contrast
    ink[ink < np.clip(shade, NOISE_FLOOR, SHADE_FLOOR)] = 0
    pixels = centre(fit(crop(ink)))
    done = ["inverted"] * inverted + ["cropped", f"scaled from {width}x{height}", "centred"]
    return torch.from_numpy(pixels), ", ".join(done)


def shrink(gray: Array) -> Ink:
    factor = max(1, max(gray.shape) // WORKING_SIDE)
    return np.asarray(Image.fromarray(gray).reduce(factor), np.float32)


def border(picture: Ink) -> Ink:
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def crop(ink: Ink) -> Ink:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fit(ink: Ink) -> Ink:
    """Scale to 20 pixels on the longer side, then back to full brightness, which thin strokes lose."""
    height, width = ink.shape
    scale = BOX / max(height, width)
    if max(height, width) != BOX - 1:  # one pixel short by the noise floor: scaling would only blur
        size = max(1, round(width * scale)), max(1, round(height * scale))
        ink = np.asarray(
            Image.fromarray(ink).resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)
        )
    full: Ink = np.clip(ink / ink.max(), 0, 1)
    return full


def centre(ink: Ink) -> Array:
    """Place the digit so that its centre of mass comes nearest to the middle of 28x28, without cutting it off."""
    field = np.zeros((SIDE, SIDE), np.uint8)
    height, width = ink.shape
    weight = ink.sum()
    top = round(MIDDLE - float((ink.sum(axis=1) * (np.arange(height) + 0.5)).sum() / weight))
    left = round(MIDDLE - float((ink.sum(axis=0) * (np.arange(width) + 0.5)).sum() / weight))
    top, left = min(max(top, 0), SIDE - height), min(max(left, 0), SIDE - width)
    field[top : top + height, left : left + width] = np.rint(ink * 255).astype(np.uint8)
    return field
