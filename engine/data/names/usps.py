"""USPS: lines of text in the format of LIBSVM, `label index:value ...`, 256 values from -1 to 1 for 16x16 pixels.

https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass.html#usps; labels are 1 to 10 for the digits 0 to 9.
The digits fill their frame, so each is scaled and centred as MNIST's are.
"""

import bz2
from pathlib import Path

import numpy as np

from engine.data.dataset import MOST_IMAGES, SIDE, Array, DataError, Progress
from engine.data.images.preprocess import preprocess
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.preprocessing import Preprocessing

OWN_SIDE = 16  # pixels
MOST_TEXT = 200_000_000  # bytes; the larger file has 27 million
READING = Preprocessing(ground="dark")


def read_usps(path: Path, progress: Progress) -> tuple[Array, Array]:
    """Return images uint8 [N, 28, 28] and labels uint8 [N]. Raises DataError."""
    remedy = "remove the file, and it is downloaded again"
    images, labels = [], []
    try:
        with bz2.open(path) as file:
            text = file.read(MOST_TEXT + 1)
        if len(text) > MOST_TEXT:
            raise DataError(f"{path}: has more than {MOST_TEXT:,} bytes of text; {remedy}")
        lines = text.splitlines()
        if not 0 < len(lines) <= MOST_IMAGES:
            raise DataError(f"{path}: has {len(lines):,} images; {remedy}")
        for number, line in enumerate(lines, 1):
            label, *values = line.split()
            digit, pixels = int(label) - 1, np.array([value.partition(b":")[2] for value in values], np.float32)
            if not 0 <= digit < len(DIGITS) or pixels.shape != (OWN_SIDE**2,) or not np.abs(pixels).max() <= 1:
                raise DataError(f"{path}: line {number:,} is no digit of {OWN_SIDE**2} values from -1 to 1; {remedy}")
            small = ((pixels.reshape(OWN_SIDE, OWN_SIDE) + 1) / 2 * 255).astype(np.uint8)
            image, _ = preprocess(small, READING)
            images.append(np.zeros((SIDE, SIDE), np.uint8) if image is None else image)
            labels.append(digit)
            progress(f"reading {path.name}", number, len(lines))
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as USPS ({error}); {remedy}") from error
    return np.stack(images), np.array(labels, np.uint8)
