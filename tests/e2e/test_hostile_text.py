"""Text from outside, wherever it comes from, reaches the terminal as text: nothing in it acts on terminal or screen."""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from e2e.conftest import PROGRAM, ROOT, World
from e2e.terminal import Terminal
from fake_engine import epoch_done, started, steps
from hostile import hostile_in, names, texts, with_hostile_texts

from engine.config import RunConfig
from engine.event_log import EVENTS, seal
from engine.messages import RunEnded, RunEvent, Steered
from engine.paths import sample_file
from engine.runs import LAST, RECORD, RunRecord

SCREENS = {"1": "smoothed", "2": "predicted", "3": "recall", "5": "Epochs", "4": "started"}  # and what only they show
ESC = "\x1b"


def look_around(terminal: Terminal) -> str:
    """Look at every screen; return all that was to be seen."""
    seen = []
    for key, sign in SCREENS.items():
        terminal.press(key)
        terminal.until(sign)
        seen.append(terminal.text)
    return "\n".join(seen)


def test_every_text_of_every_event_is_shown_inert(world: World) -> None:
    env = {**world.env, "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT)])}
    with Terminal([sys.executable, "-m", "hostile_program"], env, cols=120, rows=46) as terminal:
        terminal.until("smoothed")
        seen = [look_around(terminal) for _ in range(3)]
        terminal.press("1" + ESC)
        terminal.until("the engine failed")
        terminal.press("5" + "\t" * 15)
        for text in texts()[:-1]:
            terminal.press(f"\x1b[200~{text.replace(ESC, '')}\x1b[201~")  # a terminal lets no ESC into what is pasted
            terminal.read(0.05)
        terminal.press("\x1b[15~")  # f5: what is wrong with the form
        terminal.until("Nothing was")
        assert "[/nope][@click=app.quit]x[/][bold" in "".join(seen)
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait() == 143
        assert hostile_in(bytes(terminal.raw)) == []
