"""A table without zebra stripes on the plain ground, with the keys of every list."""

from tui.widgets.list_keys import TableKeys


class KeyTable(TableKeys):
    DEFAULT_CSS = """
    KeyTable { background: $background; background-tint: $background 0%; scrollbar-size: 1 1; }
    KeyTable:focus { background-tint: $background 0%; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False, id=id)
