"""Writing to the terminal, which may be blocked: behind a stalled link nobody reads what is written."""

import asyncio
import select
from collections.abc import Callable


class Outlet:
    """Tells whether the terminal takes bytes at present, and when it does again.

    Textual's writer takes 30 writes, and then whoever writes waits: keys, events of the engine and signals as well.
    """

    def __init__(self, file: int, reopened: Callable[[], None]) -> None:
        """`file` is the terminal's descriptor; `reopened` is called in the loop once it takes bytes again."""
        self._file = file
        self._reopened = reopened
        self._blocked = False

    def is_open(self) -> bool:
        """Tell whether a frame can be written now. When not, `reopened` will be called, once."""
        if not self._blocked and not select.select([], [self._file], [], 0)[1]:
            self._blocked = True
            asyncio.get_running_loop().add_writer(self._file, self._reopen)
        return not self._blocked

    def _reopen(self) -> None:
        asyncio.get_running_loop().remove_writer(self._file)
        self._blocked = False
        self._reopened()
