"""Where the server listens: on this machine alone. And the way there from another one."""

import errno
import getpass
import ipaddress
import os
import re
import socket
from collections.abc import Mapping

from engine.storage.files import in_words

LOOPBACK = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6}
# A page of another site, whose name has been made to lead here, says that name: DNS rebinding. The port may be
# that of a tunnel.
OWN_NAME = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)


class AddressError(ValueError):
    """An address on which this server does not listen, with the remedy."""


def is_own_name(host: str) -> bool:
    """Tell whether a request's `Host` is a name of this machine for itself."""
    return OWN_NAME.fullmatch(host) is not None


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the loopback. Raises AddressError."""
    if host not in LOOPBACK:
        raise AddressError(
            f"--host {host}: the screen can do all that you can, so only this machine may connect: 127.0.0.1, ::1 or"
            f" localhost. From another machine, use an SSH tunnel: run `{tunnel(port)}` there, and open the link there"
        )
    address = "127.0.0.1" if host == "localhost" else host
    try:
        return socket.create_server((address, port), family=LOOPBACK[host])
    except OSError as error:
        raise AddressError(f"--port {port}: {reason(error)}") from error


def reason(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "in use, perhaps by another `mnist-tui web`; choose another one, or --port 0 for any that is free"
        case errno.EACCES | errno.EPERM:
            return "only an administrator may listen there; choose one from 1024 on"
    return in_words(error)


def url(listening: socket.socket) -> str:
    """Return the address of a listening socket for a browser: `http://127.0.0.1:8642/`."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def tunnel(port: int, host: str = "127.0.0.1", env: Mapping[str, str] = os.environ) -> str:
    """Return what to type on another machine, with this machine's address where the SSH session tells it.

    `host` and `port` are where the server listens.
    """
    here, end = "[::1]" if host == "::1" else "127.0.0.1", port or "PORT"
    words = ["ssh", "-L", f"{end}:{here}:{end}"]
    session = env.get("SSH_CONNECTION", "").split()  # the client's address and port, this machine's address and port
    if len(session) == 4 and is_address(session[2]) and session[3].isdecimal():
        words += [] if session[3] == "22" else ["-p", session[3]]
        return " ".join([*words, f"{user_name()}@{session[2]}"])
    return " ".join([*words, "THIS-MACHINE"])


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user whom the system does not know
        return "USER"
