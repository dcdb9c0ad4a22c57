"""Text from outside stays text: in a page, in Markdown, and copied from either into a terminal."""

import re
import unicodedata
from pathlib import Path

import pytest
from hostile import texts

from tests.tui.commands.report.made import Digits, Page, facts_of, make_run
from tui.report.asking import with_digits
from tui.report.markdown import plain
from tui.report.written import written

MARKUP = (
    '<script>alert(1)</script><img src="https://evil/x" onerror="x"></style></title></table>\'"><svg onload=x>',
    "&lt;b&gt; &#60;i> ]]> <!-- -->",
    "[link](https://evil) ![x](https://evil) <https://evil> https://evil www.evil `code` **bold** | a |\n# head\n```",
)
OURS = {
    "html", "head", "meta", "title", "style", "body", "header", "p", "h1", "h2", "h3", "span", "br", "nav", "ul", "li",
    "a", "main", "section", "div", "dl", "dt", "dd", "strong", "table", "caption", "thead", "tbody", "tr", "th", "td",
    "figure", "figcaption", "svg", "desc", "g", "path", "circle", "rect", "line", "text", "img", "pre", "code",
    "details", "footer", "summary",
}  # fmt: skip


async def report(tmp_path: Path, text: str, kind: str) -> str:
    printable = "".join(filter(str.isprintable, text))[:60]
    record = {
        "title": text, "note": f"{text}\nsecond line", "data_path": text, "reason": text, "device": text,
        "versions": {text[:50] or "x": text}, "data": text, "device_name": text,
        "classes": tuple(f"{text[:30]}{i}" for i in range(10)), "state": text[:20], "parent": text,
    }  # fmt: skip
    folders = [
        make_run(tmp_path, record=record, model=f"{printable}.py:Net"),
        make_run(tmp_path, record=record, lr=0.5),
    ]
    facts = await with_digits(facts_of(*folders), Digits(without_pictures=text), 9)
    return written(facts, kind)


@pytest.mark.parametrize("number", range(3))
async def test_markup_in_names_and_notes_is_shown_and_does_nothing(tmp_path: Path, number: int) -> None:
    page = await report(tmp_path, MARKUP[number], "html")
    read = Page(page)
    assert {name for name, _ in read.elements} <= OURS
    assert not [name for _, each in read.elements for name in each if name.startswith("on")]
    assert "second line" in read.text
    assert MARKUP[number][:30] in read.text
    assert len(read.all("h1")) == 1


@pytest.mark.parametrize("kind", ["html", "markdown"])
@pytest.mark.parametrize("number", [0, 7, 12])
async def test_nothing_that_a_terminal_or_a_reader_s_eye_would_obey_is_left(
    tmp_path: Path, number: int, kind: str
) -> None:
    written_text = await report(tmp_path, texts()[number], kind)
    written_text.encode()
    left = {each for each in written_text if unicodedata.category(each)[0] == "C"} - {"\n"}
    assert left == set()


@pytest.mark.parametrize("number", range(3))
async def test_markdown_makes_no_link_no_tag_and_no_further_cell(tmp_path: Path, number: int) -> None:
    lines = (await report(tmp_path, MARKUP[number], "markdown")).splitlines()
    prose = [line for line in lines if not line.startswith(("[picture-", "mnist-tui train", "# a ", "# b "))]
    text = "\n".join(prose)
    assert not re.search(r"(?<!\\)<", text)
    assert not re.search(r"(?<!\\)\[(?!picture-\d+\]$)[^\]]*(?<!\\)\]\(", text, re.M)
    assert not re.search(r"(?i)(https?:|www\.)", text)
    assert "evil" not in "".join(re.findall(r"^#+ head", text, re.M))
    for start in (i for i, line in enumerate(prose) if re.fullmatch(r"\|[-|: ]+\|", line)):
        columns = len(re.split(r"(?<!\\)\|", prose[start]))
        end = next((i for i in range(start, len(prose)) if not prose[i].startswith("|")), len(prose))
        assert {len(re.split(r"(?<!\\)\|", line)) for line in prose[start - 1 : end]} == {columns}


def test_words_stay_legible_in_markdown() -> None:
    assert plain("0001-seed-cnn, lr 0.001→0.01, 98.5 %") == "0001-seed-cnn, lr 0.001→0.01, 98.5 %"
    assert plain("a_b*c|d") == r"a\_b\*c\|d"
