"""The test digits of the highest loss as a PNG, from what a run has kept of each digit (`beliefs.bin`)."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from engine.insight.beliefs.history import Beliefs, read_beliefs
from engine.storage.runs.folders import RunError
from engine.storage.runs.record import read_record
from engine.tracking.pictures.confusion import as_png, drawn
from engine.vocabulary.messages.base import class_name
from engine.vocabulary.messages.known_data import thing

Images = npt.NDArray[np.uint8]

COLUMNS, ROWS = 8, 3
SIDE, LABEL = 84, 32  # pixels: three times 28, and two lines of text
LONGEST_NAME = 9  # characters
LONGEST = 300.0  # seconds to read a data set
MOST_KEPT = 2  # data sets whose test images are kept, some 8 MB each

_read: dict[str, Images] = {}  # by fingerprint


class WorstDigits:
    """Of one run. `problem` says why there are no pictures, "" where there are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problem = ""

    def draw(self, epoch: int) -> bytes | None:
        """Return the PNG after an epoch; None where the run, or its data, does not have what it needs."""
        if self.problem:
            return None
        try:
            beliefs = read_beliefs(self.folder)
            place = beliefs.at(epoch)
            record = read_record(self.folder)
        except (RunError, OSError):
            return None  # of this epoch nothing was kept
        try:
            images = images_for(record.data, self.folder)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            self.problem = f"no pictures of digits: {error}"
            return None
        if len(images) < len(beliefs.labels):
            return None
        return draw_digits(images, beliefs, place, record.classes, f"{self.folder.name}, epoch {epoch}")


def images_for(fingerprint: str, folder: Path) -> Images:
    """Return the test images [N, 28, 28] of a run, read once for all runs on the same data.

    Raises ValueError with what is wrong with its data, and what a process raises that cannot be started, or takes too
    long.
    """
    if fingerprint not in _read:
        images = read_images(folder)
        while len(_read) >= MOST_KEPT:
            del _read[next(iter(_read))]
        _read[fingerprint] = images
    return _read[fingerprint]


def read_images(folder: Path) -> Images:
    words = [sys.executable, "-m", "engine.tracking.pictures.test_images", str(folder)]
    read = subprocess.run(words, capture_output=True, timeout=LONGEST, check=False)
    if read.returncode:
        raise ValueError((read.stderr.decode(errors="replace").strip().splitlines() or ["its data cannot be read"])[-1])
    return np.frombuffer(read.stdout, np.uint8).reshape(-1, 28, 28)


def draw_digits(images: Images, beliefs: Beliefs, place: int, classes: tuple[str, ...], title: str) -> bytes:
    losses, probabilities = beliefs.losses(place), beliefs.probabilities(place)
    worst = np.argsort(-losses, kind="stable")[: COLUMNS * ROWS]
    font, small = ImageFont.load_default(14), ImageFont.load_default(11)
    rows = -(-len(worst) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (SIDE + 8) + 8, 30 + rows * (SIDE + LABEL + 6)), (255, 255, 255))
    draw = ImageDraw.Draw(sheet)
    draw.text((8, 6), f"{title}: test {thing(classes)}s of the highest loss", (0, 0, 0), font)
    names = drawn([class_name(classes, label) for label in range(beliefs.classes)], LONGEST_NAME)
    for i, index in enumerate(worst):
        left, top = 8 + i % COLUMNS * (SIDE + 8), 30 + i // COLUMNS * (SIDE + LABEL + 6)
        sheet.paste(Image.fromarray(images[index]).resize((SIDE, SIDE), Image.Resampling.NEAREST), (left, top))
        actual, said = int(beliefs.labels[index]), int(beliefs.kept[place].predicted[index])
        share = 100 * float(probabilities[index, said])
        right = actual == said
        answer = f"{names[said]} ({share:.0f} %)"
        draw.text((left, top + SIDE + 2), f"is {names[actual]}, #{index}", (60, 60, 60), small)
        draw.text((left, top + SIDE + 15), f"said {answer}", (0, 120, 0) if right else (190, 0, 0), small)
    return as_png(sheet)
