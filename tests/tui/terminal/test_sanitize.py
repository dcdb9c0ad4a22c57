"""Text from outside cannot act on a terminal."""

import sys
import unicodedata

import pytest

from tui.terminal.sanitize import LONGEST, sanitize


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[2J",
        "\x1b]0;title\x07",
        "\x1b]8;;http://x\x1b\\",
        "\x1bP+q\x1b\\",
        "\x9b2J",
        "\x9d0;x\x9c",
        "\x00\x07\x08\x7f",
        "\u202egnp.exe",
        "\u2066x\u2069",
        "\u200bzero\u200d\ufeff",
        "\udcff\ud800",
        "\ue000\U000f0000",
        "\U000e0041",
    ],
    ids=ascii,
)
def test_what_a_terminal_could_obey_is_replaced(text: str) -> None:
    shown = sanitize(f"a{text}b")
    assert shown[0] + shown[-1] == "ab"
    assert "�" in shown
    assert all(unicodedata.category(character)[0] != "C" for character in shown)
    shown.encode()  # no surrogates: it can be printed


def test_every_character_gives_one_printable_character_on_one_line() -> None:
    for number in range(sys.maxunicode + 1):
        shown = sanitize(chr(number))
        assert len(shown) == 1
        assert shown.isprintable() or shown in ("\xa0", "\u3000") or unicodedata.category(shown) == "Zs", hex(number)


@pytest.mark.parametrize("between", ["\n", "\r\n", "\t", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c"])
def test_it_stays_one_line(between: str) -> None:
    shown = sanitize(f"a{between}b")
    assert len(shown.splitlines()) == 1
    assert shown[0] + shown[-1] == "ab"


def test_ordinary_text_is_left_alone() -> None:
    text = "Größe 3×3 — 数字 🙂 é [/nope] [bold]"
    assert sanitize(text) == text


def test_long_text_is_shortened() -> None:
    assert sanitize("x" * LONGEST) == "x" * LONGEST
    assert sanitize("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"
    assert sanitize("\x1b" * 10**6, longest=5) == "����…"
