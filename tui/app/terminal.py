"""An app and its terminal: which frames are written, what a slow or narrow one gets, signals, the bell."""

import asyncio
import gc
import os
import signal
import threading
from pathlib import Path
from typing import TypeVar

from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.binding import Binding
from textual.events import Event, Key, Paste, Resize
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Input

from tui.app.pace import PacedApp
from tui.preferences.values import DEFAULTS
from tui.screens.follows import FollowsState
from tui.terminal.ascii import needs_ascii
from tui.terminal.driver import TerminalDriver, is_gone
from tui.terminal.flow_control import FlowControl
from tui.terminal.frame_diff import ScreenBuffer
from tui.terminal.line_filters import AsciiFilter, FilterChain, NoColorFilter, SanitizeFilter
from tui.terminal.notifications import call

DARK, LIGHT = "textual-dark", "textual-light"
TERMINAL = 1  # the descriptor that is drawn on
EDITING = {"left", "right", "home", "end", "backspace", "delete", *(f"ctrl+{key}" for key in "aewukd")}
LEAVING = 4.0  # seconds to leave in order after a signal, where nobody may read what leaving writes
LEAVING_NOTHING = 0.8  # when the terminal is gone

ResultT = TypeVar("ResultT")


class TerminalApp(PacedApp):
    """Draws at most a frame at a time, and only what is new in it; never waits for the terminal."""

    def __init__(self, *, ascii: bool | None, notify: bool) -> None:
        self._no_color = bool(os.environ.get("NO_COLOR"))
        super().__init__(driver_class=TerminalDriver)
        self.animation_level = "none"  # a form that glides to its field costs frames, and a click lands beside it
        self.notifies = notify
        self.preferences = DEFAULTS
        self.preferences_file: Path | None = None
        self.last_theme = {True: DARK, False: LIGHT}  # by whether it is dark
        self.plain_ascii = needs_ascii() if ascii is None else ascii
        self._flow = FlowControl(TERMINAL, self.catch_up)
        self._buffer = ScreenBuffer()
        self._missed_notice = ""
        self._frame_lost = False
        self._styled_for = self.theme
        self._filtered_for: object = None
        self._filter_chain = FilterChain(())
        self._nothing_comes = asyncio.Event()  # of questions: each that is to be asked is there
        self._nothing_comes.set()

    def get_line_filters(self) -> list[LineFilter]:
        # Without colour Textual's own would turn dim into a grey, which is then dropped.
        theirs: tuple[LineFilter, ...] = () if self._no_color else tuple(super().get_line_filters())
        if (theirs, self.plain_ascii) != self._filtered_for:
            self._filtered_for = theirs, self.plain_ascii
            ours = [SanitizeFilter(), *[NoColorFilter()] * self._no_color, *[AsciiFilter()] * self.plain_ascii]
            self._filter_chain = FilterChain([*theirs, *ours])
        return [self._filter_chain]

    def on_mount(self) -> None:
        self.set_class(self.plain_ascii, "-ascii")
        self.app_resume_signal.subscribe(self, self.action_draw_anew)
        leave_on_signals(self)

    def on_ready(self) -> None:
        """Have the collector of garbage, if it waits for this, pass over what is there now and come seldom.

        To look at all of it takes 80 ms, in which no key is answered.
        """
        if not gc.isenabled():
            gc.freeze()
            gc.set_threshold(50_000)
            gc.enable()

    def panic(self, *renderables: RenderableType) -> None:
        """Textual's own, after which the exit status would be 0."""
        self._return_code = 1
        super().panic(*renderables)

    def call_for_attention(self, text: str) -> None:
        if text and self.notifies and self._driver is not None and not self.is_headless:
            if self._flow.can_write():
                self._driver.write(call(text))
            else:
                self._missed_notice = text

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Write what is new in a frame, unless the terminal takes none: then all is drawn anew as soon as it does.

        A frame of the size that the terminal had before would wrap there, and scroll; that of the new size follows.
        """
        if isinstance(renderable, CompositorUpdate) and screen.outer_size != self.size:
            return
        if self.is_headless or self._flow.can_write():
            self._frame_lost |= renderable is not None and self._batch_count > 0
            written = self._running and not self._closed and not self._batch_count and not self.is_headless
            if written and isinstance(renderable, CompositorUpdate):
                renderable = self._buffer.diff(renderable, self.console)
            super()._display(screen, renderable)

    async def on_event(self, event: Event) -> None:
        """Have a field edit in the order of the keys.

        Textual finds the action of a key once its event has come back here: the letters that were typed after it, which
        come together on a slow link, would be in the field before.
        """
        field = self.focused if isinstance(event, Key) and not event.is_forwarded else None
        if isinstance(event, Key) and isinstance(field, Input) and event.key in EDITING:
            self.note_key()
            binding = field._bindings.key_to_bindings[event.key][-1]  # that of its own class, or else of Input
            field.call_later(field.run_action, binding.action)
        else:
            await super().on_event(event)

    async def on_key(self, event: Key) -> None:
        """Hand on what was typed before the key that led to a field or a question was dealt with.

        On a slow link keys come together. A field in focus lets none of these pass; a question only what is no answer.
        """
        await self._what_was_begun()
        ahead = isinstance(self.screen, FollowsState) and event.time < self.screen.asked
        there = self.screen if ahead else self.focused
        if ahead or (event.is_printable and isinstance(there, Input)):
            event.prevent_default()
            assert there is not None
            there.post_message(Key(event.key, event.character))

    async def on_paste(self, event: Paste) -> None:
        """Hand on likewise what was pasted before the key that led to a field was dealt with."""
        await self._what_was_begun()
        if isinstance(self.focused, Input):
            self.focused.post_message(Paste(event.text))

    async def _what_was_begun(self) -> None:
        """Wait until what the key before began has come to its question."""
        await asyncio.sleep(0)
        await self._nothing_comes.wait()

    async def push_screen_wait(self, screen: Screen[ResultT], *, mode: str | None = None) -> ResultT:  # type: ignore[override]
        """Textual's own, which lets what was there before end; until then a key is not dealt with, see `on_key`."""
        self._nothing_comes.clear()
        try:
            await self._flush_next_callbacks()
        finally:
            self._nothing_comes.set()
        return await super().push_screen_wait(screen, mode=mode)

    def on_resize(self, event: Resize) -> None:
        if event.size != self.size:  # what a terminal does to its content then is its own affair
            self._buffer.invalidate()

    def action_suspend_process(self) -> None:
        if self._driver is not None and not self.is_headless and not self._driver.can_suspend:
            words = "No shell is there that could bring the screen back."
            self.notify(words, title="Not suspended", severity="warning", markup=False)
        super().action_suspend_process()

    def action_draw_anew(self, _: object = None) -> None:
        """Draw everything, whatever the terminal is thought to show."""
        self._buffer.invalidate()
        self.refresh()

    def on_load(self) -> None:
        """Have the colours of the preferred theme from the first style on: Textual takes them after it."""
        if self.theme != self._styled_for:
            self.stylesheet.set_variables(self.get_css_variables())
            self._styled_for = self.theme

    def refresh_css(self, animate: bool = True) -> None:
        """Textual's own, unless the styles are those of this theme: at the start it would apply all of them again."""
        before, self._styled_for = self._styled_for, self.theme
        if before != self.theme or self.current_theme.ansi:
            super().refresh_css(animate)

    def delay_update(self, delay: float = 0.0) -> None:
        """Draw another screen as soon as it is laid out: Textual hides what it does to it, and a key waits 50 ms."""

    def _end_batch(self) -> None:
        """Draw what waited for the end of a batch.

        Textual drops a frame that falls into one and takes it for drawn; and a screen whose turn to draw comes in one
        would wait for its next message.
        """
        super()._end_batch()
        if not self._batch_count and self.screen_stack:
            if self._frame_lost:
                self._frame_lost = False
                self.refresh()
            self.screen.check_idle()

    def catch_up(self) -> None:
        """Draw and tell what the terminal missed."""
        self.call_next(self.refresh)
        missed, self._missed_notice = self._missed_notice, ""
        self.call_for_attention(missed)

    def action_toggle_theme(self) -> None:
        self.theme = self.last_theme[not self.current_theme.dark]

    def action_toggle_ascii(self) -> None:
        self.plain_ascii = not self.plain_ascii
        self.set_class(self.plain_ascii, "-ascii")
        self.screen.refresh(layout=True, recompose=False)
        self.draw()

    def get_key_display(self, binding: Binding) -> str:
        """Name the Enter key: the sign for it is not in every font."""
        return "enter" if binding.key == "enter" else super().get_key_display(binding)


def leave_on_signals(app: TerminalApp) -> None:
    """Leave in order on SIGTERM, SIGHUP and SIGINT; Textual handles none of them.

    Whatever holds it up, the process then goes within LEAVING seconds.
    """
    if threading.current_thread() is not threading.main_thread():
        return

    def hurry(number: int, _: object) -> None:
        signal.signal(signal.SIGALRM, lambda *_: os._exit(128 + number))
        signal.setitimer(signal.ITIMER_REAL, LEAVING_NOTHING if is_gone(TERMINAL) else LEAVING)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, app.exit, None, 128 + number)
        # The loop's handler waits for the loop, which may itself wait for the terminal. This one does not.
        signal.signal(number, hurry)
