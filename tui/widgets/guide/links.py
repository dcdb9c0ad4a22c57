"""The links of a text of Textual's Markdown, whose spans have a click that follows them."""

from ast import literal_eval
from collections.abc import Iterator

from rich.style import Style as RichStyle
from rich.text import Text
from textual.content import Content, Span
from textual.style import Style

CHOSEN = "reverse bold"
CLICK, CALL = "@click", "link("


def links_of(content: Content) -> Iterator[tuple[Span, str]]:
    """Yield the span of each link, and where it leads."""
    for span in content.spans:
        action = str(span.style.meta.get(CLICK, "")) if isinstance(span.style, Style) else ""
        if action.startswith(CALL):
            yield span, literal_eval(action.removeprefix(CALL).removesuffix(")"))


def with_chosen(content: Content, chosen: int | None) -> Content:
    """Return the text with one of its links, by its number, as the one that Enter follows."""
    if chosen is None:
        return content
    span, _ = list(links_of(content))[chosen]
    return content.stylize(CHOSEN, span.start, span.end)


def rich_text(content: Content, code: str, chosen: int | None = None) -> Text:
    """Return the text for a table of rich; `code` is the style of what is in the letters of a machine."""
    text = Text(content.plain)
    for span in content.spans:
        if isinstance(span.style, Style):
            text.stylize(RichStyle(meta=dict(span.style.meta), underline=True), span.start, span.end)
        else:
            style = {".code_inline": code, ".strong": "bold", ".em": "italic", ".s": "strike"}.get(span.style, "")
            text.stylize(style, span.start, span.end)
    if chosen is not None:
        span, _ = list(links_of(content))[chosen]
        text.stylize(CHOSEN, span.start, span.end)
    return text
