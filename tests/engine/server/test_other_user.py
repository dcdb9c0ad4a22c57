"""A second user of the machine, with a real number of its own: it cannot reach, read or end the engine."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from limits import LIMIT
from other_user import NOBODY, as_other_user, needs_root, public_folder

from engine.storage.paths import PathError, engine_lock, engine_socket, state_folder
from engine.vocabulary.messages import PROTOCOL, AskStatus, Hello, StatusTold, encode
from tui.link.client import EngineClient
from tui.link.session import Session
from tui.link.start import connect_or_start

pytestmark = needs_root


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder in a place that every user may enter."""
    with public_folder() as folder:
        monkeypatch.setenv("XDG_STATE_HOME", str(folder))
        yield state_folder()


def talk(path: Path) -> str:
    """Return what the engine says to a client that begins as it should."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(LIMIT)
        client.connect(str(path))
        client.send(encode(Hello(protocol=PROTOCOL, version="1")))
        try:
            return f"heard {client.recv(65536)!r}"
        except ConnectionResetError:
            return "heard b''"


async def status_of(client: EngineClient) -> StatusTold:
    session = Session(client)
    pump = asyncio.create_task(session.pump())
    try:
        return await asyncio.wait_for(session.ask(AskStatus(), StatusTold), LIMIT)
    finally:
        pump.cancel()


async def test_another_user_cannot_connect_list_read_or_end_the_engine(state: Path, checkpoints: Path) -> None:
    client = await connect_or_start(checkpoints)
    pid = client.welcome.pid
    path, lock = engine_socket(checkpoints), engine_lock(checkpoints)
    for attempt in (
        lambda: talk(path),
        lambda: str(os.listdir(state)),
        lambda: lock.read_text(),
        lambda: str(path.unlink()),
        lambda: str(os.kill(pid, signal.SIGTERM)),
    ):
        assert as_other_user(attempt).startswith("PermissionError")
    assert (await status_of(client)).pid == pid
    await client.close()


async def test_nor_when_the_state_folder_was_opened_to_everybody_under_the_engine(
    state: Path, checkpoints: Path
) -> None:
    client = await connect_or_start(checkpoints)
    path = engine_socket(checkpoints)
    os.chmod(state, 0o777)
    os.chmod(path, 0o666)
    heard = as_other_user(lambda: talk(path))
    assert heard == "heard b''" or heard.startswith(("BrokenPipeError", "ConnectionResetError"))  # hung up at once
    assert as_other_user(lambda: str(path.unlink())) == "None"
    with pytest.raises(PathError, match="chmod 700 it"):
        await EngineClient.connect(checkpoints)
    os.chmod(state, 0o700)
    again = await connect_or_start(checkpoints)
    assert again.welcome.pid == client.welcome.pid
    assert (await status_of(client)).clients == 2
    await client.close()
    await again.close()


async def test_a_socket_that_another_user_put_there_is_not_talked_to(state: Path, tmp_path: Path) -> None:
    path = engine_socket(tmp_path)
    with socket.socket(socket.AF_UNIX) as impostor:

        def pretend() -> str:
            impostor.bind(str(path))
            impostor.listen()
            return "listens"

        os.chmod(state, 0o777)
        assert as_other_user(pretend) == "listens"
        os.chmod(state, 0o700)
        with pytest.raises(
            PathError, match=f"{path}: the engine there belongs to user {NOBODY}, not to you; remove it"
        ):
            await connect_or_start(tmp_path)
        connection, _ = impostor.accept()
        with connection:
            assert await asyncio.wait_for(asyncio.to_thread(connection.recv, 100), LIMIT) == b""
