"""Logging out of a machine with systemd: stand-ins for its commands, and the real program that asks them."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from limits import LIMIT
from terminal import Terminal

import tui.link.logout
import tui.link.start
from tests.e2e.world import PROGRAM, World
from tui.link.logout import SCOPE, logout_warning, precaution
from tui.link.start import connect_or_start

KILLS = 'b true\nas 0\nas 1 "somebody-else"\n'
Systemd = Callable[..., None]


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    """Sets up a machine with systemd: what its commands print, and what they exit with."""
    commands, waited = tmp_path / "bin", tmp_path / "waited"
    commands.mkdir()

    def set_up(told: str = KILLS, lingers: str = "no", scopes: bool = True, *, slow: str = "") -> None:
        answers = {
            "busctl": f"cat <<'END'\n{told}END\n",
            "loginctl": f"echo {lingers}\n",
            "systemd-run": f'echo "$@" >> {tmp_path / "scopes"}\n' + ('shift 5; exec "$@"\n' if scopes else "exit 1\n"),
        }
        for name, script in answers.items():
            (commands / name).write_text("#!/bin/sh\n" + (f"sleep 60\ntouch {waited}\n" if name == slow else script))
            (commands / name).chmod(0o755)
        precaution.cache_clear()

    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(tui.link.logout, "SYSTEMD", tmp_path)
    yield set_up
    precaution.cache_clear()


def test_who_would_lose_the_engine_is_told_why_and_what_to_do(systemd: Systemd) -> None:
    systemd(lingers="no")
    assert precaution().prefix == ()
    assert "KillUserProcesses=yes" in logout_warning()
    assert "`loginctl enable-linger`" in logout_warning()


def test_where_lingering_is_on_the_engine_gets_a_scope_of_its_own(systemd: Systemd) -> None:
    systemd(lingers="yes")
    assert precaution() == (SCOPE, "")


def test_where_lingering_is_on_but_no_scope_can_be_had_there_is_a_warning(systemd: Systemd) -> None:
    systemd(lingers="yes", scopes=False)
    assert precaution().prefix == ()
    assert "stay logged in" in logout_warning()


@pytest.mark.parametrize(
    "told",
    [
        "b false\nas 0\nas 0\n",
        'b true\nas 1 "somebody-else"\nas 0\n',
        'b true\nas 0\nas 2 "somebody-else" "kim"\n',
        "",
        "Failed to get property: Access denied\n",
    ],
)
def test_who_would_not_lose_it_is_told_nothing(systemd: Systemd, monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("LOGNAME", "kim")
    systemd(told)
    assert precaution() == ((), "")


def test_without_systemd_none_of_its_commands_is_called(
    systemd: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemd()
    monkeypatch.setattr(tui.link.logout, "SYSTEMD", tmp_path / "no-systemd")
    monkeypatch.setattr(subprocess, "run", None)
    assert precaution() == ((), "")


def test_without_the_commands_there_is_no_warning(systemd: Systemd, monkeypatch: pytest.MonkeyPatch) -> None:
    systemd()
    monkeypatch.setenv("PATH", "")
    assert precaution() == ((), "")


@pytest.mark.parametrize("slow", ["busctl", "loginctl", "systemd-run"])
def test_a_systemd_that_does_not_answer_is_not_waited_for(
    systemd: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    monkeypatch.setattr(tui.link.logout, "ANSWER_TIMEOUT", 0.2)
    systemd(lingers="yes", slow=slow)
    precaution()
    assert not (tmp_path / "waited").exists()
    if slow == "busctl":
        assert precaution() == ((), "")
    else:
        assert precaution().prefix == ()
        assert logout_warning()


async def test_the_engine_is_really_started_in_that_scope(systemd: Systemd, checkpoints: Path, tmp_path: Path) -> None:
    systemd(lingers="yes")
    client = await connect_or_start(checkpoints)
    calls = (await asyncio.to_thread((tmp_path / "scopes").read_text)).splitlines()
    assert calls[0].endswith("-- true")
    assert f"-- {tui.link.start.sys.executable} -m engine --checkpoints {checkpoints}" in calls[1]
    await client.close()


# The program with another place to look for systemd.
PROBE = (
    "import pathlib, sys, tui.link.logout, tui.__main__; tui.link.logout.SYSTEMD = pathlib.Path('/');"
    "tui.__main__.main()"
)


def test_the_screen_and_the_command_line_warn_before_anything_is_trained(systemd: Systemd, world: World) -> None:
    systemd(lingers="no")
    env = {**world.env, "PATH": os.environ["PATH"]}
    command = [PROGRAM[0], "-c", PROBE]
    with Terminal(command, env, cols=130, rows=40) as terminal:
        terminal.until("logging out would end")
        terminal.until("t  train")
        terminal.press("q")
        assert terminal.wait() == 0
    done = subprocess.run(
        [*command, "train", "--epochs", "1", "--batch-size", "1000"],
        env=env, capture_output=True, text=True, timeout=LIMIT, check=True,
    )  # fmt: skip
    assert done.stderr.splitlines()[0].startswith("warning: logging out would end training here")
