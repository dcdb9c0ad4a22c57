"""What is served to whom: the page and its files to a browser with a session, a screen to that page."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import textual_serve
from aiohttp import web

from tui.commands.web.access import Access, Session, is_own_origin
from tui.commands.web.address import is_own_name
from tui.commands.web.noise import request_log, say_once_when_full
from tui.commands.web.page_messages import read_size
from tui.commands.web.visits import Visits

COOKIE = "mnist-tui"
HEARTBEAT = 20.0  # seconds between two signs of life that the page is asked for
CLOSING = 2.0  # seconds for the page to take note of the end
ENDING = 10.0  # for all of them, when the server ends
LONGEST_REASON = 123  # bytes that a frame which closes a WebSocket has for words: RFC 6455, 5.5
OURS = Path(__file__).parent / "page"
THEIRS = Path(textual_serve.__file__).parent / "static"
FILES = {
    "page.js": OURS / "page.js",
    "page.css": OURS / "page.css",
    "textual.js": THEIRS / "js/textual.js",
    "xterm.css": THEIRS / "css/xterm.css",
    "font.ttf": THEIRS / "fonts/RobotoMono-VariableFont_wght.ttf",
    "font-italic.ttf": THEIRS / "fonts/RobotoMono-Italic-VariableFont_wght.ttf",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # xterm.js writes its colours and sizes into the page
    "font-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self' ws://{}",  # not every browser takes a WebSocket to the same place for 'self'
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
HEADERS = {
    "Cache-Control": "no-store",  # but for the files of the page, below
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",  # the address of the link has its token
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
KEPT = "private, max-age=86400"  # through a tunnel a megabyte takes a while; another server has another path
NO_LINK = (
    "This is mnist-tui. Open the link that stands in the terminal where `mnist-tui web` runs.\n"
    "Each link works once; when one has been used, the terminal shows the next.\n"
)
ONWARD = '<!doctype html><meta charset="utf-8"><title>mnist-tui</title><meta http-equiv="refresh" content="0;url=/{}/">'


class WebServer:
    """Serves screens of `command`. `on_used` is called when a link has been used, and there is another one."""

    def __init__(
        self, command: Sequence[str], *, visitors: int, idle: float, on_used: Callable[[], None] = lambda: None
    ) -> None:
        self.access = Access()
        self.visits = Visits(command, most=visitors, idle=idle)
        self._on_used = on_used

    def app(self) -> web.Application:
        app = web.Application(middlewares=[refuse_other_names])
        app.on_response_prepare.append(add_headers)
        app.on_shutdown.append(self._end)
        app.router.add_get("/", self.enter, allow_head=False)
        app.router.add_get("/{place}/", self.page, allow_head=False)
        app.router.add_get("/{place}/ws", self.screen, allow_head=False)
        app.router.add_get("/{place}/static/{name}", self.file, allow_head=False)
        return app

    async def enter(self, request: web.Request) -> web.Response:
        """Exchange the token of a link for a session.

        The way onward is a page of its own: a browser takes a redirect for a wish of the page that the link was on,
        and sends no strict cookie then.
        """
        session = self.access.exchange(request.query.get("token", ""))
        if session is None:
            raise web.HTTPForbidden(text=NO_LINK)
        self._on_used()
        response = web.Response(text=ONWARD.format(session.place), content_type="text/html")
        response.set_cookie(COOKIE, session.secret, path=f"/{session.place}/", httponly=True, samesite="Strict")
        return response

    async def page(self, request: web.Request) -> web.FileResponse:
        self._session(request)
        return web.FileResponse(OURS / "index.html")

    async def file(self, request: web.Request) -> web.FileResponse:
        self._session(request)
        if (path := FILES.get(request.match_info["name"])) is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": KEPT})

    async def screen(self, request: web.Request) -> web.WebSocketResponse:
        session = self._session(request)
        if not is_own_origin(request.headers.get("Origin", ""), request.host):
            raise web.HTTPForbidden(text="The page that asks is not the one of this server.\n")
        opened = web.WebSocketResponse(heartbeat=HEARTBEAT, timeout=CLOSING)
        await opened.prepare(request)
        farewell = await self.visits.receive(session.place, opened, read_size(request.query))
        await opened.close(code=farewell.code, message=farewell.words.encode()[:LONGEST_REASON])
        return opened

    def _session(self, request: web.Request) -> Session:
        session = self.access.session(request.match_info["place"], request.cookies.get(COOKIE, ""))
        if session is None:
            raise web.HTTPForbidden(text=NO_LINK)
        return session

    async def _end(self, _: web.Application) -> None:
        await self.visits.end()


@web.middleware
async def refuse_other_names(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    if not is_own_name(request.headers.get("Host", "")):
        raise web.HTTPForbidden(text="Use the address 127.0.0.1, localhost or [::1].\n")
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    policy = "; ".join(f"{name} {value}" for name, value in POLICY.items())
    host = request.host if is_own_name(request.host) else ""
    for name, value in {**HEADERS, "Content-Security-Policy": policy.format(host)}.items():
        response.headers.setdefault(name, value)


async def serve(server: WebServer, listening: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; then end all screens. `on_ready` is called once a browser may come."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            loop.add_signal_handler(number, asked.set)
    say_once_when_full()
    runner = web.AppRunner(
        server.app(),
        access_log=None,  # it would have the tokens
        logger=request_log(),
        handle_signals=False,
        shutdown_timeout=ENDING,
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        on_ready()
        await asked.wait()
    finally:
        await runner.cleanup()
