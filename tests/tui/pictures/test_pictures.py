"""The screens look as was accepted, and none of them has an empty region."""

import difflib

import pytest

from tests.tui.pictures.emptiness import largest_empty
from tests.tui.pictures.files import ACCEPTED, file_of, glance_now, section, text_now
from tests.tui.pictures.frame import plain_frames
from tests.tui.pictures.stage import GLANCE, Picture
from tests.tui.pictures.states import PICTURES

HOW = (
    "{name} looks otherwise than was accepted. Look: `python -m tests.tui.pictures --png FOLDER {name}`."
    " Accept: `python -m tests.tui.pictures --update {name}`.\n{difference}"
)


AT_A_GLANCE = {  # the others are slow to take, all together
    *("setup/new", "setup/live", "tune/old-studies", "tune/running", "dialogs/quit", "dialogs/palette"),
}
BLANK = {  # a canvas
    each.name for each in PICTURES if each.screen == "draw" or each.state in ("which-digit", "open-picture")
}
CHARTS = {"confusion/calibration", "confusion/calibration-without", "inside/weights"}  # points on a line, one histogram
TOO_EMPTY = {
    "120x36": {"digits/nothing-found"},
    "200x50": {"digits/nothing-found", "digits/empty", "inside/layers"},  # no more digits, or filters, than these
}  # to shrink: what has no such region any more leaves the list


def check(picture: Picture, old: str, new: str) -> None:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "accepted", "now", lineterm="", n=1)
    difference = "\n".join(list(lines)[:80])
    assert not difference, HOW.format(name=picture.name, difference=difference)


def accepted(picture: Picture) -> str:
    path = file_of(picture)
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.mark.parametrize("picture", [each for each in PICTURES if each.name in AT_A_GLANCE], ids=lambda each: each.name)
def test_a_screen_looks_as_was_accepted_at_a_glance(picture: Picture) -> None:
    check(picture, section(accepted(picture), f"{GLANCE} colour"), glance_now(picture))


@pytest.mark.slow
@pytest.mark.parametrize("picture", PICTURES, ids=lambda each: each.name)
def test_a_screen_looks_as_was_accepted_at_every_size_in_colour_no_color_and_ascii(picture: Picture) -> None:
    check(picture, accepted(picture), text_now(picture))


def test_each_file_is_of_a_picture() -> None:
    assert set(ACCEPTED.glob("*/*")) == {file_of(picture) for picture in PICTURES}


@pytest.mark.parametrize("size", TOO_EMPTY)
def test_no_screen_has_a_region_of_more_than_12_rows_by_40_columns_without_content(size: str) -> None:
    empty = {}
    for picture in PICTURES:
        if picture.name in BLANK | CHARTS:
            continue
        frames = plain_frames(accepted(picture))
        if size in frames and (region := largest_empty(frames[size])):
            empty[picture.name] = region
    known = TOO_EMPTY[size]
    new = {name: region for name, region in empty.items() if name not in known}
    assert not new, f"empty at {size} (column, row, width, height), which is to be filled: {new}"
    assert not known - set(empty), f"not empty at {size} any more, to be taken off TOO_EMPTY: {known - set(empty)}"
