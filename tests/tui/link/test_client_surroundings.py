"""Where a command may be started from: another program's job, a folder that is gone, a crowd before the engine."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from limits import LIMIT
from places import ROOT

import tui.link.client
from engine.machine.torchrun import without_job
from engine.storage.paths import engine_socket
from tui.link.client import EngineClient
from tui.link.errors import EngineUnreachable
from tui.link.start import engine_environment

JOB = (
    "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "GROUP_RANK", "GROUP_WORLD_SIZE", "ROLE_RANK",
    "ROLE_WORLD_SIZE", "ROLE_NAME", "MASTER_ADDR", "MASTER_PORT", "TORCHELASTIC_RUN_ID", "TORCHELASTIC_RESTART_COUNT",
    "TORCHELASTIC_USE_AGENT_STORE", "PET_NNODES", "PET_NPROC_PER_NODE", "MNIST_TUI_MEETING",
)  # fmt: skip


def slow(*values: object) -> list[object]:
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]


def test_an_engine_inherits_nothing_of_the_job_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in JOB:
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    assert not set(JOB) & set(engine_environment())
    assert engine_environment()["SLURM_JOB_ID"] == "7"
    assert without_job({"RANKING": "1", "MY_RANK": "2"}) == {"RANKING": "1", "MY_RANK": "2"}


@pytest.mark.parametrize("words", [["predict", "digit.png"], *slow(["runs"], ["--help"])])
def test_a_working_directory_that_was_deleted_is_told_and_no_reason_to_crash(tmp_path: Path, words: list[str]) -> None:
    script = 'mkdir gone; cd gone; rmdir ../gone; exec "$@"'
    env = {**os.environ, "PYTHONPATH": str(ROOT), "MNIST_TUI_CHECKPOINTS": str(tmp_path / "runs")}
    done = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-m", "tui", *words],
        cwd=tmp_path, env=env, capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("warning: the working directory was deleted; relative paths count from /\n")
    assert done.returncode == (words[0] == "predict")


async def test_a_crowd_before_the_engine_is_waited_for_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tui.link.client, "CROWDED", 0.1)
    crowd = []
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(engine_socket(tmp_path)))
        engine.listen(0)
        while True:
            crowd.append(socket.socket(socket.AF_UNIX))
            crowd[-1].setblocking(False)
            if crowd[-1].connect_ex(str(engine_socket(tmp_path))):
                break
        with pytest.raises(EngineUnreachable, match="too many programs connect to the engine at once"):
            await asyncio.wait_for(EngineClient.connect(tmp_path), LIMIT)
    for client in crowd:
        client.close()


CROOKED = {
    "stdout is full": "{} >/dev/full",
    "nobody reads": "{{ {}; echo $? >status; }} | true",
    "closed": "{} >&-",
    "all closed": "{} <&- >&- 2>&-",
}


@pytest.mark.parametrize("words", ["presets", *slow("models", "--help")])
@pytest.mark.parametrize("how", ["stdout is full", "closed", *slow("nobody reads", "all closed")])
def test_an_output_that_takes_nothing_is_told_in_one_line_at_most(tmp_path: Path, how: str, words: str) -> None:
    script = CROOKED[how].format(f'"{sys.executable}" -m tui {words}')
    env = {**os.environ, "PYTHONPATH": str(ROOT), "MNIST_TUI_CHECKPOINTS": str(tmp_path / "runs")}
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    if how == "stdout is full":
        told = [line for line in done.stderr.splitlines() if not line.startswith("waiting for the engine")]
        assert (done.returncode, told) == (1, ["Error: No space left on device"])


@pytest.mark.parametrize("encoding", ["ascii", *slow("latin-1", "utf-16", "ascii:strict", "cp1252")])
@pytest.mark.parametrize("words", [["presets"], ["nonsense-é"], *slow(["models"], ["runs"], ["train", "--help"])])
def test_whatever_stdout_is_encoded_in_every_command_prints(tmp_path: Path, words: list[str], encoding: str) -> None:
    env = {
        **os.environ, "PYTHONPATH": str(ROOT), "MNIST_TUI_CHECKPOINTS": str(tmp_path / "réseau ☃"),
        "PYTHONIOENCODING": encoding,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tui", *words], env=env, cwd=tmp_path, capture_output=True, timeout=LIMIT, check=False
    )
    assert b"Traceback" not in done.stderr
    assert done.stdout.isascii()
    assert done.stderr.isascii()
    assert done.stdout or done.stderr
