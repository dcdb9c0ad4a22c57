"""Which digits of a gallery are listed, and in which order."""

import math
from array import array
from typing import Any

import click
import pytest

from engine.vocabulary.messages import GalleryTold
from tui.commands.digits.asking import Gallery, Wanted, rows_of


def packed(*numbers: float) -> bytes:
    return array("f", numbers).tobytes()


TOLD = GalleryTold(
    run="0001-mlp",
    part="test",
    epoch=3,
    step=0,
    total=12,
    start=8,
    labels=bytes([4, 4, 9, 1]),
    predicted=bytes([4, 9, 9, 7]),
    losses=packed(0.25, 2, math.nan, 4),
    confidences=packed(0.75, 0.5, 0.99, 0.9),
    margins=packed(0.5, 0.1, 0.98, 0.85),
)


def gallery() -> Gallery:
    return Gallery(tuple("0123456789"), {}, rows_of(TOLD))


def listed(**asked: Any) -> tuple[list[int], int]:
    wanted = {"wrong": False, "actual": None, "predicted": None, "sort": "index", "most": 20, **asked}
    rows, total = Wanted(**wanted).of(gallery())
    return [row["index"] for row in rows], total


def test_a_row_has_what_the_engine_told_of_a_digit() -> None:
    first, *_, last = rows_of(TOLD)
    assert first == {"index": 8, "label": 4, "predicted": 4, "confidence": 0.75, "margin": 0.5, "loss": 0.25}
    assert (last["index"], last["loss"]) == (11, 4.0)
    assert rows_of(TOLD)[2]["loss"] is None  # what is no number is no JSON either


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ([8, 9, 10, 11], 4)),
        ({"wrong": True}, ([9, 11], 2)),
        ({"actual": "4"}, ([8, 9], 2)),
        ({"predicted": "9"}, ([9, 10], 2)),
        ({"actual": "4", "predicted": "9", "wrong": True}, ([9], 1)),
        ({"sort": "loss"}, ([11, 9, 8], 3)),
        ({"sort": "confidence"}, ([9, 8, 11, 10], 4)),
        ({"sort": "margin", "most": 2}, ([9, 8], 4)),
        ({"most": 0}, ([8, 9, 10, 11], 4)),
    ],
    ids=str,
)
def test_a_gallery_is_filtered_and_sorted(asked: dict[str, Any], found: tuple[list[int], int]) -> None:
    assert listed(**asked) == found


def test_a_class_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(click.UsageError, match="'x' is no class; this run has 0, 1, 2"):
        listed(actual="x")
