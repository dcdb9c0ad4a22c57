"""What travels to the terminal: only what it does not show yet, and it ends up with the very frame."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.terminal.frame_diff import ScreenBuffer

WIDTH, HEIGHT = 12, 3
TEXTS = ("ab", "  ", "a b", "⠒⠓", "漢", "é", "x")
STYLES = tuple(
    Style.parse(words) if words else None
    for words in ("", "red on blue", "bold red on blue", "#102030 on blue", "underline on blue", "reverse", "dim")
)
CONSOLE = Console(force_terminal=True, color_system="truecolor", width=WIDTH, height=HEIGHT)

pieces = st.tuples(st.sampled_from(TEXTS), st.sampled_from(STYLES))
lines = st.lists(pieces, min_size=1, max_size=6).map(
    lambda parts: Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(
        WIDTH, Style.parse("on blue")
    )
)
frames = st.lists(lines, min_size=HEIGHT, max_size=HEIGHT)


def whole(strips: list[Strip]) -> LayoutUpdate:
    return LayoutUpdate([[strip] for strip in strips], Region(0, 0, WIDTH, HEIGHT))


def part(strips: list[Strip], start: int, end: int) -> ChopsUpdate:
    """The columns from `start` to `end` of the middle line."""
    chops: list[dict[int, Strip | None]] = [{} for _ in strips]
    chops[1] = {start: strips[1].crop(start, end)}
    return ChopsUpdate(chops, [(1, start, end)], [[end] for _ in strips])


def screen_after(texts: list[str]) -> list[list[object]]:
    screen = pyte.Screen(WIDTH, HEIGHT)
    pyte.Stream(screen).feed("".join(texts))
    return [[shown(screen.buffer[y][x]) for x in range(WIDTH)] for y in range(HEIGHT)]


def shown(cell: pyte.screens.Char) -> object:
    """What one sees of a cell: nothing of the colour that a blank would have."""
    return cell._replace(fg="", bold=False, italics=False) if cell.data == " " and not visible(cell) else cell


def visible(cell: pyte.screens.Char) -> bool:
    return cell.underscore or cell.reverse or cell.strikethrough


def sent(buffer: ScreenBuffer, update: CompositorUpdate) -> str:
    frame = buffer.diff(update, CONSOLE)
    return frame.render_segments(CONSOLE) if frame else ""


@given(st.lists(frames, min_size=1, max_size=4))
def test_the_terminal_ends_up_with_the_frame_whatever_it_showed_before(shots: list[list[Strip]]) -> None:
    buffer = ScreenBuffer()
    ours = [sent(buffer, whole(strips)) for strips in shots]
    assert screen_after(ours) == screen_after([whole(shots[-1]).render_segments(CONSOLE)])


def plain(*texts: str) -> list[Strip]:
    return [Strip([Segment(text.ljust(WIDTH))]) for text in texts]


def test_a_frame_that_is_shown_already_costs_nothing() -> None:
    buffer = ScreenBuffer()
    assert sent(buffer, whole(plain("one", "two", "three")))
    assert sent(buffer, whole(plain("one", "two", "three"))) == ""


def test_one_digit_that_changes_costs_a_move_and_the_digit() -> None:
    buffer = ScreenBuffer()
    sent(buffer, whole(plain("loss 0.51", "", "")))
    assert sent(buffer, whole(plain("loss 0.52", "", ""))) == "\x1b[1;9H2"


def test_part_of_a_line_is_compared_with_the_same_part() -> None:
    buffer = ScreenBuffer()
    sent(buffer, whole(plain("one", "abcdef", "three")))
    assert sent(buffer, part(plain("", "abcxef", ""), 2, 5)) == "\x1b[2;4Hx"


def test_part_of_a_line_leaves_the_unknown_rest_alone() -> None:
    assert sent(ScreenBuffer(), part(plain("", "abcdef", ""), 2, 5)) == "\x1b[2;3Hcde"


def test_what_is_forgotten_is_drawn_again() -> None:
    buffer = ScreenBuffer()
    everything = sent(buffer, whole(plain("one", "two", "three")))
    buffer.invalidate()
    assert sent(buffer, whole(plain("one", "two", "three"))) == everything


def test_a_row_with_wide_characters_is_drawn_as_a_whole() -> None:
    buffer = ScreenBuffer()
    sent(buffer, whole([Strip([Segment("漢 abc   ".ljust(WIDTH - 1))]), *plain("", "")]))
    assert sent(buffer, whole([Strip([Segment("漢 abd   ".ljust(WIDTH - 1))]), *plain("", "")])).startswith(
        "\x1b[1;1H漢 abd"
    )


def test_colours_are_named_once_and_given_back_at_the_end() -> None:
    red, bold = Style.parse("#ff0000 on #000000"), Style.parse("bold #ff0000 on #000000")
    strips = [Strip([Segment("ab", red), Segment("   ", bold), Segment("cd", red), Segment("     ", red)])] * HEIGHT
    text = sent(ScreenBuffer(), whole(strips))
    assert text.count("\x1b[38;2;255;0;0;48;2;0;0;0m") == 1
    assert text.count("m") == 2
    assert text.endswith("\x1b[m")


@pytest.mark.parametrize("words", ["underline", "reverse", "strike"])
def test_what_shows_on_blanks_is_drawn_on_blanks(words: str) -> None:
    buffer = ScreenBuffer()
    sent(buffer, whole(plain("", "", "")))
    strips = [Strip([Segment(" " * WIDTH, Style.parse(words))]), *plain("", "")]
    assert " " * WIDTH in sent(buffer, whole(strips))
