"""Presets: one is filled in, or the form is saved as one."""

import asyncio

from textual import on, work

from engine.vocabulary.config import ConfigError, RunConfig
from tui.app.engine import EngineApp
from tui.screens.setup_messages import SetupMessages


class PresetHandlers(EngineApp):
    """Files are read and written in a thread."""

    @on(SetupMessages.PresetListWanted)
    @work(group="presets", exclusive=True)
    async def choose_preset(self) -> None:
        from engine.storage.presets import list_presets
        from tui.screens.presets import PresetChoice

        presets = await asyncio.to_thread(list_presets, self.checkpoints)
        presets.sort(key=lambda preset: preset.built_in)  # one's own on top, then as listed
        setup = self.setup_screen
        if not setup.is_current:  # another one came to the front while the files were read
            return
        chosen = await self.push_screen_wait(PresetChoice(presets))
        if chosen is not None:
            setup.fill_preset(chosen.changes)

    @on(SetupMessages.PresetWanted)
    @work(group="presets", exclusive=True)
    async def save_form(self, event: SetupMessages.PresetWanted) -> None:
        try:
            name = await self.saved_as_preset(event.config)
        except ConfigError as error:
            self.setup_screen.complain(str(error), "Nothing was saved")
        else:
            if name:
                self.notify(f"Saved. `mnist-tui train --preset {name}` trains with it too.", markup=False)

    async def saved_as_preset(self, config: RunConfig) -> str:
        """Save a config under a name that is asked for, after a question where there is one of it; return the name.

        "" when that was not to be. Raises ConfigError.
        """
        from engine.storage.preset_file import without_machine
        from engine.storage.presets import PresetExists, save_preset
        from tui.screens.presets import PresetName
        from tui.screens.questions import replace_question

        changes = without_machine(config.differences())
        name = await self.push_screen_wait(PresetName(changes))
        if name is None:
            return ""
        try:
            await asyncio.to_thread(save_preset, self.checkpoints, name, changes)
        except PresetExists:
            if await self.push_screen_wait(replace_question(name)) != "replace":
                return ""
            await asyncio.to_thread(save_preset, self.checkpoints, name, changes, replace=True)
        return name
