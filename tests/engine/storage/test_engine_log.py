"""engine.log: what cannot be one is named, and it stays small whatever is printed."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from places import ROOT

from engine.storage.engine_log import LONGEST, EngineLog, open_log, rotated
from engine.storage.growing_file import LONGEST_LINE, LONGEST_READ, GrowingFile
from engine.storage.paths import engine_log
from tui.__main__ import cli
from tui.link.errors import EngineUnreachable
from tui.link.start import start_engine


def a_link_to_a_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


def a_link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, a_link_to_a_pipe, a_link_to_a_device, a_socket])
def test_a_log_that_is_no_file_is_named_with_the_remedy_and_blocks_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    monkeypatch.chdir(tmp_path)
    log = engine_log(tmp_path)
    make(log)
    with pytest.raises(EngineUnreachable, match=rf"{log}: cannot be used \(is not a file; remove it\)"):
        start_engine(tmp_path, "", 1.0)
    done = CliRunner().invoke(cli, ["engine", "log", "--checkpoints", str(tmp_path)])
    assert done.exit_code == 1
    assert f"{log}: " in done.stderr
    assert "remove it" in done.stderr
    assert GrowingFile(log).new_lines() == []


def test_a_pipe_that_is_read_is_no_log_either(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(OSError, match="is not a file"):
        open_log(tmp_path / "pipe")
    os.close(reader)


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_log_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    engine_log(tmp_path).touch(mode=0)
    done = CliRunner().invoke(cli, ["engine", "log", "--checkpoints", str(tmp_path)])
    assert (done.exit_code, "Permission denied" in done.stderr) == (1, True)


# A process whose output is the log, as the engine's is; it looks after the log as it is told to.
PRINTER = """
import os, subprocess, sys
from pathlib import Path
import engine.storage.engine_log
engine.storage.engine_log.LONGEST = 1000
log = engine.storage.engine_log.EngineLog(Path(sys.argv[1]))
for i in range(500):
    os.write(1, b"line %d\\n" % i)
    if i % 100 == 0:
        subprocess.run(["sh", "-c", f"echo child {i}"])
    log.rotate()
    if i == 450 and sys.argv[2:]:
        os.rename(sys.argv[1], sys.argv[2])
"""


def print_to(log: Path, *more: str) -> str:
    with open_log(log) as file:
        done = subprocess.run(
            [sys.executable, "-c", PRINTER, str(log), *more],
            stdout=file, stderr=file, cwd=ROOT, check=False,
        )  # fmt: skip
    assert done.returncode == 0, log.read_text()
    return log.read_text()


def test_the_log_is_cut_and_its_older_part_kept_whoever_writes_to_it(tmp_path: Path) -> None:
    log = engine_log(tmp_path)
    new = print_to(log)
    old = rotated(log).read_text()
    assert max(len(new), len(old)) <= 1100
    lines = (old + new).splitlines()
    assert lines[-1] == "line 499"
    assert "child 400" in lines
    numbers = [int(line.removeprefix("line ")) for line in lines if line.startswith("line")]
    assert numbers == list(range(numbers[0], 500))


def test_a_log_that_is_moved_away_is_begun_again_at_its_path(tmp_path: Path) -> None:
    log = engine_log(tmp_path)
    new = print_to(log, str(tmp_path / "elsewhere"))
    assert new.splitlines()[-1] == "line 499"
    assert (tmp_path / "elsewhere").read_text().splitlines()[-1] == "line 451"


def test_the_log_stays_small_though_its_older_part_cannot_be_kept(tmp_path: Path) -> None:
    log = engine_log(tmp_path)
    rotated(log).mkdir()
    (rotated(log) / "something").touch()
    with open_log(log) as file:
        script = PRINTER.replace("    log.rotate()", "    try: log.rotate()\n    except OSError: pass")
        subprocess.run([sys.executable, "-c", script, str(log)], stdout=file, stderr=file, check=True,
                       cwd=ROOT)  # fmt: skip
    assert log.stat().st_size <= 2100
    assert log.read_text().splitlines()[-1] == "line 499"


def test_a_log_that_the_output_does_not_go_to_is_left_alone(tmp_path: Path) -> None:
    log = engine_log(tmp_path)
    log.write_bytes(b"x" * (LONGEST + 1))
    EngineLog(log).rotate()
    assert log.stat().st_size == LONGEST + 1


def test_engine_log_prints_the_older_part_first(tmp_path: Path) -> None:
    rotated(engine_log(tmp_path)).write_bytes(b"first\n")
    engine_log(tmp_path).write_bytes(b"second \xff\n")
    done = CliRunner().invoke(cli, ["engine", "log", "--checkpoints", str(tmp_path)])
    assert done.stdout == "first\nsecond \N{REPLACEMENT CHARACTER}\n"


def test_of_what_is_printed_faster_than_it_is_told_the_last_is_told(tmp_path: Path) -> None:
    log = engine_log(tmp_path)
    log.touch()
    growing = GrowingFile(log)
    with open(log, "ab") as file:
        file.write(b"".join(b"line %d\n" % i for i in range(LONGEST_READ // 4)))
    lines = growing.new_lines()
    assert lines[-1] == f"line {LONGEST_READ // 4 - 1}"
    assert all(line.startswith("line ") for line in lines)
    assert growing.new_lines() == []
    os.truncate(log, 0)
    with open(log, "ab") as file:
        file.write(b"again\n")
    assert growing.new_lines() == ["again"]


def test_a_line_that_never_ends_takes_no_more_and_more_memory(tmp_path: Path) -> None:
    log = engine_log(tmp_path)
    log.touch()
    growing = GrowingFile(log)
    for _ in range(20):
        with open(log, "ab") as file:
            file.write(b"." * LONGEST_LINE)
        growing.new_lines()
    assert len(growing.rest) <= LONGEST_LINE
