"""A finding, and the checks that make them. They run side by side, and none may keep the user waiting for ever."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec

State = Literal["ok", "note", "problem"]


class Finding(msgspec.Struct, frozen=True):
    """What is so: as it should be, worth knowing, or wrong. What is wrong has a remedy."""

    state: State
    what: str
    remedy: str = ""


class Group(msgspec.Struct, frozen=True):
    """All that was found about one subject."""

    about: str
    findings: list[Finding]


class Check(msgspec.Struct, frozen=True):
    """`look` may take as many seconds as `limit`; `late` is the remedy where it takes longer."""

    about: str
    look: Callable[[], Iterable[Finding]]
    late: str
    limit: float = 10.0


def ok(what: str) -> Finding:
    return Finding("ok", what)


def note(what: str, remedy: str = "") -> Finding:
    return Finding("note", what, remedy)


def problem(what: str, remedy: str) -> Finding:
    return Finding("problem", what, remedy)


def examine(checks: Iterable[Check]) -> Iterator[Group]:
    """Yield what each check finds, in their order, each as soon as it is there."""
    began = time.monotonic()
    begun = [(check, begin(check)) for check in checks]
    for check, said in begun:
        yield Group(check.about, list(collect(check, said, began + check.limit)))


def begin(check: Check) -> "queue.SimpleQueue[Finding | None]":
    """Let a check look in a thread of its own, which ends with the program whatever it waits for."""
    said: queue.SimpleQueue[Finding | None] = queue.SimpleQueue()

    def look() -> None:
        try:
            for finding in check.look():
                said.put(finding)
        except Exception as error:
            words = f"could not be looked at: {type(error).__name__}: {error}"
            said.put(problem(words, "report this, with the output of `mnist-tui doctor --json`"))
        said.put(None)

    threading.Thread(target=look, name=check.about, daemon=True).start()
    return said


def collect(check: Check, said: "queue.SimpleQueue[Finding | None]", end: float) -> Iterator[Finding]:
    while True:
        try:
            finding = said.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            yield problem(f"no answer within {check.limit:g} s", check.late)
            return
        if finding is None:
            return
        yield finding
