"""What all screens share: the bar on top, the keys below, and a `show` that draws a State."""

from dataclasses import dataclass
from typing import Any, Self

from textual.app import ComposeResult
from textual.events import ScreenResume
from textual.geometry import Region, Size
from textual.message import Message
from textual.screen import Screen

from tui.preferences.values import DEFAULTS, Preferences
from tui.state.state import State, classes_of
from tui.widgets.cells import CellWidget
from tui.widgets.key_bar import KeyBar
from tui.widgets.nav import Nav
from tui.widgets.run_bar import RunBar

TALL = 30  # lines, from which there is room for more than the charts


class StateScreen(Screen[None]):
    """A screen that draws the state of the app and keeps none of it."""

    # Textual sets the class of the last one that fits, and that one alone.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall"), (44, "-very-tall")]  # noqa: RUF012

    @dataclass(eq=False, repr=False)
    class Preferred(Message):
        """These preferences were changed here, and are to be remembered."""

        changes: dict[str, Any]

    class Drawn(Message):
        """The first frame of the screen is there."""

    def __init__(self) -> None:
        super().__init__()
        self._was_drawn = False
        self._drawn_ahead = False
        self._holds = False  # what is to be drawn: it is drawn already
        self._keys_shown: object = None
        self._styles_when_left: object = None

    def compose(self) -> ComposeResult:
        self._class_by_size()
        yield RunBar(self.app_state)
        yield Nav(self.app.current_mode)
        yield from self.compose_strip()
        yield from self.compose_body()
        yield KeyBar()

    def compose_strip(self) -> ComposeResult:
        """Yield what an app shows on all of its screens, below their names: that of the tour does."""
        strip = getattr(self.app, "compose_strip", None)
        return strip() if strip is not None else ()

    @property
    def strip_lines(self) -> int:
        """How many lines that takes from the screen."""
        lines: int = getattr(self.app, "strip_lines", 0)
        return lines

    def _class_by_size(self) -> None:
        """Take the classes of the breakpoints before there are widgets: later all of them would be styled again."""
        for size, breakpoints in zip(
            self.app.size, (self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS), strict=True
        ):
            self.add_class(max(each for each in breakpoints if each[0] <= size)[1])

    @property
    def app_state(self) -> State:
        """The state that the first frame shows."""
        state = getattr(self.app, "state", None)
        return state if isinstance(state, State) else State()

    @property
    def preferences(self) -> Preferences:
        """What the user prefers."""
        preferences = getattr(self.app, "preferences", None)
        return preferences if isinstance(preferences, Preferences) else DEFAULTS

    def prefer(self, **changes: Any) -> None:
        """Have these preferences remembered."""
        self.post_message(self.Preferred(changes))

    def on_mount(self) -> None:
        """Show the state in the first frame: on a busy machine it stays for a while."""
        self.show(self.app_state)

    def compose_body(self) -> ComposeResult:
        raise NotImplementedError

    @property
    def styles_depend_on(self) -> object:
        """What the styles of all screens depend on."""
        return self.app.theme, self.app.classes

    @property
    def has_kept_styles(self) -> bool:
        """Whether the screen was in front before, and has kept its styles."""
        return self._styles_when_left == self.styles_depend_on

    def on_screen_suspend(self) -> None:
        self._styles_when_left = self.styles_depend_on

    def draw_ahead(self) -> None:
        """Draw the screen as it was left: Textual would do so when all messages are dealt with."""
        self.refresh()
        self._on_timer_update()
        self._drawn_ahead = True

    def _on_screen_resume(self, event: ScreenResume) -> None:
        """Textual's own, without the styles of every widget, and without a second frame like the first one."""
        event.refresh_styles = self._styles_when_left is not None and not self.has_kept_styles
        self._holds, self._drawn_ahead = self._drawn_ahead and not event.refresh_styles, False
        super()._on_screen_resume(event)
        self._holds = False
        event.prevent_default()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        return self if self._holds else super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _screen_resized(self, size: Size) -> None:
        """Lay the widgets out, unless they are: Textual does so whenever the screen comes to the front."""
        if size != self.outer_size or not self.has_kept_styles:
            super()._screen_resized(size)

    def _compositor_refresh(self) -> None:
        """Render what is to be seen; in a batch, nothing: Textual would render it all and then drop it."""
        if self.app._batch_count:
            self._repaint_required = True
            return
        super()._compositor_refresh()
        if not self._was_drawn:
            self._was_drawn = True
            self.post_message(self.Drawn())
            self.call_later(self.complete)

    async def complete(self) -> None:
        """Add what the first frame does not wait for."""

    def show(self, state: State) -> None:
        """Draw a state. Called when it changed and this screen is in front."""
        for widget in self.query(CellWidget):
            widget.ascii = self.app.has_class("-ascii")
        self.query_one(RunBar).show(state)
        nav = self.query_one(Nav)
        nav.here, nav.classes_of = self.app.current_mode, classes_of(state)
        self.show_body(state)
        # The footer is built anew each time, so only when other keys work than before.
        run = state.run and (state.run.run, state.run.state)
        study = state.study and (state.study.state, bool(state.study.trials))
        keys = (
            state.link,
            state.awaited,
            state.data,
            run,
            study,
            state.opened and state.opened.run,
            state.runs,
            bool(state.queue),
            state.next_fork,
            state.edited,
            state.progress is None,
        )
        if keys != self._keys_shown:
            self._keys_shown = keys
            self.refresh_bindings()

    def show_body(self, state: State) -> None:
        raise NotImplementedError
