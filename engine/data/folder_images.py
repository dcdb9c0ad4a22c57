"""The pictures of a data folder, many at a time: what is common to them, and each in the form that networks know."""

import os
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field

import msgspec
import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.data.dataset import SIDE, Array
from engine.data.images.decode import Pixels, decode_pixels, read_file, shrinking
from engine.data.images.grayscale import LEAST_CONTRAST, range_of, to_gray
from engine.data.images.mnist_form import LIKE, common_ground, grounds, has_form, of_pictures
from engine.data.images.preprocess import preprocess
from engine.vocabulary.preprocessing import Preprocessing

SURVEYED = 100  # training images, evenly spread: they decide for the data set
KEPT_BYTES = 10_000  # what is smaller need not be decoded a second time
MOST_NOTES = 6  # ways in which images were read; more are summed up


@dataclass
class ReadingReport:
    """What was done to images: how many of each way, and which are blank."""

    ways: Counter[str] = field(default_factory=Counter)
    blank: list[str] = field(default_factory=list)  # paths

    def add(self, other: "ReadingReport") -> None:
        self.ways.update(other.ways)
        self.blank += other.blank

    def notes(self, total: int) -> list[str]:
        notes = [f"{images(count, total)} {way}" for way, count in self.ways.most_common(MOST_NOTES)]
        rest = sum(self.ways.values()) - sum(count for _, count in self.ways.most_common(MOST_NOTES))
        if rest:
            notes.append(f"{images(rest, total)} read in other ways")
        if self.blank:
            count = len(self.blank)
            where = self.blank[0] if count == 1 else f"the first is {min(self.blank)}"
            verb = "is" if count == 1 else "are"
            notes.append(f"{images(count, total)} {verb} blank, no ink stands out from the ground: {where}")
        return notes


def images(count: int, total: int) -> str:
    if count == total:
        return f"all {total:,} images"
    return f"{count:,} of {total:,} images"


def survey(paths: list[str], pool: Executor) -> tuple[Preprocessing, dict[str, Pixels]]:
    """Return what is decided for a data set of these training images, and those that were decoded for it.

    Raises DataError for an unreadable image.
    """
    places = np.linspace(0, len(paths) - 1, min(SURVEYED, len(paths))).round().astype(int)
    some = [paths[place] for place in places]
    looks = list(pool.map(survey_image, some))
    wide = [look.extremes for look in looks if look.extremes is not None]
    preprocessing = Preprocessing()
    if wide:
        whole = all(look.whole for look in looks if look.extremes is not None)
        low, high = range_of(min(low for low, _ in wide), max(high for _, high in wide), whole)
        preprocessing = Preprocessing(low=low, high=high)
    grays = [to_gray(look.pixels, preprocessing)[0] for look in looks]
    mnist_sized = np.array([gray for gray in grays if gray.shape == (SIDE, SIDE)], np.uint8).reshape(-1, SIDE, SIDE)
    inked = [gray for gray in grays if int(gray.max()) - int(gray.min()) >= LEAST_CONTRAST]  # blank ones have no say
    ground = common_ground(np.concatenate([grounds(gray[np.newaxis]) for gray in inked or grays]))
    fit = of_pictures(mnist_sized).fit if len(mnist_sized) >= LIKE * len(grays) else "mnist"
    preprocessing = msgspec.structs.replace(preprocessing, ground=ground, fit=fit)
    kept = {path: look.pixels for path, look in zip(some, looks, strict=True) if look.complete}
    return preprocessing, kept


@dataclass(frozen=True)
class SurveyedImage:
    pixels: Pixels
    """Of a small image all; a large one is smaller here."""
    complete: bool
    extremes: tuple[float, float] | None
    """Of numbers of more than 8 bits."""
    whole: bool


def survey_image(path: str) -> SurveyedImage:
    pixels = decode_pixels(path, read_file(path))
    complete = pixels.nbytes <= KEPT_BYTES
    extremes = None
    if pixels.dtype != np.uint8:
        finite = pixels[np.isfinite(pixels)] if pixels.dtype.kind == "f" else pixels
        extremes = (float(finite.min()), float(finite.max())) if finite.size else None
    step = shrinking(pixels.shape[:2])
    if not complete and step > 1 and pixels.dtype == np.uint8:
        pixels = np.asarray(Image.fromarray(pixels).reduce(step))
    elif not complete:
        pixels = pixels[::step, ::step].copy()
    return SurveyedImage(pixels, complete, extremes, pixels.dtype.kind in "iu")


class Reader:
    """Decodes files into images [N, 28, 28], with the preprocessing of their data set."""

    def __init__(self, preprocessing: Preprocessing, decoded: dict[str, Pixels]) -> None:
        self.preprocessing = preprocessing
        self.decoded = decoded
        self.inverts = preprocessing.ground == "light" and preprocessing.seen == "dark"

    def read_and_decode_into(self, images: Array, paths: list[str]) -> ReadingReport:
        return self.decode_into(images, paths, map(read_file, paths))

    def decode_into(self, images: Array, paths: list[str], contents: Iterable[bytes]) -> ReadingReport:
        """Put the images of files into images [N, 28, 28]; return what was done to them."""
        report = ReadingReport()
        plain = np.zeros(len(paths), bool)  # 8 bits, 28x28: looked at all at once below
        for place, (path, content) in enumerate(zip(paths, contents, strict=True)):
            pixels = self.decoded.pop(path, None)
            if pixels is None:
                pixels = decode_pixels(path, content)
            if pixels.dtype == np.uint8 and pixels.shape == (SIDE, SIDE):
                images[place], plain[place] = pixels, True
            else:
                images[place] = self.form(path, pixels, report)
        self.form_plain(images, paths, plain, report)
        return report

    def form_plain(self, images: Array, paths: list[str], plain: npt.NDArray[np.bool_], report: ReadingReport) -> None:
        """Do what `form` does to the images that are `plain`."""
        if self.preprocessing.fit == "keep" and not self.inverts:
            return
        left = np.flatnonzero(plain)
        left = left[~has_form(images[left])]
        for place in left:
            images[place] = self.form(paths[place], images[place].copy(), report)

    def form(self, path: str, pixels: Pixels, report: ReadingReport) -> Array:
        """Return an image as uint8 [28, 28]. A blank one keeps its shade."""
        formed, done = preprocess(pixels, self.preprocessing)
        if formed is None:
            report.blank.append(os.fsencode(path).decode(errors="replace"))
            shade = int(np.median(to_gray(pixels, self.preprocessing)[0]))
            return np.full((SIDE, SIDE), 255 - shade if self.inverts else shade, np.uint8)
        if done:
            words = ["scaled" if word.startswith("scaled from ") else word for word in done]
            words = ["inverted (dark ink on a light ground)" if word == "inverted" else word for word in words]
            report.ways[", ".join(words)] += 1
        return formed
