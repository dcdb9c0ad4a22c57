"""The sections of the guide in which words are found, best first.

A section counts more the more of the words it has, then the rarer they are (their inverse document frequency, Spärck
Jones 1972), then where they stand: in a heading, in the title of the page, in the text.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tui.documents.pages import INDEX, load_pages
from tui.documents.sections import Section, plain, sections
from tui.documents.terminal_text import without_web

MOST = 30
MOST_WORDS, LONGEST = 12, 400  # that are looked for, and characters of them: each key searches all pages
EXCERPT, BEFORE = 190, 30  # characters of an excerpt, and of it before the word: as a wide and a narrow list show
HEADING, TITLE, NAME = 4.0, 2.0, 2.0  # what a word is worth there; in the text up to 1
OF_PAGE = 0.3  # and where only the page has it in its title
ENDING = re.compile(r"(?<=\w{3})(ings?|ed|es|s|e)$")


@dataclass(frozen=True)
class Hit:
    section: Section
    excerpt: str

    @property
    def topic(self) -> str:
        """What leads there: `speed`, or `speed#on-a-gpu` for a section of it."""
        return self.section.page + (f"#{self.section.anchor}" if self.section.number else "")

    @property
    def heading(self) -> str:
        title, heading = self.section.title, self.section.heading
        return title if heading == title else f"{title} › {heading}"


@cache
def all_sections() -> tuple[tuple[Section, str], ...]:
    """Return every section with its text as it is searched; the index only names the others."""
    found = (section for page in load_pages().values() if page.name != INDEX for section in sections(page))
    return tuple((section, plain(without_web(section.text))) for section in found)


def search(sought: str) -> list[Hit]:
    """Return the best sections; none where no word is found. A word also finds those that begin with its stem."""
    some = list(dict.fromkeys(sought[:LONGEST].split()))[:MOST_WORDS]
    words = [re.compile(rf"(?<!\w){re.escape(stem(word))}", re.IGNORECASE) for word in some]
    counts = [[occurrences(word, section, text) for word in words] for section, text in all_sections()]
    total = len(counts)
    rare = [math.log(1 + total / (1 + sum(row[i] > 0 for row in counts))) for i in range(len(words))]
    ranked = [
        (sum(count > 0 for count in row), sum(count * weight for count, weight in zip(row, rare, strict=True)), -i)
        for i, row in enumerate(counts)
    ]
    best = sorted((rank for rank in ranked if rank[0]), reverse=True)[:MOST]
    found = [all_sections()[-i] for _, _, i in best]
    return [Hit(section, excerpt(text, words, rare)) for section, text in found]


def stem(word: str) -> str:
    return ENDING.sub("", word)


def occurrences(word: re.Pattern[str], section: Section, text: str) -> float:
    """Return how much a word is in a section."""
    often = len(word.findall(text))
    heading = HEADING if word.search(section.heading) else 0.0
    page = sum(worth for worth, where in ((TITLE, section.title), (NAME, section.page)) if word.search(where))
    if section.number and not often and not heading:  # the page is about it, this section is not
        page = min(page, OF_PAGE)
    return often / (often + 1) + heading + page


def excerpt(text: str, words: Iterable[re.Pattern[str]], rare: Iterable[float]) -> str:
    """Return the words around the rarest one that is in the text, in one line."""
    line = " ".join(re.sub(r"[|]|-{3,}", " ", text).split())
    places = [(weight, found.start()) for word, weight in zip(words, rare, strict=True) if (found := word.search(line))]
    at = max(places, default=(0.0, 0))[1]
    begin = line.rfind(" ", 0, max(0, at - BEFORE)) + 1
    cut = line[begin : begin + EXCERPT]
    end = cut if begin + EXCERPT >= len(line) else cut.rpartition(" ")[0] + " ..."
    return ("... " if begin else "") + end
