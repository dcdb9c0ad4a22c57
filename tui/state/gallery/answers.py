"""What the screen of digits asked, and what came of it. Pure.

There is one question of a kind at a time. Its kind is told by its id, which the answer repeats: so answers to other
screens, and the digits beside the charts, are told apart from these.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from engine.vocabulary.messages import AnyEvent, Command, CommandFailed, GalleryTold, PixelsTold
from tui.state.gallery.rows import Gallery, told
from tui.terminal.sanitize import sanitize

Kind = Literal["gallery", "pixels", "answer", "belief", "nearest", "learning", "labels", "differ"]
IDS: dict[Kind, int] = {
    "gallery": 201, "pixels": 202, "answer": 203, "belief": 204, "nearest": 205, "learning": 206, "labels": 207,
    "differ": 208,
}  # fmt: skip
KINDS = {number: kind for kind, number in IDS.items()}
MOST_PIXELS_KEPT = 6000  # digits: 5 MB
PIXELS = 28 * 28

Source = tuple[str, str, str]  # run, part and folder of digits


class Question(msgspec.Struct, frozen=True):
    """`mark` tells apart questions that read alike, and have other answers by now: the epoch, say."""

    command: Any
    mark: object = None


class Answer(msgspec.Struct, frozen=True):
    command: Any
    event: Any


class GalleryState(msgspec.Struct, frozen=True):
    """The last question of each kind, those that are open, and why others have no answer; the digits, the newest of
    their pixels, and the last answer of each other kind."""

    asked: Mapping[Kind, Question] = msgspec.field(default_factory=dict)
    open: frozenset[Kind] = frozenset()
    problems: Mapping[Kind, str] = msgspec.field(default_factory=dict)
    answers: Mapping[Kind, Answer] = msgspec.field(default_factory=dict)
    shown: Gallery | None = None
    coming: Gallery | None = None  # another one, of which pages are missing
    pixels: Mapping[tuple[Source, int], bytes] = msgspec.field(default_factory=dict)

    def wants(self, kind: Kind, command: Command, mark: object = None) -> bool:
        """Whether this is to be asked: nothing of its kind is open, and this was not the last question."""
        return kind not in self.open and self.asked.get(kind) != Question(command, mark)

    def asking(self, kind: Kind, command: Any, mark: object = None) -> "GalleryState":
        """Return the state once this is asked."""
        problems = {each: why for each, why in self.problems.items() if each != kind}
        asked = {**self.asked, kind: Question(command, mark)}
        if kind == "gallery" and command.start:  # a further page of the same answer
            asked = dict(self.asked)
        return replace(self, asked=asked, open=self.open | {kind}, problems=problems)

    def answered(self, event: AnyEvent) -> "GalleryState":
        """Return the state after the answer to a question of KINDS, or a refusal."""
        kind = KINDS[event.reply_to]
        if kind not in self.open:
            return self
        command, state = self.asked[kind].command, replace(self, open=self.open - {kind})
        match event:
            case CommandFailed():
                return replace(state, problems={**self.problems, kind: sanitize(event.reason)}, coming=None)
            case GalleryTold():
                gallery = told(self.coming, event, getattr(command, "data", ""))
                if gallery.complete or self.shown is None or not same_digits(self.shown, gallery):
                    state = replace(state, shown=gallery)
                return replace(state, coming=None if gallery.complete else gallery)
            case PixelsTold():
                source = (command.run, command.part, command.data)
                found = {
                    (source, index): event.pixels[PIXELS * place : PIXELS * (place + 1)]
                    for place, index in enumerate(event.indices)
                }
                kept = {key: each for key, each in self.pixels.items() if key not in found} | found
                surplus = len(kept) - MOST_PIXELS_KEPT
                return replace(state, pixels=dict(list(kept.items())[surplus:]) if surplus > 0 else kept)
            case _:
                return replace(state, answers={**self.answers, kind: Answer(command, event)})


def same_digits(one: Gallery, other: Gallery) -> bool:
    return (one.run, one.part, one.data) == (other.run, other.part, other.data)
