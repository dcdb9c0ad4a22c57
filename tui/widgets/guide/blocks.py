"""Paragraphs, tables and code of a page.

Textual's tables have a widget for each cell, and its code is cut on the right.
"""

from rich import box
from rich.table import Table
from textual.app import ComposeResult
from textual.color import Color, ColorParseError
from textual.content import Content
from textual.widgets import Static
from textual.widgets._markdown import Markdown, MarkdownBlock, MarkdownFence, MarkdownParagraph, MarkdownTable

from tui.widgets.guide.code_lines import CodeLines
from tui.widgets.guide.links import links_of, rich_text, with_chosen

LONG = 48  # characters of a cell that fill several lines, from which rows have lines between them


class LinkedParagraph(MarkdownParagraph):
    """A paragraph, of which a link may be chosen."""

    def links(self) -> list[str]:
        return [link for _, link in links_of(self._content)]

    def mark(self, chosen: int | None) -> None:
        self.update(with_chosen(self._content, chosen))


class TableText(Static):
    """All cells of a table."""

    async def action_link(self, href: str) -> None:
        self.post_message(Markdown.LinkClicked(self.query_ancestor(Markdown), href))


class LinkedTable(MarkdownTable):
    """A table in one widget, of which a link may be chosen."""

    def compose(self) -> ComposeResult:
        self._headers, self._rows = self._get_headers_and_rows()
        yield TableText(self._drawn())

    def links(self) -> list[str]:
        return [link for cell in self._cells() for _, link in links_of(cell)]

    def mark(self, chosen: int | None) -> None:
        self.query_one(TableText).update(self._drawn(chosen))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        for text in self.query(TableText):
            text.update(self._drawn())

    def _cells(self) -> list[Content]:
        return [*self._headers, *(cell for row in self._rows for cell in row)]

    def _drawn(self, chosen: int | None = None) -> Table:
        long = any(len(cell.plain) > LONG for cell in self._cells())
        table = Table(
            box=box.SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, show_edge=False, show_lines=long,
            show_header=any(header.plain for header in self._headers), header_style="bold", leading=0,
        )  # fmt: skip
        code, before = self._code_style(), 0
        texts = []
        for cell in self._cells():
            count = len(list(links_of(cell)))
            here = chosen - before if chosen is not None and before <= chosen < before + count else None
            texts.append(rich_text(cell, code, here))
            before += count
        columns = len(self._headers)
        for header in texts[:columns]:
            table.add_column(header, overflow="fold")
        for start in range(columns, len(texts), columns):
            table.add_row(*texts[start : start + columns])
        return table

    def _code_style(self) -> str:
        """Return the colour of code, as that of paragraphs is; bold where the theme has only those of the terminal."""
        try:
            return Color.parse(self.app.get_css_variables()["text-accent"]).hex6
        except (ColorParseError, KeyError):
            return "bold"


class CodeBlock(MarkdownFence):
    """Code whose lines are folded, never cut."""

    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:
        return Content(code)

    def compose(self) -> ComposeResult:
        yield Static(CodeLines(self.code))


BLOCKS: dict[str, type[MarkdownBlock]] = {
    **Markdown.BLOCKS,
    "paragraph_open": LinkedParagraph,
    "table_open": LinkedTable,
    "fence": CodeBlock,
    "code_block": CodeBlock,
}
