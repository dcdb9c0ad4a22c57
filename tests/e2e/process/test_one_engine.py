"""One engine process for a folder of runs, however many start at once and whatever is deleted under it."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from limits import LIMIT

import tui.link.client
from engine.server.single_instance import lock_instance
from engine.storage.paths import engine_lock, engine_socket, state_folder
from engine.vocabulary.messages import ALREADY_SERVED, AskStatus, CommandDone, Shutdown, StatusTold
from tui.__main__ import cli
from tui.link.client import EngineClient
from tui.link.errors import EngineUnreachable
from tui.link.session import Session
from tui.link.start import connect_or_start, engine_environment
from tui.link.waiting import engine_is_running

pytestmark = pytest.mark.slow

CLIENTS = 20


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tui.link.client, "START_LIMIT", LIMIT)


@pytest.fixture
def stranger() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that has nothing to do with any of this."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def bare_engine(checkpoints: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "engine", "--checkpoints", str(checkpoints)],
        env=engine_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


async def status_by(client: EngineClient) -> StatusTold:
    session = Session(client)
    pump = asyncio.create_task(session.pump())
    try:
        return await asyncio.wait_for(session.ask(AskStatus(), StatusTold), LIMIT)
    finally:
        pump.cancel()


async def until(holds: Callable[[], bool]) -> float:
    """Wait for something that another process does; return the seconds it took."""
    began = time.monotonic()
    async with asyncio.timeout(LIMIT):
        while not holds():  # noqa: ASYNC110  (another process: no event tells)
            await asyncio.sleep(0.01)
    return time.monotonic() - began


async def test_of_two_engines_and_twenty_clients_at_once_one_engine_is_left_and_serves_all(
    checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = [bare_engine(checkpoints), bare_engine(checkpoints)]
    start = tui.link.start.start_engine

    def start_engine(*arguments: object) -> "subprocess.Popen[bytes]":
        engines.append(start(*arguments))  # type: ignore[arg-type]
        return engines[-1]

    monkeypatch.setattr(tui.link.start, "start_engine", start_engine)
    try:
        began = time.monotonic()
        clients = await asyncio.gather(*(connect_or_start(checkpoints) for _ in range(CLIENTS)))
        print(f"\n{CLIENTS} clients attached after {time.monotonic() - began:.2f} s, {len(engines)} engines started")
        [winner] = {client.welcome.pid for client in clients}
        losers = [engine for engine in engines if engine.pid != winner]
        assert len(losers) == len(engines) - 1
        await until(lambda: all(loser.poll() is not None for loser in losers))
        assert {engine.returncode for engine in engines[:2] if engine.pid != winner} == {ALREADY_SERVED}
        assert (await status_by(clients[0])).clients == CLIENTS
        for client in clients:
            await client.close()
    finally:
        for engine in engines:
            engine.kill()
            engine.wait()


async def test_what_is_deleted_under_a_running_engine_costs_nobody_the_connection(checkpoints: Path) -> None:
    client = await connect_or_start(checkpoints)
    session = Session(client)
    pump = asyncio.create_task(session.pump())
    pid, path, lock = client.welcome.pid, engine_socket(checkpoints), engine_lock(checkpoints)
    for delete in (path.unlink, lock.unlink, lambda: shutil.rmtree(state_folder())):
        delete()
        at_once = await connect_or_start(checkpoints)
        assert at_once.welcome.pid == pid
        await at_once.close()
        text = f"{pid} {socket.gethostname()}\n"
        seconds = await until(lambda: path.exists() and lock.exists() and lock.read_text() == text)  # noqa: B023
        print(f"\nthere again after {seconds:.2f} s")
        assert (await asyncio.wait_for(session.ask(AskStatus(), StatusTold), LIMIT)).pid == pid
        assert [os.stat(each).st_mode & 0o777 for each in (path, lock, path.parent)] == [0o600, 0o600, 0o700]
    await session.ask(Shutdown(), CommandDone)
    pump.cancel()
    await client.close()


async def test_no_stranger_whose_number_stands_in_an_old_lock_is_ever_signalled(
    checkpoints: Path, stranger: "subprocess.Popen[bytes]"
) -> None:
    path, lock = engine_socket(checkpoints), engine_lock(checkpoints)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    lock.write_text(f"{stranger.pid}\n")

    def call(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli, [*words, "--checkpoints", str(checkpoints)])
        return result.exit_code, result.stderr

    assert not engine_is_running(checkpoints)
    for words in (("engine", "status"), ("engine", "stop"), ("engine", "stop", "--force"), ("runs",)):
        status, told = await asyncio.to_thread(call, *words)
        assert "Traceback" not in told
        assert status == (0 if words == ("runs",) else 1)
    client = await connect_or_start(checkpoints)
    assert client.welcome.pid != stranger.pid
    assert lock.read_text() == f"{client.welcome.pid} {socket.gethostname()}\n"
    await client.close()
    lock.write_text(f"{stranger.pid}\n")  # and as if it had been written under the engine
    assert (await asyncio.to_thread(call, "engine", "stop"))[0] == 0
    await until(lambda: not engine_is_running(checkpoints))
    assert stranger.poll() is None


async def test_an_engine_that_cannot_be_attached_to_is_named_to_the_user(
    checkpoints: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkdir(checkpoints)
    instance = lock_instance(checkpoints)
    assert instance is not None
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    with pytest.raises(EngineUnreachable, match=rf"another engine \(pid {os.getpid()}\) serves .*engine\.log"):
        await connect_or_start(checkpoints)
    os.close(instance._lock)
    os.close(instance._folder_lock)


async def test_an_engine_that_was_started_in_vain_is_ended(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was slow, and another one answered first: it must not find the lock free some day, and wait for nobody."""
    engine = bare_engine(checkpoints)
    slow: list[subprocess.Popen[bytes]] = []

    def start_engine(*arguments: object) -> "subprocess.Popen[bytes]":
        slow.append(subprocess.Popen(["sleep", "600"]))
        return slow[-1]

    monkeypatch.setattr(tui.link.start, "start_engine", start_engine)
    try:
        client = await connect_or_start(checkpoints)
        assert client.welcome.pid == engine.pid
        await until(lambda: all(process.poll() is not None for process in slow))
        await client.close()
    finally:
        for process in (engine, *slow):
            process.kill()
            process.wait()
