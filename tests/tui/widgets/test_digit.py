"""Digits on a screen."""

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from engine.vocabulary.messages import Digit
from tui.state.gallery.in_full import InFull
from tui.state.gallery.rows import Row
from tui.widgets.digit import DigitCard, DigitView, verdict
from tui.widgets.digit_art import ART_STYLES
from tui.widgets.gallery.facts import USUAL_WIDTH, lines_of, pieces

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


LONG = ("x" * 38 + " y", "x" * 38 + " z", "漢字の漢字の漢字", "T-shirt/top", "Ankle boot")


@pytest.mark.parametrize("room", [16, 28, 60])
@pytest.mark.parametrize(("actual", "predicted"), [(0, 1), (2, 0), (3, 4), (1, 1)])
def test_a_verdict_about_long_names_has_room_and_tells_them_apart(room: int, actual: int, predicted: int) -> None:
    about = Digit(index=0, pixels=PIXELS, actual=actual, predicted=predicted, probabilities=[0.2] * 5)
    words = verdict(about, False, LONG, room)
    assert cell_len(words) <= room
    assert words.endswith(" right" if actual == predicted else " wrong")
    if actual != predicted:
        before, _, after = words.removesuffix(" wrong").partition(" → ")
        assert before
        assert after
        assert before != after


def test_facts_about_long_names_keep_to_a_line_each() -> None:
    row = Row(index=0, label=0, predicted=1, confidence=0.4, margin=0.1, loss=2.0)
    lines = lines_of(InFull(row, classes=LONG, probabilities=(0.4, 0.35, 0.1, 0.1, 0.05), weights="weights of step 9"))
    texts = ["".join(text for text, _ in line) for line in lines]
    assert max(map(cell_len, texts)) <= USUAL_WIDTH
    assert texts[1] == "predicted xxxxxx z   actual xxxxxx y   wrong"
    assert texts[4] == "top 3  xxxx y 40 %   xxxx z 35 %   漢字の 10 %"


def test_a_fact_without_room_goes_into_the_next_line_whole() -> None:
    assert pieces("   wrong", 5, 20) == ["\n", "wrong"]
    assert pieces("漢字", 3, 20) == ["漢字"]
