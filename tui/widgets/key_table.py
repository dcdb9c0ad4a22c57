"""A table with the keys of every list, without zebra stripes on the plain ground."""

from rich.text import Text
from textual.events import Click
from textual.widgets import DataTable

from tui.widgets.list_keys import LIST_KEYS, ListKeys


class TableKeys(ListKeys, DataTable[Text]):
    """A table of rows: a click chooses one, a double click or Enter opens it."""

    BINDINGS = LIST_KEYS
    _clicks = 2

    async def _on_click(self, event: Click) -> None:
        self._clicks = event.chain
        try:
            await super()._on_click(event)
        finally:
            self._clicks = 2

    def _post_selected_message(self) -> None:
        if self._clicks > 1:
            super()._post_selected_message()  # type: ignore[no-untyped-call]


class KeyTable(TableKeys):
    DEFAULT_CSS = """
    KeyTable { background: $background; background-tint: $background 0%; scrollbar-size: 1 1; }
    KeyTable:focus { background-tint: $background 0%; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False, id=id)
