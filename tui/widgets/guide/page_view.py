"""A page of the guide, and the link that is chosen on it."""

from markdown_it import MarkdownIt
from textual.widget import Widget
from textual.widgets import Markdown
from textual.widgets._markdown import MarkdownHeader

from tui.documents.pages import Page
from tui.documents.terminal_text import without_web
from tui.widgets.guide.blocks import BLOCKS, LinkedParagraph, LinkedTable

Block = LinkedParagraph | LinkedTable


class PageView(Markdown):
    """A page; a link that is clicked, or chosen and followed, is posted as `LinkClicked`."""

    BLOCKS = BLOCKS

    DEFAULT_CSS = """
    PageView {
        padding: 0 1 1 1;
        MarkdownH1 { content-align: left middle; margin: 0 0 1 0; background: transparent; text-style: bold underline; }
        MarkdownH2, MarkdownH3 { margin: 1 0 1 0; text-style: bold; }
        MarkdownTable, MarkdownTable:light { margin: 0 0 1 0; background: transparent; }
        MarkdownFence, MarkdownFence:light {
            margin: 0 0 1 0; padding: 0 1; overflow: hidden; color: $foreground; background: $boost;
        }
        MarkdownBlock:dark > .code_inline, MarkdownBlock:light > .code_inline {
            background: transparent; color: $text-accent;
        }
        Static { height: auto; }
    }
    """

    def __init__(self) -> None:
        super().__init__("", parser_factory=parser, open_links=False)
        self._chosen: tuple[Block, int] | None = None

    async def show_page(self, page: Page) -> None:
        self._chosen = None
        await self.update(without_web(page.text))

    def heading(self, number: int) -> MarkdownHeader | None:
        """Return the heading of a section by its number."""
        headings = list(self.query(MarkdownHeader))
        return headings[number] if number < len(headings) else None

    def choose(self, step: int) -> None:
        """Choose the next link or the one before; where none is chosen, the first one in sight."""
        blocks = [each for each in self.walk_children() if isinstance(each, LinkedParagraph | LinkedTable)]
        links = [(block, i) for block in blocks for i in range(len(block.links()))]
        if not links:
            return
        if self._chosen in links:
            at = links.index(self._chosen) + step
        else:
            top = self.parent.region.y if isinstance(self.parent, Widget) else 0
            in_sight = [i for i, (block, _) in enumerate(links) if block.region.bottom > top]
            at = (in_sight[0] if in_sight else 0) if step > 0 else -1
        if self._chosen is not None:
            self._chosen[0].mark(None)
        self._chosen = links[at % len(links)]
        block, number = self._chosen
        block.mark(number)
        block.scroll_visible(animate=False)

    @property
    def chosen(self) -> str:
        """Where the chosen link leads; empty where none is chosen."""
        if self._chosen is None:
            return ""
        block, number = self._chosen
        return block.links()[number]


def parser() -> MarkdownIt:
    """Return a parser that takes addresses for links, and no names of files."""
    made = MarkdownIt("gfm-like")
    if made.linkify is not None:
        made.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    return made
