"""Markdown without what only a web page has: comments, pictures, links to other pages by their file."""

import re

COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
PICTURE = re.compile(r"!\[(?P<words>[^]]*)\]\([^)]*\)")
PAGE_LINK = re.compile(r"\[(?P<words>[^]]+)\]\((?P<name>[\w-]+)\.md(?P<anchor>#[\w-]+)?\)")


def without_web(markdown: str) -> str:
    """Return a page for a terminal; a picture becomes its description."""
    return PICTURE.sub(r"*Picture: \g<words>.*", COMMENT.sub("", markdown))


def with_topics(markdown: str) -> str:
    """Return a page whose links to others name their topic, for `mnist-tui guide TOPIC`."""
    return PAGE_LINK.sub(topic, without_web(markdown))


def topic(link: re.Match[str]) -> str:
    name = link["name"] + (link["anchor"] or "")
    return f"**{link['words']}**" + ("" if link["words"] == name else f" (guide {name})")
