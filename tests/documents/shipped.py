"""README.md and the pages of the guide, in the parts that tests look at: commands, keys, links, figures."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import click
from markdown_it import MarkdownIt
from markdown_it.token import Token
from places import ROOT

from tui.__main__ import cli

DOCUMENTS = {path.name: path for path in (ROOT / "README.md", *sorted((ROOT / "tui" / "guide").glob("*.md")))}
STANDS_FOR = {  # what a reader puts in the place of these words
    "RUN": "1", "RUNS": "runs", "N": "2", "FOLDER": "digits", "FILE": "seven.png", "FILE.py:Class": "mine.py:Net",
    "NAME": "mlp", "RATE": "0.01", "TOPIC": "runs", "WORDS": "words", "VALUE": "1", "SHELL": "bash",
}  # fmt: skip
COMMENT = re.compile(r" {2,}.*$| # .*$")
TAKEN_ON = re.compile(r" [|>] .*$")  # by another program, or a file
ALTERNATIVES = re.compile(r"[^\s'\"]+\|[^\s'\"]+")


@dataclass(frozen=True)
class Code:
    """What a document says in the letters of a machine, and whether it stands within a sentence."""

    document: str
    text: str
    inline: bool


@cache
def tokens(document: str) -> tuple[Token, ...]:
    """Return the Markdown of a document, in the order of its text, what is within paragraphs included."""
    parsed = MarkdownIt("commonmark").enable("table").parse(DOCUMENTS[document].read_text())
    return tuple(each for token in parsed for each in (token, *(token.children or ())))


def all_code(document: str) -> Iterator[Code]:
    for token in tokens(document):
        if token.type == "code_inline":
            yield Code(document, " ".join(token.content.split()), True)
        elif token.type in ("code_block", "fence"):
            for line in token.content.replace("\\\n", " ").splitlines():
                yield Code(document, line.strip(), False)


def commands_in(document: str) -> Iterator[Code]:
    """Yield what calls this program, and what calls one of its tests."""
    for code in all_code(document):
        text = TAKEN_ON.sub("", code.text if code.inline else COMMENT.sub("", code.text))
        for part in text.split(" && "):
            first, _, rest = part.partition(" ")
            if first == "mnist-tui" or (part.startswith("python -m ") and not part.startswith("python -m pip")):
                yield Code(document, part, code.inline)
            elif code.inline and rest not in ("", "mnist-tui") and first in cli.commands:
                yield Code(document, f"mnist-tui {part}", True)


def meant(command: str) -> Iterator[str]:
    """Yield the commands that one with alternatives stands for: `a|b` for each, `[c]` without it and with it."""
    parts = re.split(r"(\[[^]]*\])", command)
    for kept in product(*[("", part[1:-1]) if part.startswith("[") else (part,) for part in parts]):
        text = " ".join("".join(kept).split())
        spots = ALTERNATIVES.findall(text)
        for chosen in product(*[spot.split("|") for spot in spots]):
            now = text
            for spot, word in zip(spots, chosen, strict=True):
                now = now.replace(spot, word, 1)
            yield now


def words_of(command: str) -> list[str]:
    """Return a command in words, without `mnist-tui`; real values stand for RUN, FOLDER and the like."""
    words = shlex.split(command.replace("...", ""))[1:]
    return [STANDS_FOR.get(word, word) for word in words if word != "--help"]


def parse(words: list[str]) -> None:
    """Have click parse a command of this program without running it. Raises click.ClickException."""
    context = cli.make_context("mnist-tui", list(words))
    command: click.Command = cli
    rest = [*context._protected_args, *context.args]
    while isinstance(command, click.Group) and rest:
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        context = found.make_context(name, rest, parent=context)
        command, rest = found, [*context._protected_args, *context.args]


def every_option() -> set[str]:
    """Return the options of all commands."""

    def walk(command: click.Command) -> Iterator[str]:
        for param in command.params:
            yield from (*param.opts, *param.secondary_opts)
        for name in command.commands if isinstance(command, click.Group) else ():
            yield from walk(command.commands[name])

    return {*walk(cli), "--help", "--version"}


def page_of(link: str, document: str) -> tuple[Path, str]:
    """Return the file that a relative link leads to, and the anchor."""
    place, _, anchor = link.partition("#")
    return (DOCUMENTS[document].parent / place if place else DOCUMENTS[document]).resolve(), anchor
