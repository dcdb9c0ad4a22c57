"""A real Chromium without a window, driven by Playwright, and what its terminal is sent read as a screen.

`pip install playwright` brings the driver; the browser is the system's, or what `playwright install chromium` got.
"""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pyte
import pytest
from limits import LIMIT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
READ = ["clipboard-read", "clipboard-write"]


class Shown:
    """A page with the terminal in it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.asked: list[str] = []  # what the page has asked for
        self.errors: list[str] = []
        self._typed: list[str] = []
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self._news = asyncio.Event()
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("websocket", self._open)

    def _open(self, socket: Any) -> None:
        size = parse_qs(urlsplit(socket.url).query)
        self._screen = pyte.Screen(int(size["width"][0]), int(size["height"][0]))
        self._stream = pyte.ByteStream(self._screen)
        socket.on("framereceived", self._draw)
        socket.on("framesent", self._note)

    def _draw(self, payload: bytes | str) -> None:
        if isinstance(payload, bytes):
            self._stream.feed(payload)
            self._news.set()

    def _note(self, payload: bytes | str) -> None:
        match msgspec.json.decode(payload):
            case ["stdin", typed]:
                self._typed.append(typed)
            case ["resize", {"width": columns, "height": lines}]:
                self._screen.resize(lines, columns)

    @property
    def size(self) -> tuple[int, int]:
        return self._screen.columns, self._screen.lines

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)

    async def until(self, pattern: str) -> None:
        """Wait until the screen has a match; fail with the screen when it does not come."""
        try:
            async with asyncio.timeout(LIMIT):
                while not re.search(pattern, self.text):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            told = f"{pattern!r} did not appear after {self._typed[-20:]} was typed, on:\n{self.text}"
            raise AssertionError(told) from None

    async def press(self, key: str) -> None:
        await self.page.keyboard.press(key)


def chromium(installed: str) -> str:
    """Return the path of a browser; skip the test where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), installed)
    if not Path(found).exists():
        pytest.skip("needs Chromium (Debian: chromium; elsewhere: playwright install chromium)")
    return found


@asynccontextmanager
async def browser() -> AsyncIterator[Any]:
    """A browser that has never been anywhere."""
    playwright = pytest.importorskip("playwright.async_api", reason="needs playwright (pip install playwright)")
    async with playwright.async_playwright() as driver:
        path = chromium(driver.chromium.executable_path)
        rootless = ["--no-sandbox"] if os.getuid() == 0 else []  # which Chromium refuses to root otherwise
        started = await driver.chromium.launch(executable_path=path, args=rootless)
        try:
            yield started
        finally:
            await started.close()


@asynccontextmanager
async def window(of: Any, width: int, height: int) -> AsyncIterator[Shown]:
    """A window of its own cookies and clipboard."""
    context = await of.new_context(viewport={"width": width, "height": height}, permissions=READ)
    context.set_default_timeout(LIMIT * 1000)
    try:
        yield Shown(await context.new_page())
    finally:
        await context.close()
