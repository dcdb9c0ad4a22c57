"""A server of screens whose program is a short script, and a visitor of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientWebSocketResponse, WSMsgType
from aiohttp.test_utils import TestClient, TestServer
from limits import LIMIT

from tui.commands.web.server import COOKIE, WebServer
from tui.commands.web.visits import Visit


class Visitor:
    """One browser: it keeps its cookies, and sends what a browser sends."""

    def __init__(self, server: WebServer, client: TestClient) -> None:
        self.server = server
        self.client = client

    @property
    def origin(self) -> str:
        return str(self.client.make_url("")).rstrip("/")

    async def come(self) -> str:
        """Open the link of the moment; return the path that it leads to."""
        answer = await self.client.get("/", params={"token": self.server.access.token})
        found = re.search(r"url=(/.+?/)", await answer.text())
        assert found is not None, answer
        return found[1]

    async def open(self, path: str, query: str = "", origin: str | None = None) -> ClientWebSocketResponse:
        headers = {"Origin": self.origin if origin is None else origin}
        return await self.client.ws_connect(f"{path}ws{query}", headers=headers)

    def cookie(self, path: str) -> str:
        return self.client.session.cookie_jar.filter_cookies(self.client.make_url(path))[COOKIE].value

    @property
    def visit(self) -> Visit:
        """The only one there is."""
        (visit,) = self.server.visits.there.values()
        return visit

    async def leave(self, page: ClientWebSocketResponse) -> None:
        """Close the only page, and wait until its program has ended."""
        visit = self.visit
        await page.close()
        async with asyncio.timeout(LIMIT):
            await visit.over.wait()


@asynccontextmanager
async def served(
    script: str = "read x", *, visitors: int = 4, idle: float = 0.0, shell: str = "/bin/sh"
) -> AsyncIterator[Visitor]:
    server = WebServer([shell, "-c", script], visitors=visitors, idle=idle)
    async with TestClient(TestServer(server.app())) as client:
        yield Visitor(server, client)


async def shown(page: ClientWebSocketResponse, end: str) -> str:
    """Return what the page is sent until this has come."""
    text = ""
    while end not in text:
        message = await page.receive(LIMIT)
        assert message.type is WSMsgType.BINARY, (message, text)
        text += message.data.decode()
    return text


async def farewell(page: ClientWebSocketResponse) -> str:
    """Return the words with which the server closes the page's connection."""
    while (message := await page.receive(LIMIT)).type is WSMsgType.BINARY:
        pass
    assert message.type is WSMsgType.CLOSE, message
    return str(message.extra)
