"""Writing to the terminal, which may be blocked: behind a stalled link nobody reads what is written."""

import asyncio
import select
from collections.abc import Callable


class FlowControl:
    """Tells whether the terminal takes bytes at present, and when it does again.

    Textual's writer takes 30 writes, and then whoever writes waits: keys, events of the engine and signals as well.
    """

    def __init__(self, file: int, on_writable: Callable[[], None]) -> None:
        """`file` is the terminal's descriptor; `on_writable` is called in the loop once it takes bytes again."""
        self._file = file
        self._on_writable = on_writable
        self._blocked = False

    def can_write(self) -> bool:
        """Tell whether a frame can be written now. When not, `on_writable` will be called, once."""
        if not self._blocked and not select.select([], [self._file], [], 0)[1]:
            self._blocked = True
            asyncio.get_running_loop().add_writer(self._file, self._resume)
        return not self._blocked

    def _resume(self) -> None:
        asyncio.get_running_loop().remove_writer(self._file)
        self._blocked = False
        self._on_writable()
