"""Test digits: those that a screen asks for, those of a cell of the confusion matrix, and whose weights tell them."""

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import on, work

from engine.storage.files import in_words, write_atomically
from engine.vocabulary.messages import OpenRun, PixelsTold
from tui.app.engine import NO_ENGINE, EngineApp
from tui.link.errors import CommandRefused
from tui.screens.digit_messages import ConfusionMessages, DigitMessages
from tui.state.gallery.answers import IDS
from tui.terminal.sanitize import sanitize

if TYPE_CHECKING:
    from tui.widgets.side.pane import TrainSide

SHEETS = "contact-sheets"  # in the folder of runs
NOT_WRITTEN = "Not written"


class DigitHandlers(EngineApp):
    """Predictions."""

    _requested_run = ""  # the run that was asked for, as there was none to show

    def draw(self) -> None:
        super().draw()
        self.open_weights()

    def open_weights(self) -> None:
        """Have the newest run that has weights opened, on a screen that would show nothing without."""
        view = self.state.shown
        if view is not None and (view.live or view.epochs or view is self.state.opened):
            self._requested_run = ""
        elif self.current_mode in ("digits", "confusion", "draw", "inside") and self.state.link == "live":
            newest = next((run.run for run in self.state.runs if run.epoch and run.resumable), "")
            if newest and newest != self._requested_run:
                self._requested_run = newest
                self.send(OpenRun(run=newest))

    def on_train_side_digits_wanted(self, event: "TrainSide.DigitsWanted") -> None:
        self.send(event.command)

    @on(DigitMessages.Wanted)
    def want_digits(self, event: DigitMessages.Wanted) -> None:
        if self.client is not None and not self.client.foreign:
            gallery = self.state.gallery.asking(event.kind, event.command, event.mark)
            self.set_state(replace(self.state, gallery=gallery))
            self.send(replace(event.command, id=IDS[event.kind]))

    @on(ConfusionMessages.PairChosen)
    def show_pair(self, event: ConfusionMessages.PairChosen) -> None:
        self.go("digits")
        self.digits_screen.filter_pair(event.actual, event.predicted, event.epoch)

    @on(DigitMessages.SheetWanted)
    @work(group="contact sheet")
    async def write_contact_sheet(self, event: DigitMessages.SheetWanted) -> None:
        if self.client is None:
            self.notify(NO_ENGINE, title=NOT_WRITTEN, severity="error", markup=False)
            return
        try:
            told = await self.client.request(event.pixels, PixelsTold)
            path = await asyncio.to_thread(write_sheet, self.checkpoints / SHEETS, event, told.pixels)
        except (CommandRefused, OSError) as error:
            why = in_words(error) if isinstance(error, OSError) else str(error)
            self.notify(sanitize(why, longest=300), title=NOT_WRITTEN, severity="error", markup=False)
            return
        self.add_written(str(path))
        self.notify(f"{sanitize(str(path), longest=300)}, and as text beside it", title="Contact sheet", markup=False)


def write_sheet(folder: Path, event: DigitMessages.SheetWanted, pixels: bytes) -> Path:
    """Write a picture and a text under the first name that is free; return the path of the picture. Raises OSError."""
    from tui.widgets.gallery.sheet import sheet_png, sheet_text

    size = len(pixels) // max(1, len(event.captions))
    digits = [pixels[size * place : size * (place + 1)] for place in range(len(event.captions))]
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9.]+", "-", event.title).strip("-.")[:80]
    number = next(n for n in range(1, 10**6) if not (folder / f"{name}-{n}.png").exists())
    path = folder / f"{name}-{number}.png"
    write_atomically(path, sheet_png(digits, event.wrong))
    write_atomically(path.with_suffix(".txt"), sheet_text(event.title, digits, event.captions).encode())
    return path
