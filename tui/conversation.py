"""How a command talks with the engine from beginning to end, and what becomes of its failures."""

import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import click

from engine.config import ConfigError
from engine.paths import PathError

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a command's conversation; its failures become one line on stderr and exit status 1."""
    import asyncio

    from engine.messages import ProtocolError
    from tui.client import CommandRefused, EngineUnreachable

    try:
        return asyncio.run(coroutine)
    except (CommandRefused, EngineUnreachable, PathError, ProtocolError, ConfigError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        sys.exit(130)
