"""The list of pages, in the groups of the index, with the sections of the one that is read; what a search has found."""

from collections.abc import Iterable, Sequence

from rich.text import Text
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.documents.pages import INDEX, LINK, Page, load_pages
from tui.documents.search import Hit
from tui.documents.sections import sections
from tui.widgets.list_keys import LIST_KEYS, ListKeys


class Topics(ListKeys, OptionList):
    """A list of topics, whose ids are theirs: a click takes one, as Enter does."""

    BINDINGS = LIST_KEYS
    sideways = False

    def show_page(self, page: Page, *, in_full: bool) -> None:
        """List all pages by their titles, the one that is read with its sections, and put the cursor there."""
        self.clear_options()
        self.add_options(options(page, in_full))
        self.highlighted = self.get_option_index(page.name)

    def show_hits(self, hits: Sequence[Hit]) -> None:
        self.clear_options()
        self.add_options(
            Option(Text.assemble((hit.heading, "bold"), "\n  ", hit.excerpt), f"{i}:{hit.topic}")
            for i, hit in enumerate(hits)
        )
        self.highlighted = 0 if hits else None


def options(page: Page, in_full: bool) -> Iterable[Option]:
    pages = load_pages()
    yield Option(pages[INDEX].title, INDEX)
    for group in sections(pages[INDEX]):
        names = [name for name in LINK.findall(group.text) if name in pages]
        if names:
            yield Option(Text(group.heading, "bold"), disabled=True)
        for name in names:
            title = pages[name].title
            yield Option(f"  {title if in_full else title.partition(':')[0].partition(',')[0]}", name)
            if name == page.name:
                for section in sections(page):
                    if section.level == 2:
                        yield Option(f"    · {section.heading}", f"{name}#{section.anchor}")
