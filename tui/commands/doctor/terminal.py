"""The terminal: whether there is one, its size and colours, the locale, and what lies between it and the program."""

import locale
import os
import subprocess
import sys
from collections.abc import Iterator

from tui.commands.doctor.findings import Finding, note, ok, problem
from tui.terminal.ascii import needs_ascii

WIDTH, HEIGHT = 80, 24
TMUX_LIMIT = 3.0  # seconds
SLOW_ESCAPE = 100  # milliseconds that tmux keeps an Escape to itself
UTF8 = "export LANG=C.UTF-8, or a locale ending in UTF-8 of those that `locale -a` lists"


def look() -> Iterator[Finding]:
    yield from kind()
    yield from size()
    yield from colours()
    yield from encoding()
    yield from between()


def kind() -> Iterator[Finding]:
    term = os.environ.get("TERM", "")
    ends = [name for name in ("stdin", "stdout") if not (end := getattr(sys, name)) or not end.isatty()]
    if ends:
        yield note(f"{' and '.join(ends)}: no terminal, as in a pipe or a job; the screen needs one, `train` does not")
    if term in ("", "dumb") and not ends:
        yield problem(f"TERM is {term or 'not set'}: the screen cannot be drawn", "export TERM=xterm-256color")
    else:
        yield ok(f"TERM is {term or 'not set'}")


def size() -> Iterator[Finding]:
    for descriptor in (1, 2, 0):
        try:
            columns, rows = os.get_terminal_size(descriptor)
        except OSError:
            continue
        if columns < WIDTH or rows < HEIGHT:
            remedy = f"enlarge the window, or choose a smaller font, until `stty size` says {HEIGHT} {WIDTH} or more"
            yield problem(f"{columns}x{rows} is too small: parts of screens are cut off", remedy)
        else:
            yield ok(f"{columns}x{rows}")
        return


def colours() -> Iterator[Finding]:
    term, depth = os.environ.get("TERM", ""), os.environ.get("COLORTERM", "").strip().lower()
    if os.environ.get("NO_COLOR"):
        yield note("no colours: NO_COLOR is set", "unset NO_COLOR")
    elif depth in ("truecolor", "24bit"):
        yield ok(f"16 million colours (COLORTERM is {depth})")
    elif "256" in term or "kitty" in term:
        remedy = "export COLORTERM=truecolor, if your terminal has them; OpenSSH does not pass it on"
        yield note("256 colours: COLORTERM is not truecolor", remedy)
    elif term not in ("", "dumb"):
        yield note(f"16 colours, as TERM is {term}", "export TERM=xterm-256color, if your terminal has them")


def encoding() -> Iterator[Finding]:
    named = next((f"{name}={value}" for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := os.environ.get(name))), "")
    try:
        locale.setlocale(locale.LC_CTYPE, "")
    except locale.Error:
        yield problem(f"the locale of {named} is not installed here", UTF8)
        return
    written = os.environ.get("PYTHONIOENCODING", "")
    if needs_ascii():
        because = f"PYTHONIOENCODING is {written}" if written else f"the locale ({named or 'none is set'}) has no UTF-8"
        yield problem(f"{because}: charts and digits are drawn in ASCII", "unset PYTHONIOENCODING" if written else UTF8)
    else:
        yield ok(f"UTF-8 ({named or 'no locale is set'})")


def between() -> Iterator[Finding]:
    if "SSH_CONNECTION" in os.environ:
        yield ok("over SSH: screens are drawn twice a second, and a run outlives the connection")
    term = os.environ.get("TERM", "")
    if "TMUX" in os.environ:
        yield ok("inside tmux")
        if not term.startswith(("tmux", "screen")):
            yield note(
                f"TERM is {term}, inside tmux: keys and colours may be wrong",
                "set no TERM in your shell's start-up file; in ~/.tmux.conf: set -g default-terminal tmux-256color",
            )
        waits = tmux_option("escape-time")
        if waits.isdecimal() and int(waits) >= SLOW_ESCAPE:
            yield note(f"tmux keeps each Escape for {waits} ms", "in ~/.tmux.conf: set -sg escape-time 10")
    elif "STY" in os.environ:
        yield ok("inside GNU screen")


def tmux_option(name: str) -> str:
    """Return an option of the tmux around this program, "" where it does not tell."""
    try:
        done = subprocess.run(
            ["tmux", "show-options", "-sv", name], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=TMUX_LIMIT,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return done.stdout.strip()
