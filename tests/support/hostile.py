"""Text that would act on a terminal, a folder or a screen if anything let it, and what tells whether it did."""

import itertools
import re
import unicodedata
from typing import TypeVar

import msgspec

SEQUENCES = (
    "\x1b[31337m",  # CSI
    "\x1b]0;evil\x07",  # title
    "\x1b]8;;http://evil\x1b\\",  # link
    "\x1b]52;c;ZXZpbA==\x07",  # clipboard
    "\x1b]9;evil\x1b\\",  # notification
    "\x1bP+qevil\x1b\\",  # DCS
    "\x1b_Gevil\x1b\\",  # APC
    "\x9b31337m",  # the same in C1
    "\x9d0;evil\x9c",
    "\x90evil\x9c",
    "\u202e\u2066\u200f",  # bidi
    "\u200b\u2060\ufeff\U000e0041",  # no width
    "\n\r\t\x07\x08\x7f\x00\x0b\x0c",
    "[/nope][@click=app.quit]x[/][bold",
    "../../../etc/",
    "e" + 300 * "\u0301",
)
LONG = 4096 * "y"


def texts() -> list[str]:
    """Return texts of all sequences; each begins with another one, for what is cut short."""
    turned = (SEQUENCES[i:] + SEQUENCES[:i] for i in range(len(SEQUENCES)))
    return ["".join(f"{sequence}evil" for sequence in each) for each in turned] + [LONG, "\udc9b31337m\ud800"]


def names() -> list[str]:
    """Return the same as names of files: those that a file system takes."""
    return [each.replace("/", "").replace("\0", "")[:60] + "evil" for each in SEQUENCES] + ["\udcff\udc9b31337mevil"]


def hostile_in(raw: bytes) -> list[str]:
    """Return what stands in the output of a program and should not; it writes no DCS and no bell itself."""
    text = raw.decode(errors="surrogateescape")  # a byte that is no UTF-8 becomes a surrogate, and is found as such
    text = re.sub(r"\x1b]22;[a-z-]*\x07", "", text)  # Textual's shape of the mouse pointer
    controls = {each for each in text if unicodedata.category(each)[0] == "C" and each not in "\x1b\r\n"}
    return [*map(ascii, sorted(controls)), *re.findall(r"\x1b[^\[(=>].{0,20}|\x1b\[[0-9;]*31337.", text)]


S = TypeVar("S", bound=msgspec.Struct)


def with_hostile_texts(struct: S, number: int) -> S:
    """Return the same struct with all text in it replaced, dictionaries' keys too; runs all get the same name."""
    choice = itertools.cycle(texts()[number:] + texts()[:number])

    def replaced(value: object) -> object:
        match value:
            case str():
                return next(choice)
            case msgspec.Struct():
                fields = {name: replaced(getattr(value, name)) for name in value.__struct_fields__}
                return msgspec.structs.replace(value, **({**fields, "run": texts()[0]} if "run" in fields else fields))
            case list():
                return [replaced(each) for each in value]
            case dict():
                return {replaced(name): replaced(each) for name, each in value.items()}
        return value

    return replaced(struct)  # type: ignore[return-value]
