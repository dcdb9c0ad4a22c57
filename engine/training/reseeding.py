"""What a run draws (distortions, dropout) depends on its seed, although a user's forward pass seeds torch."""

import torch

from engine.machine.process_settings import seed_all
from engine.storage.printing import say
from engine.training.run import Run, seed_of


class ReseedGuard:
    """Looks after each step whether torch was seeded in it, and then seeds it with what seed and step decide."""

    def __init__(self, run: Run) -> None:
        self.run = run
        config = run.config
        # Draws of the engine's own, which no step can be without: the generator then never comes back to a state.
        self.draws = any((config.rotation, config.shear, config.scale, config.shift, config.elastic, config.erasing,
                          config.noise, config.mixup, config.cutmix))  # fmt: skip
        self.draws = self.draws and run.device.type == "cpu"
        self.said = False
        self._remember()

    def _remember(self) -> None:
        self.seed = torch.initial_seed()
        self.state = torch.get_rng_state()

    def after_step(self) -> None:
        state = torch.get_rng_state()
        if torch.initial_seed() == self.seed and not (self.draws and torch.equal(state, self.state)):
            self.state = state
            return
        seed_all(seed_of(self.run.config.seed, self.run.step))
        self._remember()
        if not self.said:
            self.said = True
            assert self.run.code is not None
            say(
                f"{self.run.code.model}: seeds torch while it trains; all other random numbers still follow the run's"
                " seed"
            )
