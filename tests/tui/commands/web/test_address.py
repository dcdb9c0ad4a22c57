"""The server listens on this machine alone, and says the way there from another one."""

import errno
import os
import socket
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.tui.commands.calls import call
from tui.__main__ import cli
from tui.commands.web import address
from tui.commands.web.address import AddressError, listen, tunnel, url


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.2", ""])
def test_no_other_address_than_the_loopback_is_listened_on_and_the_error_shows_the_tunnel(host: str) -> None:
    with pytest.raises(AddressError, match="only this machine may connect") as error:
        listen(host, 8642)
    assert "ssh -L 8642:127.0.0.1:8642" in str(error.value)


def test_the_command_refuses_it_too(tmp_path: Path) -> None:
    done = call(tmp_path / "checkpoints", "web", "--host", "0.0.0.0", expect=2)
    assert "use an SSH tunnel: run `ssh -L 8642:127.0.0.1:8642" in done.stderr.replace("\n", " ")


def test_a_port_that_is_taken_is_named_with_the_remedy() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressError, match=f"--port {port}: in use.*choose another one, or --port 0"):
            listen("localhost", port)


def test_a_port_of_administrators_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> socket.socket:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(address.socket, "create_server", refuse)
    with pytest.raises(
        AddressError, match="--port 80: only an administrator may listen there; choose one from 1024 on"
    ):
        listen("127.0.0.1", 80)


def test_any_free_port_is_told_in_the_address() -> None:
    with listen("localhost", 0) as listening:
        host, port = listening.getsockname()
        assert host == "127.0.0.1"
        assert url(listening) == f"http://127.0.0.1:{port}/"


def test_the_tunnel_names_the_machine_and_port_of_this_ssh_session() -> None:
    there = {"SSH_CONNECTION": "10.0.0.9 50000 10.0.0.5 2222"}
    assert tunnel(8642, env=there) == f"ssh -L 8642:127.0.0.1:8642 -p 2222 {address.user_name()}@10.0.0.5"
    assert (
        tunnel(8642, env={"SSH_CONNECTION": "a b c d"})
        == tunnel(8642, env={})
        == "ssh -L 8642:127.0.0.1:8642 THIS-MACHINE"
    )
    assert tunnel(8642, "::1", {}) == "ssh -L 8642:[::1]:8642 THIS-MACHINE"
    assert tunnel(0, env={}) == "ssh -L PORT:127.0.0.1:PORT THIS-MACHINE"
    assert "\x1b" not in tunnel(8642, env={"SSH_CONNECTION": "1 2 \x1b[31m 22"})


@pytest.mark.parametrize("missing", ["aiohttp", "textual_serve"])
def test_without_its_packages_the_command_says_which_extra_has_them(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "tui.commands.web.server", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    result = CliRunner().invoke(cli, ["web"])
    assert result.exit_code == 1
    assert f"the browser needs {missing}: python -m pip install 'mnist-tui[web]'" in result.output
