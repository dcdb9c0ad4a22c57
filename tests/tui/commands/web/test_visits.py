"""A screen for each visitor, for so many, for as long as they do something; no program stays behind."""

import os

import pytest

from tests.tui.commands.web.visitor import farewell, served, shown
from tui.commands.web import screen

TELLS_PID = "echo pid $$ there; exec cat"  # which ends when its terminal hangs up


def pid_in(text: str) -> int:
    return int(text.split()[1])


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_what_is_typed_reaches_the_program_and_what_it_draws_the_page() -> None:
    async with served('stty -echo; echo ready; read line; echo "got $line"; read x') as visitor:
        page = await visitor.open(await visitor.come())
        await shown(page, "ready")
        await page.send_json(["stdin", "hé\n"])
        await shown(page, "got hé")


async def test_a_program_has_the_size_of_its_page_and_follows_it() -> None:
    async with served("stty size; while read x; do stty size; done") as visitor:
        page = await visitor.open(await visitor.come(), "?width=120&height=36")
        await shown(page, "36 120")
        await page.send_json(["resize", {"width": 91, "height": 28}])
        await page.send_json(["stdin", "\n"])
        await shown(page, "28 91")


async def test_a_program_gets_a_terminal_in_colour_and_unicode_wherever_the_server_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"TERM": "dumb", "LC_ALL": "C", "TMUX": "x", "COLUMNS": "3", "TERM_PROGRAM": "x"}.items():
        monkeypatch.setenv(name, value)
    async with served('echo "$TERM $COLORTERM $LC_ALL$TMUX$COLUMNS$TERM_PROGRAM."; locale charmap; read x') as visitor:
        page = await visitor.open(await visitor.come())
        assert "xterm-256color truecolor ." in await shown(page, "UTF-8")


async def test_closing_the_page_ends_its_program() -> None:
    async with served(TELLS_PID) as visitor:
        path = await visitor.come()
        page = await visitor.open(path)
        pid = pid_in(await shown(page, "there"))
        await visitor.leave(page)
        assert is_gone(pid)
        assert len(visitor.server.visits) == 0


async def test_a_program_that_does_not_hear_the_hang_up_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "LEAVING", 0.01)
    async with served("trap '' HUP; echo pid $$ there; while :; do sleep 1000; done") as visitor:
        page = await visitor.open(await visitor.come())
        pid = pid_in(await shown(page, "there"))
        await visitor.leave(page)
        assert is_gone(pid)


async def test_the_page_is_told_how_the_program_has_ended() -> None:
    async with served("read x; exit $x") as visitor:
        path = await visitor.come()
        for typed, words in (("0\n", "You have left the screen."), ("3\n", "The screen has ended with exit status 3.")):
            page = await visitor.open(path)
            await page.send_json(["stdin", typed])
            assert await farewell(page) == words


async def test_what_a_program_says_last_is_shown_before_the_page_hears_of_its_end() -> None:
    async with served("echo Traceback; exit 1") as visitor:
        page = await visitor.open(await visitor.come())
        await shown(page, "Traceback")
        assert "exit status 1" in await farewell(page)


async def test_a_program_that_is_not_there_is_said_on_the_page() -> None:
    async with served(shell="/no/such/program") as visitor:
        page = await visitor.open(await visitor.come())
        assert "The screen cannot start: /no/such/program" in await farewell(page)


async def test_a_screen_that_nobody_uses_is_closed_with_its_program() -> None:
    async with served(TELLS_PID, idle=0.5) as visitor:
        page = await visitor.open(await visitor.come())
        pid = pid_in(await shown(page, "there"))
        assert await farewell(page) == "Closed after 0.5 seconds without a key; a run goes on."
        assert is_gone(pid)


async def test_a_key_or_the_mouse_counts_as_use_but_a_size_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served("stty -echo; echo ready; while read x; do echo; done", idle=3600) as visitor:
        page = await visitor.open(await visitor.come())
        await shown(page, "ready")
        visit = visitor.visit
        first = visit.patience
        await page.send_json(["resize", {"width": 91, "height": 28}])
        await page.send_json(["ping", "1"])
        await page.send_str("no JSON")
        await page.send_json(["stdin", ""])
        assert visit.patience is first
        await page.send_json(["stdin", "\n"])
        await shown(page, "\n")
        assert visit.patience is not first
        assert first is not None
        assert first.cancelled()


async def test_one_visitor_too_many_is_turned_away_until_another_leaves() -> None:
    async with served("echo here; read x", visitors=1) as visitor:
        one, other = await visitor.come(), await visitor.come()
        first = await visitor.open(one)
        await shown(first, "here")
        words = await farewell(await visitor.open(other))
        assert words == "No more than 1 at a time: close a screen, or start with more --visitors."
        await visitor.leave(first)
        await shown(await visitor.open(other), "here")


async def test_a_visitor_has_one_process_and_another_tab_or_a_reload_takes_its_place() -> None:
    async with served(TELLS_PID, visitors=1) as visitor:
        path = await visitor.come()
        before = await visitor.open(path)
        pid = pid_in(await shown(before, "there"))
        after = await visitor.open(path)
        other = pid_in(await shown(after, "there"))
        assert is_gone(pid)
        assert other != pid
        assert "in another tab" in await farewell(before)
        assert len(visitor.server.visits) == 1


async def test_the_end_of_the_server_ends_all_screens_and_tells_the_pages() -> None:
    async with served(TELLS_PID) as visitor:
        pages = [await visitor.open(await visitor.come()) for _ in range(2)]
        pids = [pid_in(await shown(page, "there")) for page in pages]
        await visitor.server.visits.end()
        assert all(map(is_gone, pids))
        for page in pages:
            assert "The server has ended; a run goes on." in await farewell(page)


async def test_a_page_that_waits_for_its_turn_when_the_server_ends_gets_no_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing would end a screen that begins later."""
    async with served(TELLS_PID) as visitor:
        path = await visitor.come()
        await shown(await visitor.open(path), "there")
        before = visitor.visit
        after = await visitor.open(path)
        await before._farewell
        monkeypatch.setattr(visitor.server.visits, "_command", ["/bin/sh", "-c", "echo begun; read x"])
        await visitor.server.visits.end()
        assert "The server has ended; a run goes on." in await farewell(after)
        assert len(visitor.server.visits) == 0


@pytest.mark.parametrize(
    "sent",
    [b"\x00\xff", "[", "[" * 100_000, "[]", '["stdin", 3]', '["resize", {"width": -1, "height": 99999999}]', "{}"],
)
async def test_what_no_page_sends_is_dropped(sent: str | bytes) -> None:
    async with served('stty -echo; echo ready; read line; echo "got $line"; read x') as visitor:
        page = await visitor.open(await visitor.come(), "?width=99999999&height=-5")
        await shown(page, "ready")
        await (page.send_bytes(sent) if isinstance(sent, bytes) else page.send_str(sent))
        await page.send_json(["stdin", "this\n"])
        await shown(page, "got this")


async def test_a_page_that_takes_nothing_does_not_hold_up_another() -> None:
    async with served("yes") as visitor:
        stalled = await visitor.open(await visitor.come())
        page = await visitor.open(await visitor.come())
        await shown(page, "y\r\ny")
        assert not stalled.closed
