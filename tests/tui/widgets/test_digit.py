"""Digits on a screen."""

import pytest
from textual.app import App, ComposeResult

from engine.vocabulary.messages import Digit
from tui.widgets.digit import DigitCard, DigitView
from tui.widgets.digit_art import ART_STYLES

PIXELS = b"".join(bytes(13) + b"\xff\xff" + bytes(13) if 4 <= y < 24 else bytes(28) for y in range(28))


def digit(predicted: int = 1, index: int = 123) -> Digit:
    return Digit(index=index, pixels=PIXELS, actual=1, predicted=predicted, probabilities=[0.1] * 10)


class Screenful(App[None]):
    CSS = "DigitView { width: 32; height: 16; } DigitCard { width: 20; height: 10; }"

    def compose(self) -> ComposeResult:
        yield DigitView()
        yield DigitCard()


def text(widget: DigitView | DigitCard) -> list[str]:
    return [widget.render_line(y).text for y in range(widget.size.height)]


async def test_the_border_tells_which_digit_and_whether_it_is_right() -> None:
    app = Screenful()
    async with app.run_test(size=(80, 30)):
        view = app.query_one(DigitView)
        view.digit = digit()
        assert view.border_title == "test #123"
        assert view.border_subtitle == "1 right"
        assert view.has_class("-right")
        view.digit = digit(predicted=7)
        assert view.border_subtitle == "1 → 7 wrong"
        assert view.has_class("-wrong")
        assert not view.has_class("-right")


@pytest.mark.parametrize("art", ART_STYLES)
async def test_each_style_draws_the_digit_in_the_middle(art: str) -> None:
    app = Screenful()
    async with app.run_test(size=(80, 30)):
        view = app.query_one(DigitView)
        view.digit = digit()
        view.art = art
        row = text(view)[7]
    assert row[14:16].strip(" ⠀")
    assert not (row[:12] + row[18:]).strip(" ⠀")


async def test_ascii_digits_hold_nothing_but_ascii() -> None:
    app = Screenful()
    async with app.run_test(size=(80, 30)):
        view, card = app.query_one(DigitView), app.query_one(DigitCard)
        view.digit = card.digit = digit(predicted=7)
        view.ascii = card.ascii = True
        assert all(row.isascii() for row in text(view) + text(card))
        assert view.border_subtitle == "1 -> 7 wrong"


async def test_a_card_says_what_it_was_taken_for() -> None:
    app = Screenful()
    async with app.run_test(size=(80, 30)):
        card = app.query_one(DigitCard)
        assert not any(row.strip() for row in text(card))
        card.digit = digit(predicted=7)
        rows = text(card)
    assert rows[-2].strip() == "1 → 7 wrong"
    assert rows[-1].strip() == "#123"
    assert any(row.strip() for row in rows[:-2])


@pytest.mark.parametrize("size", [(3, 3), (10, 5), (16, 8)])
async def test_a_digit_without_room_is_told_in_words_or_dots(size: tuple[int, int]) -> None:
    app = Screenful()
    app.CSS = f"DigitView {{ width: {size[0]}; height: {size[1]}; }} DigitCard {{ display: none; }}"
    async with app.run_test(size=(80, 30)):
        view = app.query_one(DigitView)
        view.digit = digit()
        assert any(row.strip() for row in text(view))


async def test_without_a_digit_a_sentence_says_so() -> None:
    app = Screenful()
    async with app.run_test(size=(80, 30)):
        assert any("no digit yet" in row for row in text(app.query_one(DigitView)))
