"""A report as a page of HTML. Pure but for the style sheets, which are files beside this one."""

from functools import cache
from pathlib import Path

from engine.program.version import version
from tui.report.blocks import Document, Part, Section
from tui.report.drawing.picture import chart_style
from tui.report.markup import Safe, el, text
from tui.report.page.elements import Elements

# What a browser may load for this page: its own styles, and pictures that are in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def page(document: Document) -> str:
    """Return the whole page."""
    head = el(
        "head",
        Safe('<meta charset="utf-8">'),
        el("meta", http_equiv="Content-Security-Policy", content=Safe(POLICY)),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        el("meta", name="generator", content=f"mnist-tui {version()}"),
        el("title", f"{document.title}, {document.date}" if document.date else document.title),
        el("style", Safe(style())),
    )
    elements = Elements()
    body = el(
        "body",
        header(document),
        contents(document),
        el("main", (section(each, elements) for each in document.sections), id="report"),
        el("footer", el("p", "Made by mnist-tui from the files of the runs. It needs no network and no script.")),
    )
    return f'<!doctype html>\n<html lang="en">\n{head}\n{body}\n</html>\n'


def header(document: Document) -> Safe:
    note = document.note.strip()
    lines = [each for line in note.split("\n") for each in (Safe("<br>"), text(line))][1:]
    return el(
        "header",
        el("p", "Training report", class_="kind"),
        el("h1", document.title),
        el("p", document.subtitle, Safe(" <span>· </span>") if document.date else None, document.date, class_="about"),
        el("p", lines, class_="note") if note else None,
    )


def contents(document: Document) -> Safe:
    entries = (el("li", el("a", each.title, href=f"#{each.anchor}")) for each in document.sections)
    return el("nav", el("ul", entries), aria_label="Contents")


def section(each: Section, elements: Elements) -> Safe:
    return el("section", el("h2", each.title), (part(one, elements) for one in each.parts), "\n", id=each.anchor)


def part(each: Part, elements: Elements) -> Safe:
    title = el("h3", each.title) if each.title else None
    return el("div", title, (elements.of(block) for block in each.blocks), class_="part")


@cache
def style() -> str:
    return chart_style() + Path(__file__).with_name("style.css").read_text()
