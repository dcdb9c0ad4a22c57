"""The form that MNIST's images have, and which of it a data set's images of 28x28 have. Vectorized over images.

MNIST's digits were "size normalized to fit in a 20x20 pixel box while preserving their aspect ratio" and "centered
in a 28x28 image by computing the center of mass of the pixels" (LeCun, Cortes, Burges,
http://yann.lecun.com/exdb/mnist/).
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine.vocabulary.preprocessing import Preprocessing

SIDE = 28  # pixels
BOX = 20  # pixels: the digit's longer side
MIDDLE = 14.5  # pixels from the edge: the centre of pixel 14, where the centre of mass of MNIST's own digits lies
OFF_CENTRE = 0.525  # pixels: the farthest of MNIST's 70,000 lies 0.52 from it, all others within half a pixel
BRIGHT = 128  # of 255: the brightest pixel of each of MNIST's is 254 or 255
LIKE = 0.9  # of the images: what so many have, the data set has
NEARLY_ALL = 0.99  # of arrays' images that are not blank: with a few odd ones among them, digits are still MNIST's
CHUNK = 1000  # images at a time, to bound the memory that is needed beside them

Images = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
PLACES = np.arange(SIDE, dtype=np.float32) + 0.5


def has_form(images: Images) -> Flags:
    """Tell which of the images uint8 [N, 28, 28] have MNIST's form: a bright digit in its box, centred by mass."""
    return np.concatenate([chunk_has_form(chunk) for chunk in chunks(images)] or [np.zeros(0, bool)])


def chunk_has_form(images: Images) -> Flags:
    rows, columns = images.max(2), images.max(1)
    form = np.isin(np.maximum(span(rows > 0), span(columns > 0)), (BOX - 1, BOX))  # 16 of MNIST's have 19
    form &= rows.max(1) >= BRIGHT
    mass = np.maximum(images.sum((1, 2), np.uint32), 1)
    for axis in (2, 1):
        centre = images.sum(axis, np.uint32) @ PLACES / mass
        form &= np.abs(centre - MIDDLE) <= OFF_CENTRE
    result: Flags = form
    return result


def span(used: Flags) -> npt.NDArray[np.int64]:
    """Return from the first to the last True of each row [N, 28], in pixels."""
    first, last = used.argmax(1), SIDE - used[:, ::-1].argmax(1)
    return np.where(used.any(1), last - first, 0)


def grounds(images: Images) -> npt.NDArray[np.int8]:
    """Return for each image 1 where its ground is light, -1 where it is dark, and 0 where its margin does not show."""
    found = []
    for chunk in chunks(images):
        pixels = chunk.astype(np.int16)
        low, high = pixels.min((1, 2)), pixels.max((1, 2))
        contrast = (high - low)[:, None]
        margin = np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], 1) - low[:, None]
        bright = ((pixels - low[:, None, None]) * 2 > contrast[:, :, None]).mean((1, 2))
        light = (margin * 4 >= 3 * contrast).mean(1) >= 0.8
        dark = (margin * 4 <= contrast).mean(1) >= 0.8
        found.append(np.where(low == high, 0, (light & (bright >= 0.55)).astype(np.int8) - (dark & (bright <= 0.45))))
    return np.concatenate([np.zeros(0, np.int8), *found]).astype(np.int8)


def fills(images: Images) -> Flags:
    """Tell which images have no margin all round: ink on opposite edges, whichever its ground."""
    found = []
    for chunk in chunks(images):
        pixels = chunk.astype(np.int16)
        ground = np.median(np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], 1), axis=1)
        away = np.abs(pixels - ground[:, None, None])
        ink = 4 * away > np.maximum(away.max((1, 2)), 1)[:, None, None]
        rows, columns = ink.any(2), ink.any(1)
        found.append((rows[:, 0] & rows[:, -1]) | (columns[:, 0] & columns[:, -1]))
    return np.concatenate([np.zeros(0, bool), *found]).astype(bool)


def common_ground(found: npt.NDArray[np.int8]) -> str:
    """Return "light" or "dark" when most of the images show it, and nearly all that show one have this one; else ""."""
    light, dark = int((found > 0).sum()), int((found < 0).sum())
    if 2 * max(light, dark) <= len(found) or max(light, dark) < LIKE * (light + dark):
        return ""
    return "light" if light > dark else "dark"


def of_arrays(images: Images) -> Preprocessing:
    """Return the preprocessing that goes with images that stay as they are, whatever their form: of IDX files."""
    some = spread(images)
    some = some[some.min((1, 2)) != some.max((1, 2))]
    if len(some) and has_form(some).mean() >= NEARLY_ALL:
        return Preprocessing(ground="dark")
    light = common_ground(grounds(some)) == "light"
    return Preprocessing(fit="keep", ground="light" if light else "dark", seen="light" if light else "dark")


def of_pictures(images: Images) -> Preprocessing:
    """Return the preprocessing for a folder whose pictures are these, of 28x28."""
    found = grounds(images)
    ground = common_ground(found)
    filled = (found == 0) | fills(images)
    seen = images.min((1, 2)) != images.max((1, 2)) if len(images) else np.zeros(0, bool)
    keep = not seen.any() or filled[seen].mean() > 0.5
    return Preprocessing(ground=ground, fit="keep" if keep else "mnist")  # type: ignore[arg-type]


def spread(images: Images, count: int = 1000) -> Images:
    """Return up to so many images, evenly spread."""
    some: Images = images[np.linspace(0, len(images) - 1, min(count, len(images))).round().astype(int)]
    return some


def chunks(images: Images) -> Iterator[Images]:
    return (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
