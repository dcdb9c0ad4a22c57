"""Strangers fill neither the terminal where the link stands nor the server."""

import asyncio
import errno
import logging
import socket

import pytest
from limits import LIMIT

from tui.commands.web import noise
from tui.commands.web.server import WebServer, serve


@pytest.fixture
async def address(capfd: pytest.CaptureFixture[str]):
    """The address of a server; ended with the test."""
    ready = asyncio.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(serve(WebServer(["/bin/sh"], visitors=1, idle=0), listening, ready.set))
    await ready.wait()
    yield listening.getsockname()
    task.cancel()
    await asyncio.wait([task], timeout=LIMIT)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\xff\x1b[31m\r\n\r\n",
        b"GET / HTTP/1.1\r\nX\x1b[31m bad\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ids=["no method", "no header", "two hosts", "too long", "two lengths"],
)
async def test_what_is_no_request_is_refused_without_a_word(
    sent: bytes, address: tuple[str, int], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(sent)
    assert b" 400 " in await asyncio.wait_for(reader.readline(), LIMIT)
    writer.close()
    assert "Error" not in capfd.readouterr().err
    assert caplog.records == []


def test_a_mistake_of_this_program_is_still_logged(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise KeyError("ours")
    except KeyError:
        noise.request_log().exception("Error handling request")
    assert [each.levelno for each in caplog.records] == [logging.ERROR]


async def test_that_no_more_connections_can_be_taken_is_said_once() -> None:
    said: list[str] = []
    noise.say_once_when_full(said.append)
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        full = OSError(errno.EMFILE, "Too many open files")
        for _ in range(3):
            loop.call_exception_handler(
                {"message": "socket.accept() out of system resource", "exception": full, "socket": listening}
            )
    assert said == [noise.FULL]
    loop.call_exception_handler({"message": "another mistake"})
    assert len(said) == 1
