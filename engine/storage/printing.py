"""What the engine prints goes to engine.log. A full disk must not end a run."""

import contextlib
import traceback


def say(text: str) -> None:
    with contextlib.suppress(OSError):
        print(text.encode(errors="backslashreplace").decode(), flush=True)  # a name may be bytes that are no UTF-8


def say_traceback() -> None:
    """Print the exception that is being handled."""
    with contextlib.suppress(OSError):
        traceback.print_exc()
