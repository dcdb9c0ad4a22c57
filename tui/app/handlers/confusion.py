"""What the screen of confusion asks the engine."""

from msgspec.structs import replace
from textual import on

from engine.vocabulary.messages import StopMeasuring
from tui.app.engine import EngineApp
from tui.screens.digit_messages import ConfusionMessages
from tui.state.confusion.answers import IDS


class ConfusionHandlers(EngineApp):
    """Mistakes, calibration, robustness: a question of each kind at a time."""

    @on(ConfusionMessages.Asked)
    def ask_about_certainty(self, event: ConfusionMessages.Asked) -> None:
        question = event.question
        if self.client is not None and self.state.link == "live" and not self.state.certainty.is_open(type(question)):
            self.set_state(replace(self.state, certainty=self.state.certainty.asked(question)))
            self.send(replace(question, id=IDS[type(question)]))

    @on(ConfusionMessages.MeasuringStopped)
    def stop_measuring(self) -> None:
        self.send(StopMeasuring())
