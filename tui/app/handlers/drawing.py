"""The screen of drawing: its questions, one at a time; digits of one's own that are saved; pictures that are opened."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace
from textual import on, work

from engine.storage.typed_path import written
from engine.vocabulary.messages import AnyEvent, Command, Evaluate, PredictFiles, SaveDrawing
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.messages.pictures import own_folder
from tui.app.engine import EngineApp
from tui.screens.draw_messages import DrawMessages
from tui.state.drawing.answers import CLASSIFY, READ, SAVE, TEST
from tui.state.state import classes_of

if TYPE_CHECKING:
    from tui.screens.draw import DrawScreen


class DrawingHandlers(EngineApp):
    """What is drawn is asked about as fast as the engine answers, and no faster."""

    def on_mount(self) -> None:
        self._open_questions: dict[int, object] = {}  # the client that has them, by their ids
        self._next_questions: dict[int, Command] = {}

    @property
    def draw_screen(self) -> "DrawScreen":
        return cast("DrawScreen", self.get_screen("draw"))

    @on(DrawMessages.Wanted)
    def want_answer(self, event: DrawMessages.Wanted) -> None:
        self.ask_of_drawing(event.command)

    def ask_of_drawing(self, command: Command) -> None:
        """Ask now, or as soon as the question of this kind that the engine has is answered."""
        if self.client is None or self.client.foreign:
            return
        if self._open_questions.get(command.id) is self.client:
            self._next_questions[command.id] = command
        else:
            self._open_questions[command.id] = self.client
            self.send(command)

    def receive(self, event: AnyEvent) -> None:
        super().receive(event)
        if CLASSIFY <= event.reply_to <= TEST and self._open_questions.pop(event.reply_to, None) is self.client:
            waiting = self._next_questions.pop(event.reply_to, None)
            if waiting is not None:
                self.ask_of_drawing(waiting)

    @on(DrawMessages.OwnTested)
    def test_own(self, event: DrawMessages.OwnTested) -> None:
        if self.client is not None:
            folder = written(Path(self.client.welcome.checkpoints) / own_folder(classes_of(self.state)))
            self.ask_of_drawing(Evaluate(id=TEST, run=event.run, data=folder, best=False))

    @on(DrawMessages.Kept)
    @work(group="drawing", exclusive=True)
    async def keep_drawing(self, event: DrawMessages.Kept) -> None:
        from tui.screens.class_choice import ClassChoice
        from tui.screens.draw_questions import DigitChoice

        digits = event.classes == DIGITS
        question = DigitChoice(event.likely) if digits else ClassChoice(event.classes, event.likely)
        label = await self.push_screen_wait(question)
        if label is not None:
            self.send(SaveDrawing(id=SAVE, drawing=event.drawing, label=label, classes=event.classes))

    @on(DrawMessages.Opening)
    @work(group="drawing", exclusive=True)
    async def open_picture(self, event: DrawMessages.Opening) -> None:
        from tui.screens.draw_questions import PictureChoice

        view = self.state.shown
        run = view.run if view is not None else ""

        def read(path: str) -> None:
            answers = replace(self.state.drawing, read=None, problem="", problem_of=0)  # those to the question before
            self.set_state(replace(self.state, drawing=answers))
            self.send(PredictFiles(id=READ, paths=[path], run=run, best=False))

        picture = await self.push_screen_wait(PictureChoice(read, event.path, classes_of(self.state)))
        if picture is not None:
            self.draw_screen.open(picture)
