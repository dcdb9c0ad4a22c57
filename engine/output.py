"""What the engine prints lands in engine.log. That the disk is full must not end a run."""

import contextlib
import traceback


def say(text: str) -> None:
    with contextlib.suppress(OSError):
        print(text, flush=True)


def say_traceback() -> None:
    """Print the exception that is being handled."""
    with contextlib.suppress(OSError):
        traceback.print_exc()
