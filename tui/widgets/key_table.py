"""A table with the keys of vim as well: hjkl, g and G, beside arrows, Home, End and the pages."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import DataTable
from textual.widgets.data_table import CellType


class KeyTable(DataTable[CellType]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
        Binding("g,home", "scroll_top", show=False),
        Binding("G,end", "scroll_bottom", show=False),
    ]

    DEFAULT_CSS = """
    KeyTable { background: $background; background-tint: $background 0%; scrollbar-size: 1 1; }
    KeyTable:focus { background-tint: $background 0%; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False, id=id)
