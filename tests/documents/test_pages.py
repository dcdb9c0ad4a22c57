"""The pages of the guide, their sections, and what a search finds in them."""

from pathlib import Path

import pytest
from places import ROOT

from tui.documents.pages import INDEX, SCREEN_PAGES, Page, UnknownPage, find_page, load_pages
from tui.documents.search import search
from tui.documents.sections import sections, slug
from tui.documents.terminal_text import with_topics, without_web

SAMPLE = """# A page

<!-- keys: train -->
Words.

    # no heading, code

## `--data` takes, and more: *this*

```
## nor is this
```

## Twice

One.

## Twice

Two.
"""


def test_the_pages_are_those_of_the_folder_the_index_first_and_in_its_order() -> None:
    names = list(load_pages())
    assert names[0] == INDEX
    assert set(names) == {path.stem for path in (ROOT / "tui" / "guide").glob("*.md")}
    assert names.index("first-run") < names.index("charts") < names.index("comparison")
    assert all(page.title and page.title != page.name for page in load_pages().values())


def test_every_screen_has_a_page() -> None:
    assert {find_page(name).name for name in SCREEN_PAGES.values()} == {*SCREEN_PAGES.values()}


@pytest.mark.parametrize("name", ["runs", "Runs", " runs.md ", "RUNS"])
def test_a_page_is_found_by_its_name_however_it_is_written(name: str) -> None:
    assert find_page(name).name == "runs"


@pytest.mark.parametrize(
    ("name", "meant"), [("caoch", "coach"), ("network", "networks"), ("survive", "survives"), ("x", "index")]
)
def test_an_unknown_page_is_answered_with_those_of_a_similar_name(name: str, meant: str) -> None:
    with pytest.raises(UnknownPage, match=meant):
        find_page(name)


def test_sections_are_divided_at_headings_and_not_within_code() -> None:
    found = list(sections(Page("sample", "A page", SAMPLE)))
    assert [(each.number, each.level, each.heading) for each in found] == [
        (0, 1, "A page"), (1, 2, "--data takes, and more: *this*"), (2, 2, "Twice"), (3, 2, "Twice"),
    ]  # fmt: skip
    assert [each.anchor for each in found] == ["a-page", "--data-takes-and-more-this", "twice", "twice-1"]
    assert [found[2].text, found[3].text] == ["One.", "Two."]
    assert "# no heading" in found[0].text
    assert "## nor is this" in found[1].text


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("On a GPU", "on-a-gpu"), ("y, why", "y-why"), ("Calibration (`c`)", "calibration-c"),
     ("What [it](x.md) is", "what-it-is"), ("Data - and more", "data---and-more")],
)  # fmt: skip
def test_anchors_are_those_of_github(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


@pytest.mark.parametrize(
    ("words", "topic"),
    [("reject threshold", "certainty#calibration"), ("delete a run", "runs#deleted-runs"),
     ("learning rate finder", "training#the-learning-rate-finder"), ("resuming", "steering#pause-stop-resume"),
     ("batch", "training"), ("coach", "coach"), ("gpu", "speed#on-a-gpu"),
     ("wrong labels", "beliefs#labels-that-are-likely-wrong"), ("torchrun machines", "processes#several-machines"),
     ("kill -9", "survives")],
)  # fmt: skip
def test_what_is_looked_for_is_among_the_first(words: str, topic: str) -> None:
    found = [hit.topic for hit in search(words)]
    assert any(each.startswith(topic) for each in found[:4]), found[:6]


def test_a_section_with_all_words_comes_before_those_with_some_and_nonsense_finds_nothing() -> None:
    found = search("fork checkpoint parent")
    assert all(word in found[0].section.text.lower() for word in ("fork", "checkpoint", "parent"))
    assert search("xyzzy") == []
    assert search("   ") == []


def test_a_section_is_not_found_early_for_the_title_of_its_page_alone() -> None:
    first = [hit.topic for hit in search("learning")][:6]
    assert "training#the-learning-rate-finder" in first
    assert not any(topic.startswith("inside#") for topic in first), "its page is about what a network has learned"


def test_a_search_takes_signs_for_themselves_and_shows_the_place() -> None:
    hit = search("--reject")[0]
    assert "--reject" in hit.excerpt
    assert "|" not in hit.excerpt
    assert len(hit.excerpt) < 200
    assert search("(((") == [] or search("(((")[0].excerpt


def test_on_a_terminal_there_are_no_comments_and_pictures_and_links_name_their_topic() -> None:
    page = "<!-- keys: train -->\n![The screen](a.png) [charts](charts.md) [here](speed.md#on-a-gpu) [out](https://a.b)"
    assert without_web(page).startswith("*Picture: The screen.* [charts](charts.md)")
    assert with_topics(page) == "*Picture: The screen.* **charts** **here** (guide speed#on-a-gpu) [out](https://a.b)"


def test_the_pages_are_read_from_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    load_pages.cache_clear()
    assert INDEX in load_pages()


def test_a_search_for_a_whole_text_looks_for_its_first_words(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr("tui.documents.search.stem", lambda word: looked.append(word) or word)
    assert search("seeds " * 1000 + "x" * 100_000)
    assert looked[0] == "seeds"
    assert len(looked) < 3
    search(" ".join(map(str, range(1000))))
    assert len(looked) < 20
    assert search("\x00 \x1b[2J") == search("") == []
    search("[/] ( \\ .* (?P<")
