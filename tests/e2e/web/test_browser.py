"""`mnist-tui web` in a real Chromium: keys, the mouse, the clipboard, sizes and reloads."""

import asyncio
import io
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from limits import LIMIT
from PIL import Image

from tests.e2e.web.browser import Shown, browser, window
from tests.e2e.web.server import web_server
from tests.e2e.world import TRAINING, World

pytestmark = pytest.mark.slow

PICTURES = os.environ.get("MNIST_TUI_PICTURES")  # a folder for what was seen on the way


async def picture(shown: Shown, name: str) -> Image.Image:
    """Return what is on the window."""
    png = await shown.page.screenshot()
    if PICTURES:
        (Path(PICTURES) / f"{name}.png").write_bytes(png)
    return Image.open(io.BytesIO(png)).convert("RGB")


async def until_drawn(shown: Shown, name: str, where: tuple[int, int], *, bright: bool) -> None:
    """Wait until a pixel of the window is bright, or dark: what the page is sent is drawn a little later."""
    async with asyncio.timeout(LIMIT):
        while is_bright(await picture(shown, name), where) != bright:
            pass


def is_bright(seen: Image.Image, where: tuple[int, int]) -> bool:
    return sum(seen.getpixel(where)) > 3 * 127


async def test_a_newcomer_trains_draws_and_reloads_in_a_browser(world: World) -> None:
    async with browser() as chromium, window(chromium, 1280, 800) as shown:
        with web_server(world) as server:
            link = await asyncio.to_thread(server.link)
            await shown.page.goto(link)
            await shown.until("4,000 training and 1,000 test images")
            assert "token" not in shown.page.url
            assert await shown.page.evaluate("document.fonts.check('16px \"Roboto Mono\"')")
            await shown.press("t")
            await shown.until(TRAINING)
            await shown.press("2")
            await shown.until(r"test image \d+ of 1,000")
            await shown.until("predicted")
            await picture(shown, "digits")

            await shown.press("7")
            await shown.until("pen up")
            await until_drawn(shown, "before", (300, 190), bright=False)
            mouse = shown.page.mouse
            await mouse.move(200, 200)
            await mouse.down()
            await mouse.move(400, 200, steps=10)
            await mouse.move(300, 600, steps=20)
            await mouse.up()
            await shown.until(r"it is taken for \d")
            await until_drawn(shown, "drawn", (300, 190), bright=True)
            await until_drawn(shown, "drawn", (300, 400), bright=False)

            before = shown.size
            await shown.page.set_viewport_size({"width": 760, "height": 520})
            await shown.until(r"(?m)^ ?0001-seed-cnn[^\n]*\n[^\n]*Draw[^\n]*\n(.*\n)+.*q quit")
            assert shown.size[0] < before[0] * 2 // 3
            assert shown.size[1] < before[1] * 3 // 4
            await picture(shown, "small")

            await shown.page.reload()
            await shown.until("loss")
            await shown.until(TRAINING + r"|finished")
            await picture(shown, "reloaded")

            refused = await chromium.new_page()
            answer = await refused.goto(link)
            assert answer.status == 403
            assert "Each link works once" in await refused.inner_text("body")
            assert {urlsplit(url).hostname for url in shown.asked} == {"127.0.0.1"}
            assert shown.errors == []
        await shown.page.get_by_text("The server has ended; a run goes on.").wait_for()
        await picture(shown, "ended")


async def test_the_clipboard_of_the_browser_is_pasted_and_filled(world: World) -> None:
    async with browser() as chromium, window(chromium, 1000, 700) as shown:
        with web_server(world) as server:
            await shown.page.goto(await asyncio.to_thread(server.link))
            await shown.until("mnist-tui  ready")
            await shown.press("Control+p")  # which no browser takes for printing here
            await shown.until("Search for commands")
            await shown.page.evaluate("navigator.clipboard.writeText('pasted \\u00e9\\u001b[31m')")
            await shown.press("Control+v")
            await shown.until("pasted é")
            await shown.press("Escape")

            mouse = shown.page.mouse
            await shown.page.keyboard.down("Shift")
            await mouse.move(2, 10)
            await mouse.down()
            await mouse.move(400, 10, steps=10)
            await mouse.up()
            await shown.page.keyboard.up("Shift")
            await shown.press("Control+c")
            async with asyncio.timeout(LIMIT):
                while "ready" not in await shown.page.evaluate("navigator.clipboard.readText()"):
                    pass
            assert shown.errors == []
