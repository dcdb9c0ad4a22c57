"""Completion in real shells, each in a terminal: what Tab makes of a line."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from places import ROOT
from terminal import Terminal

pytestmark = pytest.mark.slow

WRITTEN = ROOT / "tests/engine/storage/written_before"
PROMPT = "READY "
SHELLS = {  # how it starts without the user's files, and how it gets the script
    "bash": (["--norc", "--noprofile", "-i"], 'eval "$(mnist-tui completion bash)"'),
    "zsh": (["-f", "-i"], 'autoload -Uz compinit; compinit -u -D; eval "$(mnist-tui completion zsh)"'),
    "fish": (["--no-config", "-i"], "mnist-tui completion fish | source"),
}
LINES = [  # what is typed before Tab, and what stands there after it
    ("mnist-tui doc", "mnist-tui doctor"),
    ("mnist-tui train --resume 0001", "mnist-tui train --resume 0001-fast-cnn"),
    ("mnist-tui train --preset my", "mnist-tui train --preset my-own"),
    ("mnist-tui train --model an-m", "mnist-tui train --model an-m5"),
    ("mnist-tui train --optimizer nest", "mnist-tui train --optimizer nesterov"),
    ("mnist-tui tune --name st", "mnist-tui tune --name study-0001"),
    ("mnist-tui predict pict", "mnist-tui predict picture.png"),
    ("mnist-tui data export fol", "mnist-tui data export folder/"),
]


@contextmanager
def started(shell: str, folder: Path) -> Iterator[Terminal]:
    (folder / "bin").mkdir()
    program = folder / "bin/mnist-tui"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m tui "$@"\n')
    program.chmod(0o755)
    (folder / "picture.png").touch()
    (folder / "folder").mkdir()
    names = ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    env = {
        **{name: os.environ[name] for name in names},
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), "MNIST_TUI_CHECKPOINTS": str(WRITTEN),
        "PS1": PROMPT, "ZDOTDIR": str(folder), "fish_greeting": "", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    options, load = SHELLS[shell]
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not installed")
    with Terminal(["env", "-C", str(folder), path, *options], env, cols=120, rows=50) as terminal:
        if shell == "fish":
            terminal.press(f"function fish_prompt; echo '{PROMPT}'; end\r")
        terminal.press(f"{load}; clear; echo loa''ded\r")
        terminal.until("loaded")
        yield terminal


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_commands_names_and_files(shell: str, tmp_path: Path) -> None:
    with started(shell, tmp_path) as terminal:
        for typed, completed in LINES:
            terminal.press(typed + "\t")
            terminal.until(completed)
            terminal.press("\x15")  # Ctrl-U: begin the line anew
            terminal.until_gone(completed)


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_lists_what_there_is(shell: str, tmp_path: Path) -> None:
    with started(shell, tmp_path) as terminal:
        terminal.press("mnist-tui train --resume " + "\t" * (3 if shell == "bash" else 2))  # the first is for `000`
        terminal.until("0001-fast-cnn")
        terminal.until("0002-fast-cnn")
