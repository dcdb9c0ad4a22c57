"""Which hyperparameters a config does not use: the table that the form shows, against what the engine really reads."""

import inspect

import msgspec
import pytest
from torch import nn

from engine.networks.build import class_of
from engine.techniques.optimizers import OPTIMIZERS, build_optimizer
from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.fields import USED_BY, unused
from engine.vocabulary.schedule import SCHEDULES, Plateau, learning_rate

DECIDED = {
    decider: [name for name, (by, _) in USED_BY.items() if by == decider]
    for decider in ("optimizer", "schedule", "model")
}


class Watched:
    """A config that remembers what was read of it."""

    def __init__(self, config: RunConfig) -> None:
        self.config, self.read = config, set[str]()

    def __getattr__(self, name: str) -> object:
        self.read.add(name)
        return getattr(self.config, name)


def unused_of(**values: str) -> set[str]:
    return set(unused(msgspec.structs.asdict(RunConfig(**values))))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_table_says_what_an_optimizer_reads(optimizer: str) -> None:
    config = Watched(RunConfig(optimizer=optimizer))
    build_optimizer(config, nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 2)))  # type: ignore[arg-type]
    dim = unused_of(optimizer=optimizer)
    assert {name for name in DECIDED["optimizer"] if name not in config.read} == dim & set(DECIDED["optimizer"])
    assert not {name for name in config.read if name in FIELDS} & dim


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_table_says_what_a_schedule_reads(schedule: str) -> None:
    config = Watched(RunConfig(schedule=schedule))
    for step in (0, 50, 99):
        learning_rate(config, step, 10)  # type: ignore[arg-type]
    if schedule == "plateau":
        seen = Plateau()
        for _ in range(5):
            seen = seen.after(1.0, config)  # type: ignore[arg-type]
    if schedule == "one-cycle":
        config.read.discard("warmup")  # it is read, and refused unless it is 0: one-cycle has its own
    dim = unused_of(schedule=schedule)
    assert {name for name in DECIDED["schedule"] if name not in config.read} == dim & set(DECIDED["schedule"])


@pytest.mark.parametrize("model", CATALOGUE)
def test_the_table_says_what_a_network_takes(model: str) -> None:
    taken = set(inspect.signature(class_of(model)).parameters)
    assert {name for name in DECIDED["model"] if name not in taken} == unused_of(model=model) & set(DECIDED["model"])


def test_a_reason_names_what_does_use_it_and_code_of_ones_own_may_use_all() -> None:
    values = msgspec.structs.asdict(RunConfig(optimizer="adam", model="mlp", schedule="constant"))
    assert unused(values)["momentum"] == "not used by adam, only by sgd, nesterov and muon"
    assert unused(values)["dropout2d"] == "not used by mlp, only by seed-cnn, seed-cnn-bn and 3 others"
    assert not unused_of(model="/nets/mine.py:Net") & set(DECIDED["model"])
    assert "patience" in unused_of()
    assert "threads" in unused_of(device="cuda:1")
