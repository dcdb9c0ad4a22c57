"""A page in sections: what stands below one heading, up to the next one."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tui.documents.pages import Page

HEADING = re.compile(r"(?P<level>#{1,6}) +(?P<words>.+?)#* *$")
FENCE = re.compile(r" {0,3}(```|~~~)")
MARKUP = re.compile(r"`|\*\*|!?\[(?P<words>[^]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Section:
    """A heading and what is below it; `number` counts the headings of the page, from 0, the page's title."""

    page: str
    title: str
    number: int
    level: int
    heading: str
    anchor: str
    text: str


def plain(markdown: str) -> str:
    """Return a line without code, bold and links, only their words."""
    return MARKUP.sub(lambda found: found["words"] or "", markdown)


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", plain(heading).lower()).strip().replace(" ", "-")


def sections(page: Page) -> Iterator[Section]:
    """Yield the sections of a page; a heading that comes twice has an anchor that ends in `-1`, as on GitHub."""
    seen: Counter[str] = Counter()
    number, level, heading, lines, fenced = 0, 1, page.title, list[str](), False

    def section() -> Section:
        base = slug(heading)
        anchor = f"{base}-{seen[base]}" if seen[base] else base
        seen[base] += 1
        return Section(page.name, page.title, number, level, plain(heading), anchor, "\n".join(lines).strip())

    for line in page.text.lstrip().splitlines()[1:]:
        fenced ^= FENCE.match(line) is not None
        if not fenced and (found := HEADING.match(line)):
            yield section()
            number, level, heading, lines = number + 1, len(found["level"]), found["words"], []
        else:
            lines.append(line)
    yield section()
