"""`mnist-tui guide`: the documentation that ships with the program, read in a pager or as Markdown."""

import shutil
import sys

import click

WIDEST = 100  # columns of text that are easy to read
INDENT = 4


@click.command()
@click.argument("topic", default="index")
@click.option("--search", "sought", metavar="WORDS", help="List the sections that have these words, best first.")
def guide(topic: str, sought: str | None) -> None:
    """Read the guide: what the program can do, and how.

    TOPIC is a page (charts), or a section of one (speed#on-a-gpu); without it, the index. On a terminal you
    read in a pager; otherwise the page goes to stdout as Markdown. The same guide opens in the app: ?, then Enter.
    """
    if sought is not None:
        print_hits(sought)
        return
    from tui.documents.pages import INDEX, UnknownPage, find_page
    from tui.documents.sections import sections

    name, _, anchor = topic.partition("#")
    try:
        page = find_page(name or INDEX)
    except UnknownPage as error:
        raise click.ClickException(str(error)) from error
    text = page.text
    if anchor:
        below = {each.anchor: each for each in sections(page)}
        if anchor not in below:
            raise click.ClickException(f"{page.name} has no section {anchor!r}; it has {', '.join(below)}")
        text = f"# {page.title}: {below[anchor].heading}\n\n{below[anchor].text}\n"
    if sys.stdout.isatty():
        click.echo_via_pager(rendered(text), color=True)
    else:
        click.echo(text, nl=False)


def rendered(markdown: str) -> str:
    """Return Markdown as text with the escape codes of a terminal; none of colour where NO_COLOR is set."""
    from rich.console import Console
    from rich.markdown import Markdown

    from tui.documents.terminal_text import with_topics
    from tui.terminal.ascii import needs_ascii, to_ascii

    width = min(shutil.get_terminal_size().columns, WIDEST)
    console = Console(force_terminal=True, width=width, highlight=False)
    with console.capture() as captured:
        console.print(Markdown(with_topics(markdown), hyperlinks=False))
    lines = captured.get().splitlines(keepends=True)
    return "".join(map(to_ascii, lines) if needs_ascii() else lines)


def print_hits(sought: str) -> None:
    from tui.documents.search import search
    from tui.terminal.sanitize import sanitize

    hits = search(sought)
    if not hits:
        raise click.ClickException(
            f"the guide has none of these words: {sanitize(sought)!r}; `mnist-tui guide` lists its pages"
        )
    terminal = sys.stdout.isatty()
    room = shutil.get_terminal_size().columns - INDENT if terminal else None
    for hit in hits:
        click.echo(f"{click.style(hit.topic, bold=terminal)}  {hit.heading}\n{' ' * INDENT}{hit.excerpt[:room]}")
