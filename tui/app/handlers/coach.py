"""The coach: its advice is followed, explained or dismissed, and it is switched on and off."""

from msgspec.structs import replace
from textual import on, work

from engine.vocabulary.messages import Steer
from tui.app.handlers.training import TrainingHandlers
from tui.coach.watch import update_advice
from tui.screens.train import TrainScreen


class CoachHandlers(TrainingHandlers):
    """Answers to advice, and the key C."""

    @on(TrainScreen.AdviceAnswered)
    @work(group="coach", exclusive=True)
    async def answer_coach(self, event: TrainScreen.AdviceAnswered) -> None:
        """Do what is wished about the advice that is shown."""
        advice, answer, run = self.state.coach.present, event.answer, self.state.coach.run
        if answer == "explain" and advice is not None:
            from tui.screens.questions import advice_question

            read = await self.push_screen_wait(advice_question(advice))
            answer = read or ""
        view = self.state.shown
        if advice is None or view is None or view.run != run:
            return
        coach = self.state.coach
        if answer == "dismiss":
            self.set_state(replace(self.state, coach=coach.dismiss(advice)))
        elif answer == "take" and view is self.state.run and view.live and advice.steers:
            if self.state.link == "live":
                self.set_state(replace(self.state, coach=coach.apply(advice)))
            self.send(Steer(changes=advice.changes))
        elif answer == "take" and await self.stop_for_new_run():
            self.set_state(replace(self.state, coach=coach.apply(advice)))
            here = {"processes": self.config.processes, "precision": self.config.precision}
            self.fill_form(view.config.replace({**advice.changes, **here}))
            self.show_filled_form()

    def action_toggle_coach(self) -> None:
        coach = replace(self.state.coach, on=not self.state.coach.on)
        self.set_state(update_advice(replace(self.state, coach=coach)))
        self.notify("The coach is on." if coach.on else "The coach is off.", markup=False)
