"""The page of a report: complete, closed in itself, and open to everybody who reads it."""

import re
import time
from pathlib import Path

import pytest
from fake_engine import measured, steps

from tests.tui.commands.report.made import Digits, Page, epoch, facts_of, make_run
from tui.report.asking import with_digits
from tui.report.page.html import POLICY
from tui.report.written import written


@pytest.fixture
async def page(tmp_path: Path) -> str:
    events = [steps(20, [2.3, 1.5]), measured(1), epoch(1, 0.9, 0.91), steps(60, [0.5, 0.4]), epoch(2, 0.98, 0.97)]
    folder = make_run(tmp_path, events, lr=0.01, schedule="cosine")
    return written(await with_digits(facts_of(folder), Digits(), 9), "html")


def test_it_loads_nothing_and_says_so_to_the_browser_before_anything_else(page: str) -> None:
    read = Page(page)
    policy = next(each for each in read.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert policy["content"] == POLICY
    assert "default-src 'none'" in POLICY
    assert page.index("Content-Security-Policy") < page.index("<style")
    assert not {name for name, _ in read.elements} & {"script", "link", "iframe", "object", "embed", "form", "base"}
    addresses = [
        each[name] or "" for _, each in read.elements for name in ("src", "href", "data", "action") if name in each
    ]
    assert addresses
    assert all(each.startswith(("#", "data:image/png;base64,")) for each in addresses)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|javascript:", page)
    assert not [name for _, each in read.elements for name in each if name.startswith("on")]


def test_what_is_seen_is_also_said(page: str) -> None:
    read = Page(page)
    ids = [each["id"] for _, each in read.elements if "id" in each]
    assert len(ids) == len(set(ids))
    assert {each["href"] for each in read.all("a")} <= {f"#{each}" for each in ids}
    drawings = [each for each in read.all("svg") if each.get("aria-hidden") != "true"]
    assert len(drawings) == 3  # accuracy, loss, learning rate
    for each in drawings:
        assert each["role"] == "img"
        assert set((each["aria-labelledby"] or "").split()) <= set(ids)
    assert "test goes from 90.00 % to 98.00 % over 2 epochs" in read.text
    assert [each["alt"] for each in read.all("img")] == [
        "test image 2: 2, taken for 3 with 75.0 %",
        "test image 1: 4, taken for 9 with 99.5 %",
    ]
    assert len(read.all("caption")) == len(read.all("table"))
    assert {each["scope"] for each in read.all("th")} == {"row", "col", "colgroup"}
    assert read.all("html") == [{"lang": "en"}]
    assert len(read.all("h1")) == 1


def test_lines_are_told_apart_without_colour(page: str) -> None:
    accuracy = page[page.index("Accuracy") : page.index("Loss</strong>")]
    for look, symbol in (("train c2", ""), ("validation c3", "<rect"), ("test c1", "<circle")):
        line = accuracy[accuracy.index(f'class="{look}"') :].partition("</g>")[0]
        assert (symbol or "<path") in line
        assert ("<rect" in line, "<circle" in line) == (symbol == "<rect", symbol == "<circle")
    dashes = dict(re.findall(r"\.chart \.(\w+) \.line \{[^}]*stroke-dasharray: ([^;]+);", page))
    assert dashes.keys() == {"train", "validation"}
    assert len(set(dashes.values())) == 2


def test_it_suits_a_dark_screen_a_narrow_one_and_paper(page: str) -> None:
    assert "@media screen and (prefers-color-scheme: dark)" in page
    assert "@media print" in page
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in Page(page).all("meta")
    assert all(each.get("tabindex") == "0" for each in Page(page).all("div") if each.get("class") == "scroll")


async def test_the_same_run_gives_the_same_bytes_wherever_it_is_read(
    tmp_path: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        folder = tmp_path / "0001-seed-cnn"
        again = written(await with_digits(facts_of(folder), Digits(), 9), "html")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert again == page
    assert "1970-01-01 00:16:40 UTC" in page
