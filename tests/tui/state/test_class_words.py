"""Names of classes where room lacks, and sentences about digits where there are none."""

import pytest

from engine.vocabulary.messages.base import DIGITS, names_in_words
from engine.vocabulary.messages.known_data import CLOTHES
from tui.state.class_words import clipped, fitted, label_named, no_class, one_of, short_name, short_names, worded


@pytest.mark.parametrize(
    ("digits", "images"),
    [
        ("Draw a digit: drag with the mouse", "Draw an image: drag with the mouse"),
        ("The next test digit.", "The next test image."),
        ("A random digit, large.", "A random image, large."),
        ("A test digit comes with the first answer.", "A test image comes with the first answer."),
        ("Digits of the cell under the cursor", "Images of the cell under the cursor"),
        ("what it is an index of, in own-digits", "what it is an index of, in own-digits"),
        ("other characters than letters and digits_in", "other characters than letters and digits_in"),
    ],
)
def test_sentences_about_digits_are_about_images_where_the_classes_are_others(digits: str, images: str) -> None:
    assert worded(digits, DIGITS) == digits
    assert worded(digits, CLOTHES) == images


def test_a_class_has_an_article_only_where_it_is_a_digit() -> None:
    assert [one_of(DIGITS, 7), one_of(CLOTHES, 9)] == ["a 7", "Ankle boot"]


def test_short_names_stay_different() -> None:
    assert short_names(CLOTHES, 4)[:4] == ("T-sh", "Trou", "Pull", "Dres")
    assert short_names(("class_01", "class_02", "other"), 4) == ("c_01", "c_02", "othe")
    assert short_names(("aaaabaaaa", "aaaacaaaa"), 4) == ("0", "1")
    assert short_names(DIGITS, 1) == DIGITS
    assert short_name(CLOTHES, 99, 4) == "99"


def test_wide_characters_take_two_columns() -> None:
    assert clipped("犬と猫", 5) == "犬と"
    assert fitted("犬と猫", 5) == "犬と "


def test_what_a_terminal_could_obey_is_not_shown() -> None:
    assert "\x1b" not in short_names(("\x1b[31m", "b"), 4)[0]


def test_a_class_is_meant_by_its_name_in_any_case_that_is_clear_or_by_its_number() -> None:
    letters = ("a", "A", "b", "2", "x")
    assert [label_named(text, letters) for text in ("A", "a", "B", "2", "4", "z", "9")] == [1, 0, 2, 3, 4, None, None]


def test_of_many_names_the_first_are_listed() -> None:
    letters = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert names_in_words(letters) == "A, B, C, D, E, F, G, H, I, J and 16 more"
    assert names_in_words(CLOTHES).endswith("Bag, Ankle boot")
    assert no_class("zz", letters) == (
        "'zz' is no class; this run has A, B, C, D, E, F, G, H, I, J and 16 more; give a name, or a number from 0 to 25"
    )
