"""Splits what a terminal sends into whole pieces: text, control sequences, pastes.

A link cuts where it likes: in the middle of a character, a mouse report, or a paste. Textual's parser takes what comes
late for keys, and its driver ends the screen at a byte that is no UTF-8. So a piece waits here until all of it has
come; what never comes whole is dropped, and a byte that means nothing becomes U+FFFD.
https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
"""

import codecs
import locale
import re
from collections.abc import Iterator

from textual.constants import ESCAPE_DELAY
from textual.events import Key, Paste

SEQUENCE_TIMEOUT = 1.0  # seconds for the rest of a sequence, or of a character
PASTE_TIMEOUT = 3.0  # for more of a paste whose end was not seen
LONGEST_PASTE = 1 << 16  # bytes; the rest is dropped: no field takes more
LONGEST_SEQUENCE = 32  # bytes that Textual reads; a longer one would be taken for keys
LONGEST_STRING = 1 << 12  # bytes of an answer that nobody here asked for

ESCAPE = 0x1B
PASTE_BEGIN, PASTE_END = b"\x1b[200~", b"\x1b[201~"
SEQUENCES = (  # whole ones, and how they begin when the rest is still to come
    (re.compile(rb"\x1b\[\[[!-~]"), re.compile(rb"\x1b\[\[?\Z")),  # function keys of the Linux console
    (re.compile(rb"\x1b\[\d\d?\$"), re.compile(rb"\x1b\[\d{0,2}\Z")),  # keys of rxvt with Shift
    (re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]"), re.compile(rb"\x1b\[[0-?]*[ -/]*\Z")),  # CSI
    (re.compile(rb"\x1bO[!-~]"), re.compile(rb"\x1bO\Z")),  # SS3
)
# A mouse report as of X10: three bytes, of any value from 32 on. Textual reads none, as it asks for decimal ones.
MOUSE, MOUSE_BEGUN = re.compile(rb"\x1b\[M[^\x1b]{3}"), re.compile(rb"\x1b\[M[^\x1b]{0,2}\Z")
# A terminal's answer to a question that another program has asked, as to its colours.
STRING = re.compile(rb"\x1b(?:\]\d|P[\d!$+=>]|_G)[^\x07\x1b]*(\x07|\x1b\\)?")
BROKEN = re.compile(rb"\x1b\[(?:M[^\x1b]{0,2}|[0-?]*[ -/]*)")  # a sequence that another byte cut off
KEYS = (b"\x1b", b"\x1bO", b"\x1b]", b"\x1bP", b"\x1b_")  # Escape, and Alt with a key, if nothing follows


class TerminalInput:
    """Takes bytes as they come; gives text for Textual's parser, and events where that parser is not needed."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._rest = b""  # the beginning of a piece
        self._paste: bytearray | None = None

    def feed(self, data: bytes) -> Iterator[str | Key | Paste]:
        self._rest += data
        while self._rest:
            before = len(self._rest)
            yield from self._take_paste() if self._paste is not None else self._take()
            if len(self._rest) == before:
                return

    def expire(self, silent: float) -> Iterator[str | Key | Paste]:
        """Give up waiting for the rest of a piece when nothing has come for so many seconds."""
        if self._paste is not None:
            if silent >= PASTE_TIMEOUT:
                self._rest = b""
                yield self._end_paste()
        elif self._rest in KEYS:
            if silent >= ESCAPE_DELAY:
                key, self._rest = self._rest, b""
                yield Key("escape", "\x1b") if key == b"\x1b" else key.decode()
        elif silent >= SEQUENCE_TIMEOUT:
            self._rest = b""
            yield from self._decode(b"", final=True)

    def _take(self) -> Iterator[str | Key | Paste]:
        """Take one piece from the front, or nothing when the rest of it is still to come."""
        rest = self._rest
        if rest[0] != ESCAPE:
            yield from self._text(rest.find(b"\x1b"))
            return
        yield from self._decode(b"", final=True)  # no character goes on after an escape
        if MOUSE_BEGUN.match(rest):
            return
        elif rest.startswith(b"\x1b[M"):
            found = MOUSE.match(rest) or BROKEN.match(rest)
            assert found is not None
            self._rest = rest[found.end() :]
        elif rest.startswith(b"\x1b\x1b"):
            self._rest = rest[1:]
            yield Key("escape", "\x1b")
        elif found := STRING.match(rest):
            if found[1] is not None or rest[found.end() :] > b"\x1b" or len(rest) > LONGEST_STRING:
                self._rest = rest[found.end() :]
        elif rest in KEYS:
            return
        elif rest[1:2] in (b"[", b"O"):
            yield from self._sequence()
        else:  # Alt and a key
            yield from self._text(rest.find(b"\x1b", 1))

    def _text(self, end: int) -> Iterator[str]:
        whole, self._rest = (self._rest, b"") if end < 0 else (self._rest[:end], self._rest[end:])
        yield from self._decode(whole, final=end >= 0)

    def _decode(self, data: bytes, *, final: bool) -> Iterator[str]:
        if text := self._decoder.decode(data, final):
            yield text

    def _sequence(self) -> Iterator[str]:
        rest = self._rest
        for whole, _ in SEQUENCES:
            if found := whole.match(rest):
                self._rest = rest[found.end() :]
                if found[0] == PASTE_BEGIN:
                    self._paste = bytearray()
                elif found[0] != PASTE_END and len(found[0]) <= LONGEST_SEQUENCE:
                    yield found[0].decode()
                return
        if any(begun.match(rest) for _, begun in SEQUENCES):
            self._rest = rest[: LONGEST_SEQUENCE + 1]  # too long already, and no longer than needed to know it
            return
        found = BROKEN.match(rest)
        self._rest = rest[found.end() if found else 2 :]

    def _take_paste(self) -> Iterator[Paste]:
        assert self._paste is not None
        content, end, self._rest = self._rest.partition(PASTE_END)
        if not end:  # its last bytes may be the first of the end
            kept = next((n for n in range(len(PASTE_END) - 1, 0, -1) if content.endswith(PASTE_END[:n])), 0)
            content, self._rest = (content[:-kept], content[-kept:]) if kept else (content, b"")
        self._paste += content[: LONGEST_PASTE - len(self._paste)]
        if end:
            yield self._end_paste()

    def _end_paste(self) -> Paste:
        assert self._paste is not None
        text = self._paste.decode(self.encoding, errors="replace").replace("\0", "")
        self._paste = None
        return Paste(text)


def terminal_encoding() -> str:
    """Return what the locale says of the terminal's characters; UTF-8 where it says nothing of use."""
    try:
        name = codecs.lookup(locale.nl_langinfo(locale.CODESET)).name
    except LookupError:
        return "utf-8"
    return "utf-8" if name == "ascii" else name
