"""Digits as characters."""

import pytest

from tui.widgets.digit_art import ART_STYLES, SIDE, draw, fit, resample

BLANK = bytes(784)
FULL = bytes([255]) * 784


def stroke() -> bytes:
    """A vertical stroke two pixels wide in the middle, as in a thin 1."""
    return b"".join(bytes(13) + b"\xff\xff" + bytes(13) if 4 <= y < 24 else bytes(28) for y in range(28))


@pytest.mark.parametrize("art", ART_STYLES)
@pytest.mark.parametrize(("columns", "rows"), [(28, 14), (56, 28), (14, 7)])
def test_a_drawing_has_the_size_asked_for(art: str, columns: int, rows: int) -> None:
    lines = draw(stroke(), art, columns, rows)
    assert len(lines) == rows
    assert {len(line) for line in lines} == {columns}


@pytest.mark.parametrize(("art", "empty", "dense"), [("ramp", " ", "@"), ("blocks", " ", "█"), ("braille", "⠀", "⣿")])
def test_background_is_empty_and_ink_is_dense(art: str, empty: str, dense: str) -> None:
    assert set("".join(draw(BLANK, art, 28, 14))) == {empty}
    assert set("".join(draw(FULL, art, 28, 14))) == {dense}


def test_the_ramp_is_ascii() -> None:
    assert "".join(draw(bytes(range(256)) * 3 + bytes(16), "ramp", 28, 14)).isascii()


@pytest.mark.parametrize("art", ART_STYLES)
def test_a_thin_stroke_stays_visible_and_in_its_place(art: str) -> None:
    lines = draw(stroke(), art, 28, 14)
    middle = lines[7]
    assert middle[13:15].strip(" ⠀")
    assert not (middle[:12] + middle[16:]).strip(" ⠀")


def test_a_drawing_takes_the_largest_crisp_size_that_has_room() -> None:
    assert fit(30, 16, "ramp") == (28, 14)
    assert fit(60, 30, "ramp") == (56, 28)
    assert fit(300, 90, "blocks") == (56, 28)
    assert fit(20, 10, "ramp") == (20, 10)
    assert fit(16, 8, "braille") == (14, 7)
    assert fit(5, 3, "ramp") == (0, 0)


def test_too_few_pixels_are_background() -> None:
    assert draw(b"", "ramp", 28, 14) == [" " * 28] * 14


def test_resampling_keeps_the_amount_of_ink() -> None:
    for size in (7, 14, 28):
        gray = resample(stroke(), size, size)
        assert sum(map(sum, gray)) / size**2 == pytest.approx(sum(stroke()) / SIDE**2)
