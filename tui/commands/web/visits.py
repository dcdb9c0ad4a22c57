"""Who is there: one screen for each visitor, for so many of them, as long as they do something."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import WSMsgType
from aiohttp.web import WebSocketResponse

from engine.storage.files import in_words
from tui.commands.web.page_messages import Size, read_message
from tui.commands.web.screen import Screen


class Farewell(NamedTuple):
    """Why a visit ends: a code for the WebSocket (RFC 6455; its own from 4000 on), and words for the page."""

    code: int
    words: str


LEFT = Farewell(1000, "You have left the screen.")
GONE = Farewell(1000, "The page was closed.")
SERVER_ENDS = Farewell(1001, "The server has ended; a run goes on. `mnist-tui web` starts another.")
ELSEWHERE = Farewell(4000, "This screen is open in another tab of this browser now.")


class Visit:
    """One page, and the screen that it shows."""

    def __init__(self, socket: WebSocketResponse, idle: float) -> None:
        """`idle` is after how many seconds without a key it ends, 0 for never."""
        self._socket = socket
        self._idle = idle
        self._farewell: asyncio.Future[Farewell] = asyncio.get_running_loop().create_future()
        self.patience: asyncio.TimerHandle | None = None  # until it counts as idle
        self.over = asyncio.Event()

    def leave(self, farewell: Farewell) -> None:
        """End it; the first reason counts."""
        if not self._farewell.done():
            self._farewell.set_result(farewell)

    async def last(self, command: Sequence[str], size: Size) -> Farewell:
        """Show a program's screen until it, the page or the server ends, or nobody uses it; return what to say then.

        The program has ended then, in any case.
        """
        try:
            screen = await Screen.start(command, size)
        except OSError as error:
            return Farewell(1011, f"The screen cannot start: {in_words(error)}")
        tasks = [asyncio.create_task(self._show(screen)), asyncio.create_task(self._type(screen))]
        try:
            self._count_idle()
            farewell = await self._farewell
        finally:
            if self.patience is not None:
                self.patience.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            status = await screen.end()
        return farewell if farewell is not LEFT else ended(status)

    async def _show(self, screen: Screen) -> None:
        """Send on what the program draws. While the page takes none, none is read, and the program skips frames."""
        try:
            while drawn := await screen.read():
                await self._socket.send_bytes(drawn)
            self.leave(LEFT)
        finally:
            self.leave(GONE)  # a page that takes nothing more

    async def _type(self, screen: Screen) -> None:
        """Have the program read what the page sends."""
        try:
            async for message in self._socket:
                told = read_message(message.data) if message.type is WSMsgType.TEXT else None
                if isinstance(told, Size):
                    screen.resize(told)
                elif told:
                    self._count_idle()
                    await screen.write(told)
        finally:
            self.leave(GONE)

    def _count_idle(self) -> None:
        if self.patience is not None:
            self.patience.cancel()
        if self._idle:
            words = f"Closed after {duration(self._idle)} without a key; a run goes on."
            loop = asyncio.get_running_loop()
            self.patience = loop.call_later(self._idle, self.leave, Farewell(4001, words))


class Visits:
    """All visits: at most one of each session, and `most` in all."""

    def __init__(self, command: Sequence[str], *, most: int, idle: float) -> None:
        self._command = command
        self._most = most
        self._idle = idle
        self.there: dict[str, Visit] = {}  # by the place of their session
        self._ended = False

    def __len__(self) -> int:
        return len(self.there)

    async def receive(self, place: str, socket: WebSocketResponse, size: Size) -> Farewell:
        """Let the page of a session in, in place of the one it had: that was reloaded, or opened in another tab.

        Return what to say to it in the end.
        """
        while (before := self.there.get(place)) is not None:
            before.leave(ELSEWHERE)
            await before.over.wait()
        if self._ended:
            return SERVER_ENDS
        if len(self.there) >= self._most:
            return Farewell(
                1013, f"No more than {self._most} at a time: close a screen, or start with more --visitors."
            )
        visit = self.there[place] = Visit(socket, self._idle)
        try:
            return await visit.last(self._command, size)
        finally:
            del self.there[place]
            visit.over.set()

    async def end(self) -> None:
        """End all visits, and their programs; none begins any more."""
        self._ended = True
        visits = list(self.there.values())
        for visit in visits:
            visit.leave(SERVER_ENDS)
        for visit in visits:
            await visit.over.wait()


def ended(status: int) -> Farewell:
    return Farewell(1000, f"The screen has ended with exit status {status}.") if status else LEFT


def duration(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"
