"""The line of keys: built anew when other keys work, and only then."""

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Footer

from tui.widgets.key_bar import KeyBar


class Keys(App[None]):
    BINDINGS = [Binding("a", "first", "first"), Binding("b", "second", "second")]  # noqa: RUF012
    may = True

    def compose(self) -> ComposeResult:
        yield KeyBar()

    def action_first(self) -> None: ...

    def action_second(self) -> None: ...

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "second" or self.may


async def test_the_same_keys_are_not_built_again_and_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    changed = Footer.bindings_changed
    monkeypatch.setattr(Footer, "bindings_changed", lambda bar, screen: (built.append(screen), changed(bar, screen)))
    app = Keys()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert [key.description for key in app.query("FooterKey")] == ["first", "second"]
        before = len(built)
        app.refresh_bindings()
        await pilot.pause()
        assert len(built) == before
        app.may = False
        app.refresh_bindings()
        await pilot.pause()
        assert [key.description for key in app.query("FooterKey")] == ["first"]
