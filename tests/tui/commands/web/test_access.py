"""Only the browser that came with a link gets a screen, and only for the page of this server."""

import hmac

import pytest
from aiohttp import WSServerHandshakeError
from yarl import URL

from tests.tui.commands.web.visitor import served, shown
from tui.commands.web import access
from tui.commands.web.access import Access
from tui.commands.web.server import COOKIE, FILES


async def test_a_link_works_once_and_then_there_is_another_one() -> None:
    async with served() as visitor:
        first = visitor.server.access.token
        path = await visitor.come()
        assert (await visitor.client.get(path)).status == 200
        assert visitor.server.access.token != first
        again = await visitor.client.get("/", params={"token": first})
        assert again.status == 403
        assert "Each link works once" in await again.text()
        assert await visitor.come() != path


@pytest.mark.parametrize("token", ["", "x", "é", "a" * 43, None])
async def test_any_other_token_is_refused_and_uses_up_nothing(token: str | None) -> None:
    async with served() as visitor:
        before = visitor.server.access.token
        answer = await visitor.client.get("/", params={} if token is None else {"token": token})
        assert answer.status == 403
        assert not answer.cookies
        assert visitor.server.access.token == before


async def test_looking_at_a_link_without_opening_it_does_not_use_it_up() -> None:
    async with served() as visitor:
        before = visitor.server.access.token
        assert (await visitor.client.head("/", params={"token": before})).status == 405
        assert visitor.server.access.token == before


async def test_the_cookie_is_for_no_script_no_other_site_and_no_other_path() -> None:
    async with served() as visitor:
        answer = await visitor.client.get("/", params={"token": visitor.server.access.token})
        cookie = answer.cookies[COOKIE]
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Strict"
        assert cookie["path"] in await answer.text()
        assert len(cookie["path"]) > 15


async def test_the_path_alone_or_with_the_cookie_of_another_visitor_opens_nothing() -> None:
    async with served() as visitor:
        path, other = await visitor.come(), await visitor.come()
        stolen = visitor.cookie(other)
        visitor.client.session.cookie_jar.clear()
        for cookies in ({}, {COOKIE: stolen}, {COOKIE: ""}):
            for what in ("", *(f"static/{name}" for name in FILES)):
                assert (await visitor.client.get(path + what, cookies=cookies)).status == 403
            visitor.client.session.cookie_jar.update_cookies(cookies, URL(visitor.origin))
            with pytest.raises(WSServerHandshakeError, match="403"):
                await visitor.open(path)


@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://evil.example", "https://{}", "http://{}.evil.example", "http://127.0.0.1", "http://{}/"],
)
async def test_no_page_but_that_of_this_server_reaches_a_screen(origin: str) -> None:
    async with served("echo here; read x") as visitor:
        path = await visitor.come()
        own = visitor.origin.removeprefix("http://")
        with pytest.raises(WSServerHandshakeError, match="403"):
            await visitor.open(path, origin=origin.format(own))
        assert len(visitor.server.visits) == 0
        await shown(await visitor.open(path), "here")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8642", "127.0.0.1.evil.example", "localhost.", "", "[::2]"]
)
async def test_another_name_that_leads_here_is_refused_even_with_the_right_token(host: str) -> None:
    async with served() as visitor:
        token = visitor.server.access.token
        answer = await visitor.client.get("/", params={"token": token}, headers={"Host": host})
        assert answer.status == 403
        assert visitor.server.access.token == token


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost:9000", "LOCALHOST", "[::1]:9000"])
async def test_the_port_of_a_tunnel_is_as_good_as_the_own_one(host: str) -> None:
    async with served("echo here; read x") as visitor:
        answer = await visitor.client.get(
            "/", params={"token": visitor.server.access.token}, headers={"Host": host}, allow_redirects=False
        )
        assert answer.status == 200
        path = answer.cookies[COOKIE]["path"]
        headers = {
            "Host": host,
            "Origin": f"http://{host.lower()}",
            "Cookie": f"{COOKIE}={answer.cookies[COOKIE].value}",
        }
        await shown(await visitor.client.ws_connect(f"{path}ws", headers=headers), "here")


async def test_everything_for_the_page_comes_from_here_and_nothing_else_does() -> None:
    async with served() as visitor:
        path = await visitor.come()
        page = await visitor.client.get(path)
        assert "connect-src 'self'" in page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        for name in ("Referrer-Policy", "X-Frame-Options", "X-Content-Type-Options"):
            assert name in page.headers
        html = await page.text()
        assert "//" not in html
        for name in FILES:
            assert (await visitor.client.get(f"{path}static/{name}")).status == 200
        for name in ("server.py", "..%2fserver.py", "%2e%2e/%2e%2e/server.py"):
            assert (await visitor.client.get(URL(f"{path}static/{name}", encoded=True))).status in (403, 404)


def test_tokens_and_cookies_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    real = hmac.compare_digest
    monkeypatch.setattr(access.hmac, "compare_digest", lambda a, b: bool(compared.append((a, b))) or real(a, b))
    there = Access()
    session = there.exchange(there.token)
    assert session is not None
    assert there.session(session.place, session.secret) is session
    assert there.session(session.place, "x") is None
    assert len(compared) == 3


def test_no_two_secrets_are_alike_and_none_shows_in_a_traceback() -> None:
    there = Access()
    tokens, sessions = [], []
    for _ in range(3):
        tokens.append(there.token)
        sessions.append(there.exchange(there.token))
    words = {*tokens, *(each.secret for each in sessions if each), *(each.place for each in sessions if each)}
    assert len(words) == 9
    assert all(each is not None and each.secret not in repr(each) for each in sessions)
