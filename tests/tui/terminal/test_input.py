"""What a terminal sends, cut wherever a link may cut it, and what no terminal should send."""

import random

import pytest
from textual.events import Key, Paste

from tui.terminal.input import LONGEST_PASTE, PASTE_TIMEOUT, SEQUENCE_TIMEOUT, TerminalInput

ESCAPE = "<escape>"


def shown(pieces: object) -> list[str]:
    names = []
    for piece in pieces:  # type: ignore[attr-defined]
        match piece:
            case Key():
                names.append(f"<{piece.key}>")
            case Paste():
                names.append(f"paste {piece.text}")
            case text:
                names.append(text)
    return names


def read(*chunks: bytes, encoding: str = "utf-8", silence: float = 60.0) -> list[str]:
    """Return the pieces that come of bytes read one chunk after the other, and then of a long silence."""
    source = TerminalInput(encoding)
    pieces = [piece for chunk in chunks for piece in source.feed(chunk)]
    return shown([*pieces, *source.expire(silence)])


@pytest.mark.parametrize(
    ("sent", "pieces"),
    [
        (b"q", ["q"]),
        ("é☃".encode(), ["é☃"]),
        (b"\xe9", ["\ufffd"]),
        (b"\xe9t\xe9", ["\ufffdt", "\ufffd"]),
        (b"\xe9\x1b[A", ["\ufffd", "\x1b[A"]),
        (b"\xff\xfe\x80", ["\ufffd\ufffd\ufffd"]),
        (b"\0", ["\0"]),
        (b"\x1b", [ESCAPE]),
        (b"\x1b\x1b", [ESCAPE, ESCAPE]),
        (b"\x1bq", ["\x1bq"]),
        (b"\x1bO", ["\x1bO"]),
        (b"\x1bOP", ["\x1bOP"]),
        (b"\x1b[[A", ["\x1b[[A"]),
        (b"\x1b[7$", ["\x1b[7$"]),
        (b"\x1b[?2026;2$y", ["\x1b[?2026;2$y"]),
        (b"\x1b[<35;100;20M", ["\x1b[<35;100;20M"]),
        (b"\x1b[35;100;20M", ["\x1b[35;100;20M"]),
        (b"\x1b[97;5u", ["\x1b[97;5u"]),
        (b"\x1b[M !!q", ["q"]),
        (b"\x1b[M \x80\xffq", ["q"]),
        (b"\x1b[M \x00\x00q", ["q"]),
        (b"\x1b[M", []),
        (b"\x1b[M \xe9", []),
        (b"\x1b[M \xe9\x1b[A", ["\x1b[A"]),
        (b"\x1b[<35;10", []),
        (b"\x1b[<35;10\x1b[A", ["\x1b[A"]),
        (b"\x1b[<35;1\xe9\x1b[A", ["\ufffd", "\x1b[A"]),
        (b"\x1b[" + b"9;" * 5000 + b"mq", ["q"]),
        (b"\x1b]11;rgb:1111/1111/1111\x1b\\q", ["q"]),
        (b"\x1b]11;rgb:1111/1111/1111\x07q", ["q"]),
        (b"\x1bP>|xterm(390)\x1b\\q", ["q"]),
        (b"\x1bP1$r0;1\x1b[A", ["\x1b[A"]),
        (b"\x1b]qS", ["\x1b]qS"]),
        (b"\x1b[200~q\x1b[A\xe9\0S\x1b[201~q", ["paste q\x1b[A\ufffdS", "q"]),
        (b"\x1b[200~\x1b[201~\x1b", ["paste ", ESCAPE]),
        (b"\x1b[200~never ended", ["paste never ended"]),
        (b"\x1b[200~never ended\x1b[20", ["paste never ended"]),
        (b"\x1b[201~q", ["q"]),
    ],
)
def test_a_piece_is_read_whole_however_it_is_cut(sent: bytes, pieces: list[str]) -> None:
    joined = "".join(pieces)
    assert read(sent) == pieces
    assert "".join(read(*(sent[i : i + 1] for i in range(len(sent))))) == joined
    for cut in range(1, min(len(sent), 100)):
        assert "".join(read(sent[:cut], sent[cut:])) == joined


def test_what_is_still_to_come_is_waited_for_and_no_longer() -> None:
    source = TerminalInput()
    assert shown(source.feed(b"\xc3")) == []
    assert shown(source.expire(SEQUENCE_TIMEOUT / 2)) == []
    assert shown(source.feed(b"\xa9")) == ["é"]
    assert shown(source.feed(b"\xc3")) == []
    assert shown(source.expire(SEQUENCE_TIMEOUT)) == ["\ufffd"]
    assert shown(source.feed(b"\x1b[<0;1")) == []
    assert shown(source.expire(SEQUENCE_TIMEOUT / 2)) == []
    assert shown(source.feed(b"2;3M")) == ["\x1b[<0;12;3M"]
    assert shown(source.feed(b"\x1b[200~a")) == []
    assert shown(source.expire(PASTE_TIMEOUT / 2)) == []
    assert shown(source.feed(b"b\x1b[201~")) == ["paste ab"]


def test_a_huge_paste_is_cut_and_what_is_typed_after_it_is_not() -> None:
    source = TerminalInput()
    content = "é".encode() * LONGEST_PASTE
    pieces = [piece for i in range(0, len(content), 4096) for piece in source.feed(content[i : i + 4096])]
    assert len("".join(shown(pieces))) == LONGEST_PASTE
    [*_, paste, key] = shown(source.feed(b"\x1b[200~" + content * 3 + b"\x1b[201~q"))
    assert (paste, key) == ("paste " + "é" * (LONGEST_PASTE // 2), "q")


@pytest.mark.parametrize(("encoding", "sent"), [("iso8859-1", b"\xe9"), ("gb18030", "é".encode("gb18030"))])
def test_a_terminal_of_another_encoding_is_read_in_it(encoding: str, sent: bytes) -> None:
    assert read(sent, encoding=encoding) == ["é"]
    assert read(b"\x1b[200~" + sent + b"\x1b[201~", encoding=encoding) == ["paste é"]


def test_no_bytes_whatever_are_too_much_and_a_key_after_them_is_read() -> None:
    random_bytes = random.Random(7)
    alphabet = [b"\x1b", b"[", b"M", b"<", b"1", b";", b"m", b"O", b"P", b"]", b"\x07", b"\xe9", b"\0", b"\x1b[200~"]
    for _ in range(2000):
        source = TerminalInput()
        for _ in range(random_bytes.randint(1, 30)):
            list(source.feed(random_bytes.choice(alphabet)))
        list(source.expire(60.0))
        assert shown(source.feed(b"q")) == ["q"]
