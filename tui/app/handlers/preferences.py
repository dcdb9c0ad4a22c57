"""Preferences: what is changed on the screen is written into the user's file."""

import asyncio
from typing import Any

import msgspec
from textual import on, work

from engine.storage.files import in_words
from tui.app.screens import ScreensApp
from tui.preferences.values import PreferenceError
from tui.screens.base import StateScreen
from tui.screens.train import TrainScreen
from tui.terminal.sanitize import sanitize
from tui.widgets.charts.view import ChartsView

CHARTS = {"log_axis": "log_y", "log_x_axis": "log_x", "smoothing": "smoothing"}  # preferences, in a view of charts


class PreferenceHandlers(ScreensApp):
    """The theme, and what screens say was changed. Without a file nothing is written."""

    def on_mount(self) -> None:
        self._unwritten: dict[str, Any] = {}
        self._told = False  # that nothing can be written
        self.watch(self, "theme", self.keep_theme, init=False)
        self.restore_charts(self.get_screen("train", TrainScreen))

    def keep_theme(self, theme: str) -> None:
        self.last_theme[self.current_theme.dark] = theme
        self.prefer(theme=theme)

    def action_toggle_ascii(self) -> None:
        super().action_toggle_ascii()
        self.prefer(drawing="ascii" if self.plain_ascii else "auto")

    def restore_charts(self, screen: TrainScreen) -> None:
        """Have the charts as they were left, and keep how they are left now."""
        chosen = {field: getattr(self.preferences, name) for name, field in CHARTS.items()}
        screen.view = msgspec.structs.replace(screen.view, **chosen)

        def keep(before: ChartsView, view: ChartsView) -> None:
            now = {name: getattr(view, field) for name, field in CHARTS.items()}
            old = {name: getattr(before, field) for name, field in CHARTS.items()}
            self.prefer(**{name: value for name, value in now.items() if value != old[name]})

        self.watch(screen, "view", keep, init=False)

    @on(StateScreen.Preferred)
    def keep_preferred(self, event: StateScreen.Preferred) -> None:
        self.prefer(**event.changes)

    def prefer(self, **changes: Any) -> None:
        """Take these preferences, and have them written."""
        before = self.preferences
        self.preferences = msgspec.structs.replace(before, **changes)
        if self.preferences != before and self.preferences_file is not None:
            self._unwritten |= changes
            self.write_preferences()

    @work(group="preferences")
    async def write_preferences(self) -> None:
        """Write what was changed, in a thread; say once why that cannot be."""
        changes, self._unwritten = self._unwritten, {}
        if not changes or self.preferences_file is None:
            return
        from tui.preferences.remember import remember

        try:
            await asyncio.to_thread(remember, self.preferences_file, changes)
        except (PreferenceError, OSError) as error:
            if not self._told:
                self._told = True
                self.notify(sanitize(in_words(error)), title="Not remembered", severity="warning", markup=False)
