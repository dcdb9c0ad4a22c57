"""Pixels of any kind as grey values of 8 bits: the range that numbers have, the channel in which ink stands out."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.data.dataset import Array
from engine.data.images.decode import Pixels, shrinking
from engine.vocabulary.preprocessing import Preprocessing

LEAST_CONTRAST = 25  # of 255, between ink and paper; a blank page's shadows and grain stay below
CLEARER = 2  # times the contrast that luminance has: another channel is preferred to it
CHANNELS = ("red", "green", "blue")


def to_gray(pixels: Pixels, preprocessing: Preprocessing) -> tuple[Array, str]:
    """Return uint8 [height, width] of what decode_pixels returns, and in words how if that is not the usual way."""
    if pixels.ndim == 3:
        return from_colours(pixels.astype(np.uint8, copy=False))
    if pixels.dtype != np.uint8:
        return from_numbers(pixels, preprocessing)
    return pixels.astype(np.uint8, copy=False), ""


def from_colours(pixels: Array) -> tuple[Array, str]:
    """Return the luminance (ITU-R 601), or the channel that has over twice its contrast: red on green is one grey."""
    picture = Image.fromarray(pixels)
    small = picture.reduce(shrinking(picture.size))
    contrasts = [contrast(band) for band in small.split()]
    best = int(np.argmax(contrasts))
    if contrasts[best] > CLEARER * contrast(small.convert("L")):
        return np.ascontiguousarray(pixels[..., best]), f"read from the {CHANNELS[best]} channel"
    return np.asarray(picture.convert("L")), ""


def contrast(band: Image.Image) -> float:
    """Return the span of grey values, but for what one in 5,000 pixels has."""
    low, high = np.quantile(np.asarray(band), [0.0002, 0.9998], method="lower")
    return float(high - low)


def from_numbers(pixels: Pixels, preprocessing: Preprocessing) -> tuple[Array, str]:
    """Scale to 8 bits from the data set's range where the content has that, else from the content's own."""
    values: npt.NDArray[np.float32] = np.array(pixels, np.float32)  # a copy, changed in place: a large one has 160 MB
    finite = np.isfinite(values)
    if not finite.all():
        values[~finite] = values[finite].min() if finite.any() else 0
    darkest, brightest = float(values.min()), float(values.max())
    low, high = range_of(darkest, brightest, whole=pixels.dtype.kind in "iu")
    if preprocessing.low is not None and preprocessing.high is not None:
        recorded = preprocessing.high - preprocessing.low
        if preprocessing.low <= darkest and brightest <= preprocessing.high and brightest - darkest > 0.1 * recorded:
            low, high = preprocessing.low, preprocessing.high
    values -= low
    values *= 255 / ((high - low) or 1)
    np.clip(values, 0, 255, out=values)
    gray: Array = np.rint(values, out=values).astype(np.uint8)
    return gray, "" if (low, high) == (0, 65535) else f"read as values of {low + 0.0:,.6g} to {high + 0.0:,.6g}"


def range_of(darkest: float, brightest: float, whole: bool) -> tuple[float, float]:
    """Return the range of values that a content has: of 0 to 1 or 8, 10, 12, 14 or 16 bits the first that holds it.

    Where it would use less than a tenth of that, or is outside of all, from its darkest to its brightest.
    """
    for high in [255, 1023, 4095, 16383, 65535] if whole else [1, 255, 65535]:
        if darkest >= 0 and brightest <= high:
            faint = brightest - darkest < high * LEAST_CONTRAST / 255
            return (darkest, brightest) if faint and brightest > darkest else (0, high)
    return darkest, brightest
