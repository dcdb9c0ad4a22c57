"""The keys of a list for what has rows and columns: each moves the cursor by so many of them."""

from tui.widgets.list_keys import ListKeys


class GridKeys(ListKeys):
    """Stands before a widget that says in `move` and `go_to` where its cursor goes, among the bases of one with
    LIST_KEYS; the wheel moves it too."""

    def move(self, down: int, right: int) -> None:
        """Move the cursor by rows and columns, as far as there are any."""
        raise NotImplementedError

    def go_to(self, last: bool) -> None:
        """Move the cursor to the first or the last."""
        raise NotImplementedError

    @property
    def page(self) -> int:
        """Rows of a page."""
        raise NotImplementedError

    def action_cursor_up(self) -> None:
        self.move(-1, 0)

    def action_cursor_down(self) -> None:
        self.move(1, 0)

    def action_cursor_left(self) -> None:
        self.move(0, -1)

    def action_cursor_right(self) -> None:
        self.move(0, 1)

    def action_first(self) -> None:
        self.go_to(last=False)

    def action_last(self) -> None:
        self.go_to(last=True)

    def action_page_up(self) -> None:
        self.move(-self.page, 0)

    def action_page_down(self) -> None:
        self.move(self.page, 0)

    def on_mouse_scroll_down(self) -> None:
        self.move(1, 0)

    def on_mouse_scroll_up(self) -> None:
        self.move(-1, 0)
