"""Calling the user back: the terminal's bell, and a desktop notification.

OSC 9 is iTerm2's sequence, which kitty, WezTerm, Windows Terminal and others know as well; OSC 777 is rxvt-unicode's,
known to VTE, foot and Konsole. A terminal that knows neither passes over both. Inside tmux they travel in its
passthrough sequence, which tmux drops where `allow-passthrough` is off; the bell always arrives.
"""

import os
import sys
from collections.abc import Mapping

from engine.vocabulary.messages import AnyEvent, RunEnded, SavingFailed, StudyEnded, StudyPaused
from tui.terminal.sanitize import sanitize

BELL = "\a"
ONLY_OSC_9 = ("xterm-kitty", "xterm-ghostty", "wezterm", "foot")  # would show both
ONLY_OSC_777 = ("rxvt",)


def worth_a_call(event: AnyEvent) -> str:
    """Return what to call for, "" for events that can wait until somebody looks. A stop was somebody's own wish."""
    match event:
        case RunEnded() if event.state != "stopped":
            reason = f": {event.reason}" if event.reason else ""
            return f"{event.run} {event.state}{reason}"
        case StudyEnded() if event.state != "stopped":
            reason = f": {event.reason}" if event.reason else ""
            return f"study {event.study} {event.state}{reason}"
        case StudyPaused() if event.reason:
            return f"study {event.study} waits for its storage: {event.reason}"
        case SavingFailed():
            return f"{event.run} waits for the disk: {event.reason}"
    return ""


def call_for_attention(event: AnyEvent) -> None:
    """Call on stderr for an event that is worth it."""
    if text := worth_a_call(event):
        print(call(text), end="", file=sys.stderr, flush=True)


def call(text: str, env: Mapping[str, str] = os.environ) -> str:
    """Return what to write to the terminal: bell and notification, in ASCII."""
    body = sanitize(text, longest=200).encode("ascii", "replace").decode()
    term = env.get("TERM", "")
    if term in ("linux", "dumb", ""):
        return BELL
    sequences = []
    if not term.startswith(ONLY_OSC_777):
        sequences.append(f"\x1b]9;mnist-tui: {body}\x1b\\")
    if not term.startswith(ONLY_OSC_9):
        sequences.append(f"\x1b]777;notify;mnist-tui;{body}\x1b\\")
    if env.get("TMUX"):
        sequences = ["\x1bPtmux;" + each.replace("\x1b", "\x1b\x1b") + "\x1b\\" for each in sequences]
    elif term.startswith("screen"):
        return BELL  # GNU screen has no way through for them that is sure not to show
    return "".join(sequences) + BELL
