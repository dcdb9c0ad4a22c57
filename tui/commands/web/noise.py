"""What strangers can make the server say on the terminal where the link stands: next to nothing.

Every user of this machine can connect, send what is no request, and open more connections than a process can have. For
each, aiohttp and asyncio would write a traceback, and the link would scroll away.
"""

import asyncio
import errno
import logging
import sys
from collections.abc import Callable
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError

FULL = "No more connections can be taken: too many are open. Screens that are open go on."


def request_log() -> logging.Logger:
    """Return a log for aiohttp that leaves out requests that are none, which are answered with 400 and forgotten."""
    log = logging.getLogger(__name__)
    log.addFilter(is_ours)  # once, however often it is added
    return log


def is_ours(record: logging.LogRecord) -> bool:
    """Tell whether a mistake is one of this program."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def say_once_when_full(say: Callable[[str], None] = lambda words: print(words, file=sys.stderr, flush=True)) -> None:
    """Have the running loop say in one line, and once, that it can take no more connections."""
    said = False

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal said
        error = context.get("exception")
        if not ("socket" in context and isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)):
            loop.default_exception_handler(context)
        elif not said:
            said = True
            say(FULL)

    asyncio.get_running_loop().set_exception_handler(handle)
