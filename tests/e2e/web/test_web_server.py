"""A real `mnist-tui web`: however it ends, no screen stays behind, and the run goes on."""

import asyncio
import re
import signal

import psutil
import pyte
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType
from limits import LIMIT

from tests.e2e.web.server import web_server
from tests.e2e.world import TRAINING, World

pytestmark = pytest.mark.slow

ENDS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Page:
    """What a browser shows, without one."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self._screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self._screen)

    async def until(self, pattern: str) -> None:
        async with asyncio.timeout(LIMIT):
            while not re.search(pattern, "\n".join(self._screen.display)):
                message = await self.socket.receive()
                assert message.type is WSMsgType.BINARY, message
                self._stream.feed(message.data)


async def open_page(session: ClientSession, link: str) -> Page:
    answer = await session.get(link)
    found = re.search(r"url=(/.+?/)", await answer.text())
    assert found is not None
    return Page(
        await session.ws_connect(
            answer.url.join(answer.url.with_path(f"{found[1]}ws")).with_query(width=100, height=30),
            origin=str(answer.url.origin()),
        )
    )


async def test_however_the_server_ends_its_screens_end_and_the_engine_that_they_started_goes_on(world: World) -> None:
    for number in ENDS:
        with web_server(world) as server:
            async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
                page = await open_page(session, await asyncio.to_thread(server.link))
                if number == ENDS[0]:
                    await page.until("t  train")  # its engine is there
                    await asyncio.to_thread(world.start_long_run)
                await page.until(TRAINING)
                (screen,) = server.screens()
                status = await asyncio.to_thread(server.end, number)
                assert status == (-number if number == signal.SIGKILL else 0)
                _, alive = await asyncio.to_thread(psutil.wait_procs, [screen], timeout=LIMIT)
                assert alive == []
        told = await asyncio.to_thread(world.status)
        assert told is not None
        assert told["state"] == "training"


async def test_ctrl_z_in_a_browser_says_that_no_shell_is_there_and_the_screen_stays(world: World) -> None:
    with web_server(world) as server:
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
            page = await open_page(session, await asyncio.to_thread(server.link))
            await page.until("t  train")
            await page.socket.send_json(["stdin", "\x1a"])
            await page.until("No shell is there")
            await page.socket.send_json(["stdin", "4"])
            await page.until("filters")


async def test_under_nohup_the_server_does_not_hear_the_hang_up(world: World) -> None:
    with web_server(world, before=["nohup"]) as server:
        await asyncio.to_thread(server.link)
        server.process.send_signal(signal.SIGHUP)
        assert await asyncio.to_thread(server.end, signal.SIGTERM) == 0
