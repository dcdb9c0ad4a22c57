"""The pages of the guide, in the order in which its index names them."""

import difflib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

INDEX = "index"
SUFFIX = ".md"
LINK = re.compile(r"\]\((?P<name>[\w-]+)\.md\)")
SCREEN_PAGES = {  # the page that tells of a screen
    "train": "charts",
    "digits": "digits",
    "confusion": "confusion",
    "runs": "runs",
    "setup": "setup",
    "tune": "tuning",
    "draw": "drawing",
    "inside": "inside",
}


class UnknownPage(Exception):
    """No page has this name; the message says which have a similar one."""


@dataclass(frozen=True)
class Page:
    """A page: `name` is that of its file without ending, `title` its first heading, `text` its Markdown."""

    name: str
    title: str
    text: str


@cache
def load_pages() -> dict[str, Page]:
    """Return all pages by name: the index, those that it links to in its order, then any others.

    Raises OSError where they cannot be read.
    """
    folder = files("tui") / "guide"
    texts = {
        each.name.removesuffix(SUFFIX): each.read_text(encoding="utf-8")
        for each in folder.iterdir()
        if each.name.endswith(SUFFIX)
    }
    order = [INDEX, *LINK.findall(texts[INDEX]), *sorted(texts)]
    return {name: Page(name, title_of(texts[name]), texts[name]) for name in dict.fromkeys(order) if name in texts}


def title_of(text: str) -> str:
    return text.lstrip().partition("\n")[0].removeprefix("# ").strip()


def find_page(name: str) -> Page:
    """Return the page of a name, with or without `.md`. Raises UnknownPage."""
    pages = load_pages()
    wanted = name.strip().lower().removesuffix(SUFFIX)
    if wanted in pages:
        return pages[wanted]
    titles = {page.title.lower(): page.name for page in pages.values()}
    near = [titles.get(each, each) for each in difflib.get_close_matches(wanted, [*pages, *titles], n=4)]
    near += [page.name for page in pages.values() if len(wanted) > 2 and wanted in page.title.lower()]
    if near:
        raise UnknownPage(f"no page is called {name!r}; did you mean {' or '.join(dict.fromkeys(near))}?")
    raise UnknownPage(f"no page is called {name!r}; there are {', '.join(pages)}")
