"""How a command talks with the engine from beginning to end, and how its failures are reported."""

import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import click

from engine.storage.files import in_words
from engine.storage.paths import PathError
from engine.vocabulary.config import ConfigError

INTERRUPTED = 130  # exit status after Ctrl-C
SILENT = 4  # exit status where an engine is there and does not answer

T = TypeVar("T")


class NoAnswer(click.ClickException):
    exit_code = SILENT


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a command's exchange with the engine; its failures become one line on stderr and exit status 1, or SILENT."""
    import asyncio

    from engine.vocabulary.messages import ProtocolError
    from tui.link.errors import CommandRefused, EngineSilent, EngineUnreachable

    try:
        return asyncio.run(coroutine)
    except EngineSilent as error:
        raise NoAnswer(str(error)) from error
    except BrokenPipeError:  # whoever read what is printed has left: no failure that needs words
        raise
    except (CommandRefused, EngineUnreachable, PathError, ProtocolError, ConfigError, OSError) as error:
        raise click.ClickException(in_words(error)) from error
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
