"""Studies: started and listed; a trial is trained in full, or saved as a preset."""

import asyncio
import contextlib

import msgspec
from msgspec.structs import replace
from textual import on, work

from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import JobsPlanned, ListStudies, OpenStudy, PlanJobs
from tui.app.handlers.presets import PresetHandlers
from tui.app.handlers.requests import refusal
from tui.app.handlers.training import TrainingHandlers
from tui.link.errors import CommandRefused
from tui.screens.study_wishes import StudyWishes
from tui.state.words.runs import plan_in_words


class TuningHandlers(PresetHandlers, TrainingHandlers):
    """The screen of studies."""

    @on(StudyWishes.Chosen)
    @work(group="start", exclusive=True)
    async def start_study(self, event: StudyWishes.Chosen) -> None:
        """Start a study; what is wrong with it stays on its screen."""
        tune = self.tune_screen
        try:
            base = self.config.replace({"epochs": event.epochs})
        except ConfigError as error:  # what Setup says does not go together with so few
            tune.complain(f"Nothing was started: {error}")
            return
        command = msgspec.structs.replace(event.command, base=base)
        if command.jobs != 1 and self.client is not None and not self.client.foreign:
            question = PlanJobs(config=base, jobs=command.jobs, runs=command.trials)
            try:
                plan = await self.client.request(question, JobsPlanned)
            except CommandRefused as error:
                tune.complain(f"Nothing was started: {error}")
                return
            command = msgspec.structs.replace(command, jobs=plan.jobs)
            self.notify(f"{plan_in_words(plan, 'trials')}.", markup=False)
        if self.client is None or not self.is_for_this_engine():
            self.begin(command)  # which says why not, or has a new engine carry it out
            return
        if (problem := await refusal(self.client, command)) is not None:
            tune.complain(f"Nothing was started: {problem}")

    @on(StudyWishes.Refreshed)
    @work(group="studies", exclusive=True)
    async def list_studies(self) -> None:
        from engine.tuning.files import can_tune, study_names

        names = await asyncio.to_thread(study_names, self.checkpoints)
        self.tune_screen.offer_names(names)
        if names and can_tune() and self.client is not None and not self.client.foreign:
            self.send(ListStudies())

    @on(StudyWishes.Opened)
    def open_study(self, event: StudyWishes.Opened) -> None:
        self.send(OpenStudy(study=event.study))

    @on(StudyWishes.Closed)
    def close_study(self) -> None:
        if self.state.opened_study is not None:
            self.set_state(replace(self.state, opened_study=None))

    @on(StudyWishes.FullRunWanted)
    @work(group="offer", exclusive=True)
    async def offer_run(self, event: StudyWishes.FullRunWanted) -> None:
        if not await self.stop_for_new_run():
            return
        here = {name: getattr(self.config, name) for name in ("data", "device", "processes", "precision")}
        self.fill_form(self.with_form_epochs(event.config).replace(here))
        self.show_filled_form()

    @on(StudyWishes.PresetWanted)
    @work(group="presets", exclusive=True)
    async def save_trial(self, event: StudyWishes.PresetWanted) -> None:
        try:
            name = await self.saved_as_preset(self.with_form_epochs(event.config))
        except ConfigError as error:
            self.tune_screen.complain(f"Nothing was saved: {error}")
        else:
            if name:
                self.notify(f"Saved. `mnist-tui train --preset {name}` trains with it.", markup=False)

    def with_form_epochs(self, config: RunConfig) -> RunConfig:
        """Return a trial's configuration with the epochs of the form: a trial has few."""
        with contextlib.suppress(ConfigError):  # a warm-up of more epochs than that, say
            return config.replace({"epochs": self.config.epochs})
        return config
