"""What somebody at the setup screen wants; `tui/app/handlers/` says what becomes of it."""

from dataclasses import dataclass

from textual.message import Message

from engine.vocabulary.config import RunConfig, Value


class SetupMessages:
    """The messages of the setup screen."""

    @dataclass(eq=False, repr=False)
    class Chosen(Message):
        """Start a run with this config, or have it wait for the one in progress."""

        config: RunConfig

    @dataclass(eq=False, repr=False)
    class NetworkOpened(Message):
        """Show the layers of this config's network."""

        config: RunConfig

    @dataclass(eq=False, repr=False)
    class SteeringChosen(Message):
        """Change these hyperparameters of the run in progress."""

        changes: dict[str, Value]

    @dataclass(eq=False, repr=False)
    class Edited(Message):
        """The config of the next run is now this one."""

        config: RunConfig

    class PresetListWanted(Message):
        """Choose one of the presets, to fill it in."""

    @dataclass(eq=False, repr=False)
    class PresetWanted(Message):
        """Save this config under a name that is asked for."""

        config: RunConfig

    @dataclass(eq=False, repr=False)
    class RateWanted(Message):
        """Look for a learning rate for this config, or for the paused run."""

        config: RunConfig

    class Left(Message):
        """Back to the charts."""
