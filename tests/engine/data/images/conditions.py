"""Digits as people have them: enlarged, on paper, photographed, scanned. Each condition draws one from 28x28 pixels."""

import io
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

Array = npt.NDArray[np.uint8]
Page = npt.NDArray[np.float64]  # [height, width], 0 black to 255 white
Random = np.random.Generator
Draw = Callable[[Array, Random], bytes]
"""From a digit uint8 [28, 28] to an image file."""

SIZE = 280
WAYS = ("bicubic", "bilinear", "nearest", "threshold")


def enlarged(digit: Array, way: str, size: int = SIZE) -> Page:
    """Return ink [size, size], 0 to 1."""
    how = Image.Resampling.NEAREST if way == "nearest" else Image.Resampling.BILINEAR
    how = Image.Resampling.BICUBIC if way in ("bicubic", "threshold") else how
    ink = np.asarray(Image.fromarray(digit).resize((size, size), how), np.float64) / 255
    return np.where(ink > 0.5, 1.0, 0.0) if way == "threshold" else ink


def any_way(digit: Array, random: Random, size: int = SIZE) -> Page:
    return enlarged(digit, WAYS[random.integers(len(WAYS))], size)


def on_page(ink: Page, height: int, width: int, random: Random, edge: int = 0) -> Page:
    """Put ink anywhere on a page, `edge` pixels from its edges."""
    page = np.zeros((height, width))
    top = int(random.integers(edge, height - ink.shape[0] - edge + 1))
    left = int(random.integers(edge, width - ink.shape[1] - edge + 1))
    page[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return page


def tight(ink: Page) -> Page:
    rows, columns = np.flatnonzero((ink > 0.1).any(1)), np.flatnonzero((ink > 0.1).any(0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def written(ink: Page, paper: float = 255, pen: float = 0) -> Page:
    return paper + (pen - paper) * ink


def noisy(page: Page, random: Random, deviation: float) -> Page:
    return page + random.normal(0, deviation, page.shape)


def png(page: Page) -> bytes:
    return encoded(page, "PNG", compress_level=1)


def encoded(page: Page, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.clip(np.rint(page), 0, 255).astype(np.uint8)).save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(page: Page, quality: int = 20) -> bytes:
    return encoded(page, "JPEG", quality=quality)


def clean(digit: Array, random: Random, way: str, ground: int = 255) -> bytes:
    return png(written(enlarged(digit, way), ground, 255 - ground))


def grainy(digit: Array, random: Random, paper: float, pen: float, deviation: float) -> bytes:
    return png(noisy(written(any_way(digit, random), paper, pen), random, deviation))


def speck(digit: Array, random: Random) -> bytes:
    page = written(any_way(digit, random))
    page[tuple(random.integers(2, 12, 2) * random.choice([-1, 1], 2))] = 0
    return png(page)


def salt_and_pepper(digit: Array, random: Random) -> bytes:
    page = written(any_way(digit, random))
    chance = random.random(page.shape)
    page[chance < 0.005], page[chance > 0.995] = 0, 255
    return png(page)


def bordered(digit: Array, random: Random, width: int, paper: float = 255, border: float = 0) -> bytes:
    return png(np.pad(written(any_way(digit, random), paper), width, constant_values=border))


def dark_edge(digit: Array, random: Random) -> bytes:
    page = written(any_way(digit, random))
    width = [[0, 0], [0, 0]]
    width[random.integers(2)][random.integers(2)] = 18
    return png(np.pad(page, width, constant_values=20))


def low_quality(digit: Array, random: Random) -> bytes:
    return jpeg(written(any_way(digit, random), 235, 40))


def shadow(digit: Array, random: Random) -> bytes:
    """A shadow with a soft edge over a part of the page, at 60 % of the light."""
    rows, columns = np.mgrid[-1:1:280j, -1:1:280j]
    angle = random.uniform(0, 2 * np.pi)
    distance = rows * np.sin(angle) + columns * np.cos(angle) - random.uniform(-0.7, 0.7)
    light = 0.6 + 0.4 / (1 + np.exp(-distance / 0.08))
    return jpeg(noisy(written(any_way(digit, random), 225, 40) * light, random, 3), 75)


def slope_of_light(digit: Array, random: Random) -> bytes:
    rows, columns = np.mgrid[-1:1:280j, -1:1:280j]
    angle = random.uniform(0, 2 * np.pi)
    light = 0.7 + 0.3 * (rows * np.sin(angle) + columns * np.cos(angle)) / np.sqrt(2)
    return jpeg(noisy(written(any_way(digit, random), 225, 40) * light, random, 3), 75)


def vignette(digit: Array, random: Random) -> bytes:
    """A photograph of 400x300, its corners at 45 % of the light."""
    page = written(on_page(any_way(digit, random, 224), 300, 400, random, 10), 225, 40)
    rows, columns = np.mgrid[-1:1:300j, -1:1:400j]
    light = 1 - 0.55 * (rows**2 + columns**2) / 2
    return jpeg(noisy(page * light, random, 4), 75)


def ruled(digit: Array, random: Random, line: float, squared: bool = False, paper: float = 245) -> bytes:
    page = written(any_way(digit, random), paper, 40)
    lines = np.full(page.shape, paper)
    start = int(random.integers(28))
    for offset in (0, 1):
        lines[start + offset :: 28] = line
        if squared:
            lines[:, start + offset :: 28] = line
    return jpeg(noisy(np.minimum(page, lines), random, 3), 75)


def small_on_a_page(digit: Array, random: Random, paper: float = 255, deviation: float = 0) -> bytes:
    page = written(on_page(any_way(digit, random, 84), 600, 800, random, 10), paper, 30)
    return png(noisy(page, random, deviation) if deviation else page)


def phone(digit: Array, random: Random) -> bytes:
    """A photograph of 1600x1200: a soft, blurred digit, uneven light, grain and JPEG."""
    ink = on_page(any_way(digit, random, 500), 1200, 1600, random, 50)
    page = ndimage.gaussian_filter(written(ink, 205, 60), 3)
    rows, columns = np.mgrid[-1:1:1200j, -1:1:1600j]
    light = 1 - 0.3 * (rows**2 + columns**2) / 2 + 0.12 * columns * random.choice([-1, 1])
    texture = ndimage.zoom(random.normal(0, 4, (75, 100)), 16, order=1)
    return jpeg(noisy(page * light + texture, random, 7), 60)


def cropped_tightly(digit: Array, random: Random) -> bytes:
    return png(written(tight(any_way(digit, random))))


def near_the_edge(digit: Array, random: Random) -> bytes:
    return png(written(on_page(tight(any_way(digit, random)), 300, 400, random, 1)))


def broken(digit: Array, random: Random) -> bytes:
    """Strokes with gaps of 4 pixels, every 60 pixels in both directions."""
    ink = any_way(digit, random)
    start = random.integers(60, size=2)
    for offset in range(4):
        ink[start[0] + offset :: 60] = 0
        ink[:, start[1] + offset :: 60] = 0
    return png(written(ink))


def coloured(
    digit: Array, random: Random, pen: tuple[int, int, int], paper: tuple[int, int, int], deviation: float = 0
) -> bytes:
    ink = any_way(digit, random)[..., None]
    page = np.array(paper) + (np.array(pen) - np.array(paper)) * ink
    return png(noisy(page, random, deviation) if deviation else page)


def same_size(digit: Array, random: Random, shift: int = 0, deviation: float = 0, ground: int = 0) -> bytes:
    """28x28 as MNIST's, but shifted, or with grain."""
    directions = random.choice([-1, 1], 2) * shift
    page = np.roll(digit, tuple(directions), (0, 1)).astype(np.float64)
    page = 255 - page if ground else page
    return png(noisy(page, random, deviation) if deviation else page)


def small_in_a_corner(digit: Array, random: Random) -> bytes:
    """12x12 in the upper left corner of 28x28."""
    page = np.zeros((28, 28))
    page[:12, :12] = np.asarray(Image.fromarray(digit).resize((12, 12), Image.Resampling.BOX))
    return png(page)


CONDITIONS: dict[str, tuple[Draw, float | None]] = {
    # each with the least accuracy asked of it
    "280x280, clean, dark on light (bicubic)": (partial(clean, way="bicubic"), 0.99),
    "the same, bilinear": (partial(clean, way="bilinear"), 0.985),
    "the same, nearest": (partial(clean, way="nearest"), 0.98),
    "the same, only black and white": (partial(clean, way="threshold"), 0.98),
    "the same, light on dark (bicubic)": (partial(clean, way="bicubic", ground=0), 0.99),
    "noise of sd 15": (partial(grainy, paper=255, pen=0, deviation=15), 0.97),
    "noise of sd 15, light on dark": (partial(grainy, paper=0, pen=255, deviation=15), 0.97),
    "noise of sd 40": (partial(grainy, paper=255, pen=0, deviation=40), 0.95),
    "paper of 220, noise of sd 4": (partial(grainy, paper=220, pen=0, deviation=4), 0.97),
    "paper of 220, noise of sd 6": (partial(grainy, paper=220, pen=0, deviation=6), 0.97),
    "paper of 220, noise of sd 8": (partial(grainy, paper=220, pen=0, deviation=8), 0.97),
    "pencil of 150 on 220, noise of sd 2": (partial(grainy, paper=220, pen=150, deviation=2), 0.95),
    "pencil of 150 on 220, noise of sd 4": (partial(grainy, paper=220, pen=150, deviation=4), 0.95),
    "pencil of 150 on 220, noise of sd 8": (partial(grainy, paper=220, pen=150, deviation=8), 0.95),
    "one black pixel near a corner": (speck, 0.98),
    "1 % of the pixels black or white": (salt_and_pepper, 0.97),
    "a black border of 12 pixels": (partial(bordered, width=12), 0.97),
    "a black border of 2 pixels": (partial(bordered, width=2), 0.97),
    "a black border of 40 pixels": (partial(bordered, width=40), 0.97),
    "a black border of 12 pixels, paper of 200": (partial(bordered, width=12, paper=200), 0.97),
    "a dark edge on one side": (dark_edge, 0.95),
    "JPEG of quality 20": (low_quality, 0.95),
    "a shadow": (shadow, 0.95),
    "light from one side": (slope_of_light, 0.95),
    "a photograph's vignette": (vignette, 0.95),
    "ruled paper, pale lines": (partial(ruled, line=195), 0.95),
    "ruled paper, dark lines": (partial(ruled, line=130), 0.95),
    "squared paper": (partial(ruled, line=185, squared=True), 0.95),
    "84 pixels on a page of 800x600": (small_on_a_page, 0.95),
    "the same, paper of 220, noise of sd 8": (partial(small_on_a_page, paper=220, deviation=8), 0.95),
    "a phone's photograph, 1600x1200": (phone, 0.95),
    "cropped to the ink": (cropped_tightly, 0.95),
    "anywhere on a page, up to its edge": (near_the_edge, 0.97),
    "broken strokes": (broken, 0.95),
    "red on a green of the same luminance": (partial(coloured, pen=(255, 0, 0), paper=(0, 130, 0)), 0.97),
    "yellow on white, noise of sd 4": (partial(coloured, pen=(255, 240, 60), paper=(245, 245, 240), deviation=4), 0.95),
    "blue on yellow": (partial(coloured, pen=(30, 60, 160), paper=(250, 240, 150)), 0.97),
    "28x28 as in MNIST": (same_size, 0.99),
    "28x28, dark on light": (partial(same_size, ground=255), 0.99),
    "28x28, shifted by 3 pixels": (partial(same_size, shift=3), 0.98),
    "28x28, 12x12 in a corner": (small_in_a_corner, 0.8),
    "28x28, noise of sd 15": (partial(same_size, deviation=15), 0.97),
    "28x28, dark on light, noise of sd 15": (partial(same_size, deviation=15, ground=255), 0.97),
}
