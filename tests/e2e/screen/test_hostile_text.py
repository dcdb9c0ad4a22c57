"""Text from outside, wherever it comes from, reaches the terminal as text: nothing in it acts on terminal or screen."""

import json
import os
import re
import signal
import sys
from pathlib import Path

import msgspec
import pytest
from fake_engine import RUN, epoch_done, started, steps
from hostile import hostile_in, names, texts, with_hostile_texts
from places import SUPPORT
from terminal import Terminal

from engine.storage.runs.event_log import EVENTS, seal
from engine.storage.runs.folders import LAST
from engine.storage.runs.record import RECORD, RunRecord
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import RunEnded, RunEvent, Steered, encode
from engine.vocabulary.preprocessing import MNIST
from tests.e2e.world import PROGRAM, ROOT, World

pytestmark = pytest.mark.slow

SCREENS = {
    "1": "smoothed",
    "2": "wrong true:4",
    "3": "recall",
    "5": "Epochs",
    "4": "filters:",
}  # and what only they show
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
    env = {**world.env, "PYTHONPATH": os.pathsep.join([str(SUPPORT), str(ROOT)])}
    with Terminal([sys.executable, "-m", "tests.e2e.screen.hostile_program"], env, cols=120, rows=46) as terminal:
        terminal.until("smoothed")
        seen = [look_around(terminal) for _ in range(3)]
        terminal.press("1" + ESC)
        terminal.until("engine   failed")  # as the first screen has it
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


def make_hostile_world(world: World) -> Path:
    """Put hostile names into every folder, and hostile text into the records of runs; return where all of it is."""
    place = world.folder / names()[1]
    world.checkpoints = place / names()[-1]
    world.env |= {"MNIST_TUI_CHECKPOINTS": str(world.checkpoints), "MNIST_TUI_NOTIFY": "0"}
    for digit in range(10):
        for split in ("train", "test"):
            (place / "data" / split / str(digit)).mkdir(parents=True)
    (place / "data" / "train" / names()[0]).mkdir()
    for name in names():
        (world.checkpoints / name).mkdir(parents=True)
    write_run(world.checkpoints / RUN, RunConfig())
    write_run(world.checkpoints / "0002-seed-cnn", with_hostile_texts(RunConfig(), 1))  # unreadable
    write_run(place / "0009-outside", RunConfig())
    (world.checkpoints / "engine.log").write_bytes("\n".join(texts()).encode("utf-8", "surrogatepass") + b"\x9b31337m")
    return place


def write_run(folder: Path, config: RunConfig) -> None:
    """Write a run with hostile text wherever its files have text."""
    folder.mkdir()
    record = RunRecord(
        run=RUN, state="s", started=1.0, config=config, device="d", data="d", data_path="p", sample=True,
        versions={"torch": "t"}, reason="r",
    )  # fmt: skip
    (folder / RECORD).write_bytes(
        encode(msgspec.structs.replace(with_hostile_texts(record, 3), config=config, treatment=MNIST))
    )
    (folder / LAST).write_bytes(b"no checkpoint")
    steered = Steered(run=RUN, step=45, changes={"lr": "x"}, config=config)
    ended = RunEnded(run=RUN, step=50, time=1.0, state="s", reason="r")
    events: list[RunEvent] = [started(), steps(40, [2.0] * 40), epoch_done(1), steered, ended]
    (folder / EVENTS).write_bytes(b"".join(seal(with_hostile_texts(event, 5)) for event in events))


def paths_below(folder: Path) -> set[Path]:
    """Return all that is there, but what belongs to the engine itself."""
    return {path for path in folder.rglob("*") if not {"state", "cache", "engine.log", ".engine"} & set(path.parts)}


SEVERAL = """
import json, subprocess, sys
for words in json.loads(sys.argv[1]):
    print("status", subprocess.run(words).returncode, flush=True)
"""


def test_hostile_names_and_files_are_shown_inert_and_no_name_leads_out_of_the_runs(world: World) -> None:
    place = make_hostile_world(world)
    before = paths_below(world.folder)
    long = texts()[2].replace("\0", "")
    commands = [
        [*PROGRAM, *words]
        for words in (
            ["runs"],
            ["runs", "--json"],
            ["predict", "--run", "../0009-outside", str(place / "x.png")],
            ["evaluate", "../0009-outside"],
            ["evaluate", RUN],
            ["train", "--resume", "../0009-outside"],
            ["train", "--resume", long],
            ["train", "--data", str(place / "data")],
            ["data", "status", "--data", str(place / "data"), "--json"],
            ["train", "--device", long],
            [names()[1]],
            ["runs", names()[2]],
            [f"--{names()[3]}"],
            ["engine", "status"],
            ["engine", "log"],
        )
    ]
    commands.append(["env", f"MNIST_TUI_NOTIFY={names()[4]}", *PROGRAM, "runs"])
    with Terminal([sys.executable, "-c", SEVERAL, json.dumps(commands)], world.env, cols=200) as terminal:
        assert terminal.wait() == 0
        written = terminal.raw.decode()
        assert hostile_in(bytes(terminal.raw)) == []
        assert written.count("there is no run '../0009-outside'") == 3
        assert "Traceback" not in written
        assert [int(status) for status in re.findall(r"status (\d+)\r", written)] == (
            [0, 0] + 8 * [1] + 3 * [2] + [0, 0] + [2]
        )
    with Terminal(PROGRAM, world.env) as terminal:
        terminal.until("t  train")
        terminal.press("4")
        terminal.until("unreadable")
        terminal.press("\r")
        terminal.until("(past)")
        for key, sign in (("2", "wrong true:4"), ("3", "recall"), ("5", "Epochs"), ("4", "unreadable")):
            terminal.press(key)
            terminal.until(sign)
        terminal.press("q")
        assert terminal.wait() == 0
        assert hostile_in(bytes(terminal.raw)) == []
    assert paths_below(world.folder) == before
