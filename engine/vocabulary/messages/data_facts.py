"""What a data set looks like, measured once when it is loaded (engine/data/checks.py), and what is odd about it."""

import typing

import msgspec

from engine.vocabulary.messages.base import MOST_CLASSES, Count

FINDINGS = (
    "missing class",  # `digit` has no image in `part`
    "rare class",  # `digit` has under a fifth of the mean of the classes in `part`: `count` images
    "blank images",  # `count` images of `part` show nothing: all their pixels are the same, or nearly
    "repeated image",  # one and the same image makes up over half of `part`: `count` times
    "conflicting labels",  # `count` training images are there again under another label
    "duplicates",  # `count` test images are there, pixel by pixel, among the training images
    "unlike parts",  # the test images are brighter or darker, inverted say, or otherwise unlike the training images
    "mismatched labels",  # `count` digits of the test part look like another digit of the training part
)
MOST_FINDINGS = 64
MNIST_FINGERPRINT = "9c8d3214be4c634e"  # of the full MNIST (engine/data/dataset.py)

Brief = typing.Annotated[str, msgspec.Meta(max_length=500)]
Grey = typing.Annotated[float, msgspec.Meta(ge=0, le=255)]


class PartFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a data set, training or test. Grey values are 0 to 255, ink bright."""

    images: Count
    classes: typing.Annotated[list[Count], msgspec.Meta(max_length=MOST_CLASSES)]  # images of each class
    mean: Grey  # over all pixels
    deviation: Grey  # of the means of single images
    low: Grey
    high: Grey
    blank: Count = 0  # images whose pixels are the same, or nearly


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a careful engineer would want to know before training on the data.

    `part` is train, test, or empty when it is about both; `digit` is -1 when it is about none in particular.
    """

    kind: Brief  # one of FINDINGS, or what a later version knows
    message: Brief
    part: Brief = ""
    digit: typing.Annotated[int, msgspec.Meta(ge=-1, lt=MOST_CLASSES)] = -1
    count: Count = 0
    warning: bool = True  # False: a fact that no one need worry about, such as a handful of duplicates


class DataCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a data set at load; `duplicates` counts test images that are among the training images."""

    train: PartFacts
    test: PartFacts
    duplicates: Count = 0
    findings: typing.Annotated[list[Finding], msgspec.Meta(max_length=MOST_FINDINGS)] = []

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.warning]
