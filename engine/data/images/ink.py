"""The ink on a page: found under grain, shadows, ruled lines, specks and a dark frame, as a photo or scan has them.

Ground is what the margin shows; ink is what stands out from it by more than the grain, in strokes that hang together.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from engine.data.images.grayscale import LEAST_CONTRAST

NOISE_FLOOR = 0.1  # of the ink's darkness: what is fainter is no ink, on the cleanest page
SHADE_FLOOR = 0.5  # the most that is taken for shading of the paper
CERTAIN = 0.5  # of the ink's darkness: a stroke has some pixel of it
SPECK = 0.05  # of the largest component's ink: less is a speck
PIECE = 0.01  # of it: less is a speck even between the strokes
GRAIN = 4.0  # standard deviations of the grain: what is fainter is no ink
EVEN = 0.06  # of the contrast: a margin that varies by less needs no estimate of its shading
UNEVEN = 0.05  # of the margin's pixels: where so many vary by more, the ground is shaded
FRAME = 0.2  # of a side: the widest frame round a page

Gray = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ink:
    """Ink [height, width], cropped, 0 to 1 with the darkness of its strokes as 1; where it lay, and what was found."""

    darkness: Gray
    top: int
    left: int
    dark: bool  # on a light ground
    framed: bool  # there was a frame round the page
    grain: float  # standard deviation
    dropped: int  # specks


def find_ink(page: Gray, ground: str) -> Ink | None:
    """Return the ink on a page [height, width] of 0 to 255, or None where nothing stands out from its ground.

    `ground` ("dark", "light" or "" for unknown) decides where the margin does not show it.
    """
    top, left, inner = without_frame(page)
    framed = inner.shape != page.shape
    page = inner
    grain = grain_of(page)
    smooth, left_over = smoothed(page, grain)
    dark = ink_is_dark(smooth, ground)
    if not dark:
        smooth = 255 - smooth
    ink = without_rules(np.maximum(paper(smooth, left_over) - smooth, 0))

    strokes = strokes_in(ink, left_over)
    if strokes is None:
        return None
    mask, contrast, dropped = strokes
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    darkness = np.where(mask, np.clip(ink / contrast, 0, 1), 0).astype(np.float32)
    return Ink(
        darkness=darkness[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1],
        top=top + int(rows[0]),
        left=left + int(columns[0]),
        dark=dark,
        framed=framed,
        grain=grain,
        dropped=dropped,
    )


def margin(page: Gray) -> Gray:
    return np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])


def grain_of(page: Gray) -> float:
    """Return the standard deviation of what varies from pixel to pixel, from its median: strokes do not count."""
    if min(page.shape) < 3:
        return 0.0
    twice = page[1:, 1:] - page[1:, :-1] - page[:-1, 1:] + page[:-1, :-1]
    return float(np.median(np.abs(twice))) / 0.6745 / 2


def smoothed(page: Gray, grain: float) -> tuple[Gray, float]:
    """Blur a grainy page by about a tenth of a stroke, so that the grain's own extremes are no ink; return what is
    left of the grain too."""
    if grain < 0.5 or min(page.shape) < 56:
        return page, grain
    width = max(0.5, max(page.shape) / 200)
    # Averaging with a Gaussian divides independent noise by 2 sqrt(pi) of its width.
    return ndimage.gaussian_filter(page, width, mode="nearest"), grain / (2 * np.sqrt(np.pi) * width)


def without_frame(page: Gray) -> tuple[int, int, Gray]:
    """Cut off what lies round the page or along a side of it in another shade: what a scanner sees beside the paper."""
    height, width = page.shape
    if min(height, width) < 40:
        return 0, 0, page
    level, outer, span = float(np.median(page)), float(np.median(margin(page))), float(page.max() - page.min())
    # With much ink on the paper, the frame may be most of the page: then what is like the margin is looked for.
    for frame, alone in ((np.abs(page - level) > 0.4 * span, True), (np.abs(page - outer) <= 0.2 * span, False)):
        widths = frame_widths(frame)
        if not all(widths) and not (alone and any(widths)):
            continue
        top, bottom, left, right = widths
        inner = page[top : height - bottom, left : width - right]
        around = margin(inner)
        clear = (np.abs(around - np.median(around)) <= 0.2 * span).mean()
        differs = abs(float(np.median(inner)) - outer) > 0.4 * span or not all(widths)
        # Along one side it may be a stroke of a digit that is cropped to its ink: then others lie at the margin too.
        if differs and clear >= (0.8 if alone and all(widths) else 0.97):
            return top, left, inner
    return 0, 0, page


def frame_widths(frame: Flags) -> list[int]:
    """Return how many of the lines at the top, bottom, left and right belong to a frame, its soft edge included."""
    widths = []
    for lines in (frame, frame[::-1], frame.T, frame.T[::-1]):
        even = lines[: int(FRAME * len(lines)) + 1].mean(1) >= 0.95
        outermost = int(even.argmin())  # 0 too where all of them are: then it is no frame
        widths.append(outermost + 2 if outermost else 0)
    return widths


def ink_is_dark(page: Gray, ground: str) -> bool:
    """Tell whether the ground is light: by margin and page, or by `ground` where they do not agree."""
    middle = (float(page.min()) + float(page.max())) / 2
    light = float((margin(page) > middle).mean())
    most = float((page > middle).mean())
    if light >= 0.8 and most >= 0.55:
        return True
    if light <= 0.2 and most <= 0.45:
        return False
    if ground:
        return ground == "light"
    if 0.35 < most < 0.65:  # cropped to the ink: a digit leaves corners free
        side = max(1, min(page.shape) // 12)
        ends = slice(side), slice(-side, None)
        corners = [float(page[rows, columns].mean() > middle) for rows in ends for columns in ends]
        return light + sum(corners) / 4 > 1
    # A shadow or a vignette darkens a part of the margin, but not most of the page.
    return most > 0.5 if 0.1 < light < 0.9 else light > 0.5


def paper(page: Gray, grain: float) -> Gray | float:
    """Return the shade of the light ground: a number where it is even, else [height, width], under the ink too."""
    around = margin(page)
    brightest = float(np.quantile(around, 0.95))
    contrast = brightest - float(page.min())
    around = around[around >= brightest - CERTAIN * contrast]  # without ink that reaches the margin
    level = float(np.median(around))
    far = np.abs(around - level) > max(EVEN * contrast, GRAIN * grain)
    if far.mean() <= UNEVEN or min(page.shape) < 40:
        return level
    # Closing fills what is darker than all around it and narrower than the window: strokes. It works on a small copy,
    # in which averaging has taken the grain, whose brightest pixels would lift the ground.
    factor = max(1, max(page.shape) // 100)
    small = shrunk(page, factor)
    window = max(3, round(0.3 * min(small.shape)))
    filled = ndimage.grey_closing(small, size=(window, window), mode="nearest")
    filled = ndimage.gaussian_filter(filled, window / 4, mode="nearest")
    result: Gray = enlarged(filled, page.shape)
    return result


def without_rules(ink: Gray) -> Gray:
    """Take away the lines of ruled or squared paper: two or more thin ones from edge to edge."""
    for turned in (ink, ink.T):
        base = np.quantile(turned, 0.25, axis=1)
        lines = base > 0.05 * float(ink.max())
        _, count = ndimage.label(lines)
        if count < 2 or lines.mean() > 0.2 or min(ink.shape) < 40:
            continue
        base = np.where(lines, ndimage.maximum_filter1d(base, 3), 0)[:, None]
        cleared = np.where(turned > 1.6 * base, turned, np.maximum(turned - 1.3 * base, 0))
        ink = cleared if turned is ink else cleared.T
    return ink


def shrunk(page: Gray, factor: int) -> Gray:
    rows, columns = page.shape[0] // factor, page.shape[1] // factor
    cut = page[: rows * factor, : columns * factor]
    result: Gray = cut.reshape(rows, factor, columns, factor).mean((1, 3))
    return result


def enlarged(small: Gray, shape: tuple[int, ...]) -> Gray:
    rows = (np.arange(shape[0]) + 0.5) * small.shape[0] / shape[0] - 0.5
    columns = (np.arange(shape[1]) + 0.5) * small.shape[1] / shape[1] - 0.5
    result: Gray = ndimage.map_coordinates(small, np.meshgrid(rows, columns, indexing="ij"), order=1, mode="nearest")
    return result


def strokes_in(ink: Gray, grain: float) -> tuple[Flags, float, int] | None:
    """Return which pixels [height, width] belong to strokes, their darkness, and how many specks do not."""
    least = max(GRAIN * grain, NOISE_FLOOR * float(ink.max()))
    contrast = darkness_of(ink, ink > least)
    if contrast < max(LEAST_CONTRAST, 2 * GRAIN * grain):
        return None
    shade = 1.2 * float(np.quantile(margin(ink), 0.98))
    floor = np.clip(max(NOISE_FLOOR * contrast, GRAIN * grain, shade), 0, SHADE_FLOOR * contrast)
    labels, count = ndimage.label(ink > floor, np.ones((3, 3)))
    mass = mass_of(labels, count, np.minimum(ink, contrast))
    certain = np.bincount(labels[ink > CERTAIN * contrast], minlength=count + 1)[1:] > 0
    mass = np.where(certain, mass, 0)
    boxes = ndimage.find_objects(labels)
    kept = mass >= SPECK * mass.max()
    kept &= ~of_the_edge(labels, boxes, kept)
    corners = np.array([[rows.start, columns.start, rows.stop, columns.stop] for rows, columns in boxes])
    first, last = corners[kept, :2].min(0), corners[kept, 2:].max(0)
    between = (corners[:, :2] >= first).all(1) & (corners[:, 2:] <= last).all(1)
    kept |= between & (mass >= PIECE * mass.max())
    return np.concatenate([[False], kept])[labels], contrast, int(count - kept.sum())


def darkness_of(ink: Gray, mask: Flags) -> float:
    """Return how dark the strokes are: what all but a tenth of the largest component's pixels stay below."""
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    if count == 0:
        return 0.0
    return float(np.quantile(ink[labels == 1 + int(mass_of(labels, count, ink).argmax())], 0.9))


def mass_of(labels: npt.NDArray[np.int32], count: int, ink: Gray) -> npt.NDArray[np.float64]:
    """Return how much ink each of the components has."""
    return np.bincount(labels.ravel(), ink.ravel(), count + 1)[1:].astype(np.float64, copy=False)


def of_the_edge(labels: npt.NDArray[np.int32], boxes: list[tuple[slice, slice]], kept: Flags) -> Flags:
    """Tell which components lie along an edge of the page, where what else is kept touches none: a book's fold, the
    table beside the paper."""
    touching = np.zeros(len(boxes), bool)
    along = np.zeros(len(boxes), bool)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        contact = np.bincount(edge, minlength=len(boxes) + 1)[1:]
        touching |= contact > 0
        along |= contact >= 0.4 * len(edge)
    inside = kept & ~touching
    if not inside.any() or (kept & touching & ~along).any():
        return np.zeros(len(boxes), bool)
    rows = [boxes[place][0] for place in np.flatnonzero(inside)]
    tall = max(row.stop for row in rows) - min(row.start for row in rows)
    result: Flags = along & (tall >= 0.2 * len(labels))
    return result
