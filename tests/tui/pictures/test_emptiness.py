"""The measure of emptiness, and frames as text."""

import random

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.tui.pictures.emptiness import content, largest_empty, maximal
from tests.tui.pictures.frame import Frame, frame_of, plain_frames, run_lengths, text_of


def frame(*rows: str, charts=()) -> Frame:
    return Frame(rows, tuple(("default",) * len(row) for row in rows), charts)


def test_the_largest_empty_region_is_found_as_by_trying_all_of_them() -> None:
    chance = random.Random(1)
    for _ in range(200):
        width, height = chance.randint(1, 7), chance.randint(1, 7)
        filled = [[chance.random() < 0.3 for _ in range(width)] for _ in range(height)]
        areas = [
            (right - left) * (bottom - top)
            for top in range(height) for bottom in range(top + 1, height + 1)
            for left in range(width) for right in range(left + 1, width + 1)
            if not any(filled[y][x] for y in range(top, bottom) for x in range(left, right))
        ]  # fmt: skip
        assert max((w * h for _, _, w, h in maximal(filled)), default=0) == max(areas, default=0)


def test_borders_and_backgrounds_are_no_content() -> None:
    blank = ["─" * 50, *["│" + " " * 48 + "│"] * 20, "─" * 50]
    assert largest_empty(frame(*blank)) == (0, 0, 50, 22)


def test_a_region_may_be_large_in_one_direction() -> None:
    assert largest_empty(frame(*[" " * 40] * 100)) is None
    assert largest_empty(frame(*[" " * 100] * 12)) is None
    assert largest_empty(frame(*[" " * 41] * 13)) == (0, 0, 41, 13)


def test_a_column_of_a_chart_is_content_where_a_line_passes() -> None:
    rows = ["loss", " ⠉   ", " │   ", " ── ", "0 1 2"]
    seen = content(frame(*(row.ljust(5) for row in rows), charts=[(0, 0, 5, 5)]))
    assert [row[1] for row in seen] == [True] * 5
    assert [row[4] for row in seen] == [False] * 4 + [True]


def test_frames_are_read_back_from_their_text() -> None:
    strips = [Strip([Segment("ab ", Style(bold=True)), Segment("c")]), Strip([Segment("  ")])]
    taken = frame_of(strips, 5, [(0, 0, 5, 2)])
    assert taken.styles[0][:2] == ("default on default bold",) * 2
    read = plain_frames(text_of({("5x2", "colour"): taken, ("5x2", "NO_COLOR"): taken}))["5x2"]
    assert (read.rows, read.charts) == (taken.rows, taken.charts)


def test_only_what_is_other_in_another_mode_is_written() -> None:
    plain, ascii = frame("⠉⠉", "ab"), frame("..", "ab")
    text = text_of({("2x2", "colour"): plain, ("2x2", "ASCII"): ascii})
    assert "  0 .." in text
    assert text.count("ab") == 1


def test_styles_are_written_as_lengths_of_runs() -> None:
    assert run_lengths(["a", "a", "b"])[3] == "2"
    assert run_lengths(["a", "a", "b"])[-1] == "1"
