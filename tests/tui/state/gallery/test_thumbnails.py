"""Small digits, their captions, and contact sheets."""

import io
import random

import pytest
from PIL import Image

from tests.tui.state.gallery.gallery_answers import pixels
from tui.state.gallery.rows import Row
from tui.widgets.digit_art import draw
from tui.widgets.gallery.sheet import ACROSS, CELL, FRAME, sheet_png, sheet_text
from tui.widgets.gallery.thumbnails import BLANK, COLUMNS, ROWS, braille, caption

DIGITS = tuple("0123456789")


def test_the_quick_braille_is_that_of_the_other_drawings() -> None:
    noise = random.Random(3)
    image = bytes(noise.randrange(256) for _ in range(784))
    drawn = [line.replace(BLANK, " ") for line in draw(image, "braille", COLUMNS, ROWS)]
    assert list(braille(image)) == drawn
    assert braille(b"") == (" " * COLUMNS,) * ROWS


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Row(1, 4, 4, 0.1, 0.991), "4 99 %"),
        (Row(1, 4, 9, 2.0, 0.87), "✗ 4→9 87 %"),
        (Row(1, 4, 9, 2.0), "✗ 4→9 2.00"),
        (Row(1234), "#1,234"),
    ],
)
def test_a_caption_says_what_a_digit_is_and_what_it_was_taken_for(row: Row, words: str) -> None:
    assert caption(row, DIGITS) == words
    assert caption(row, DIGITS, ascii=True).isascii()


def test_captions_of_long_names_have_room_and_hold_no_codes() -> None:
    names = ("ankle \x1b[31mboot", "t-shirt or top")
    words = caption(Row(1, 0, 1, 2.0, 0.87), names)
    assert len(words) <= COLUMNS
    assert "\x1b" not in words
    assert words.endswith(" 87 %")


def test_a_contact_sheet_has_each_digit_and_a_frame_round_wrong_ones() -> None:
    digits = [pixels(index) for index in range(ACROSS + 3)]
    image = Image.open(io.BytesIO(sheet_png(digits, [index == 1 for index in range(len(digits))])))
    assert image.size == (ACROSS * CELL, 2 * CELL)
    red = image.getpixel((CELL, 0))
    assert red[0] > 150 > red[1]
    assert image.getpixel((0, 0))[0] < 60
    for place in (0, 1, ACROSS + 2):
        left, top = place % ACROSS * CELL + FRAME, place // ACROSS * CELL + FRAME
        gray = [image.getpixel((left + 2 * x, top + 20))[0] for x in range(28)]
        assert gray == list(pixels(place)[280:308])


def test_a_contact_sheet_as_text_has_all_captions() -> None:
    text = sheet_text("run \x1b]0;x", [pixels(0), pixels(1)], ["4 99 %", "✗ 4→9 87 %"])
    assert "\x1b" not in text
    assert "4 99 %" in text
    assert "✗ 4→9 87 %" in text
    assert len(text.splitlines()) == 2 + ROWS + 2 - 1
