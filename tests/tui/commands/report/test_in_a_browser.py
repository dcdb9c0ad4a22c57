"""The page of a report in a real Chromium: on a desk, on a phone, and on paper."""

from pathlib import Path

import pytest
from fake_engine import measured

from tests.e2e.web.browser import browser
from tests.tui.commands.report.made import Digits, epoch, facts_of, make_run
from tui.report.asking import with_digits
from tui.report.written import written

pytestmark = pytest.mark.slow

# How far the furthest one reaches to the right, against the width of the window.
CAPTIONS = (
    "Math.max(...[...document.querySelectorAll('.scroll caption span')].map(x => x.getBoundingClientRect().right))"
)
PAGE = "document.documentElement.scrollWidth"
TOPS = "[...document.querySelector('.beside').children].map(x => x.getBoundingClientRect().top)"
NARROW, WIDE, PAPER = 390, 1200, 680  # pixels; paper is A4 without its margins


async def test_it_fits_a_phone_a_desk_and_paper_and_asks_for_nothing(tmp_path: Path) -> None:
    folders = [make_run(tmp_path / "runs", [measured(1), epoch(1), epoch(2)], seed=seed) for seed in range(3)]
    file = tmp_path / "report.html"
    file.write_text(written(await with_digits(facts_of(*folders), Digits(), 9), "html"))
    async with browser() as chromium:
        page = await chromium.new_page()
        asked: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: errors.append(message.text))
        await page.goto(file.as_uri())
        for width, media in ((NARROW, "screen"), (WIDE, "screen"), (PAPER, "print")):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.emulate_media(media=media)
            assert await page.evaluate(PAGE) == width, media
            assert 0 < await page.evaluate(CAPTIONS) <= width, media
            one, other = await page.evaluate(TOPS)  # a confusion, and its most frequent mistakes
            assert (one == other) is (width != NARROW), media
        assert (await page.pdf(format="A4")).startswith(b"%PDF-")
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        assert errors == []
