"""Who gets a screen: whoever has the link of the moment, and from then on that browser alone.

Every user of this machine can connect to a TCP port, and so can every page that a browser has open. The link in the
terminal carries a token that works once. It is exchanged for a session: a cookie that no script can read and no other
site sends. Cookies know no ports, so this one has a path of its own, which nobody else is told.
"""

import hmac
import secrets
from dataclasses import dataclass, field

BYTES = 32  # of a secret: nobody guesses 256 bits


@dataclass(frozen=True)
class Session:
    """One browser that came with a link. Below `/place/` it shows `secret`, its cookie."""

    place: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(BYTES), repr=False)


class Access:
    """The link of the moment, and the sessions there are. Both live as long as the server."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(BYTES)
        self._sessions: dict[str, Session] = {}

    def exchange(self, token: str) -> Session | None:
        """Return a new session for the token of the moment, which another one then follows; None for any other."""
        if not same(token, self.token):
            return None
        self.token = secrets.token_urlsafe(BYTES)
        session = Session()
        self._sessions[session.place] = session
        return session

    def session(self, place: str, secret: str) -> Session | None:
        """Return the session of a place, for the one who has its secret."""
        there = self._sessions.get(place)
        return there if there is not None and same(secret, there.secret) else None


def same(given: str, secret: str) -> bool:
    """Compare in a time that does not tell how much of a guess was right."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode())


def is_own_origin(origin: str, host: str) -> bool:
    """Tell whether a request comes from a page of this very server.

    A browser lets any page open a WebSocket to any address, with cookies, and says only here whose page it is.
    """
    return origin.lower() == f"http://{host.lower()}"
