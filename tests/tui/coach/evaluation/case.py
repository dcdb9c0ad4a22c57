"""What a case is, and the configurations that the cases are made of."""

from dataclasses import dataclass, field

from engine.vocabulary.config import RunConfig, Value
from tests.tui.coach.evaluation.damage import SOUND, Damage


@dataclass(frozen=True)
class Case:
    """A run. `right` are the rules that may name its fault, the best first; none of them for a healthy run.

    Rules were tuned on the cases that are not `held`, and those are reported apart.
    """

    name: str
    changes: dict[str, Value] = field(default_factory=dict)
    right: tuple[str, ...] = ()
    damage: Damage = SOUND
    images: int = 4000
    held: bool = False

    @property
    def healthy(self) -> bool:
        return not self.right

    def config(self, seed: int = 0) -> RunConfig:
        """Return its configuration; `seed` is added to its own."""
        config = RunConfig().replace(
            {"device": "cpu", "precision": "fp32", "epochs": 8, "batch_size": 50, **self.changes}
        )
        return config.replace({"seed": config.seed + seed})


BARE: dict[str, Value] = {"dropout": 0.0, "dropout2d": 0.0}
ADAM, SGD = {"optimizer": "adam", "lr": 1e-3}, {"optimizer": "sgd", "lr": 0.05}
NESTEROV, ADAMW = {"optimizer": "nesterov", "lr": 0.03}, {"optimizer": "adamw", "lr": 2e-3}
RMSPROP, MUON = {"optimizer": "rmsprop", "lr": 1e-3}, {"optimizer": "muon", "lr": 3e-3}
MLP, LENET, SEED, NORM, FAST = ({"model": name} for name in ("mlp", "lenet5", "seed-cnn", "seed-cnn-bn", "fast-cnn"))
AUGMENTED = {"rotation": 10.0, "shift": 2.0}
