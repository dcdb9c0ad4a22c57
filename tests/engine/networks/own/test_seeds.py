"""The seed of a run decides what a user's own network draws, whatever its code seeds."""

import pytest
import torch

from engine.data.dataset import Dataset
from engine.networks.own.code import named_code
from engine.training.loop import train
from engine.training.run import Run
from tests.engine.networks.own.written import Write, config_of, network, same_weights


def first_weights(own: str, digits: Dataset, seed: int) -> list[torch.Tensor]:
    run = Run(config_of(own, seed=seed), digits, code=named_code(own))
    return [each.detach().clone() for each in run.model.parameters()]


def test_first_weights_follow_the_seed_whatever_a_file_seeds_at_its_top(write: Write, digits: Dataset) -> None:
    plain, seeding = write(network(), "plain.py"), write(network(top="torch.manual_seed(0); X = torch.rand(3)"))
    for seed in (0, 1):
        assert same_weights(first_weights(seeding, digits, seed), first_weights(plain, digits, seed))
    assert not same_weights(first_weights(seeding, digits, 0), first_weights(seeding, digits, 1))


def test_pythons_and_numpys_chance_follow_the_seed_too(write: Write, digits: Dataset) -> None:
    drawing = "import random, numpy; self.out.bias.data += random.random() + numpy.random.rand()"
    own = write(network(init=drawing, top="import random; random.seed(3)"))
    assert same_weights(first_weights(own, digits, 1), first_weights(own, digits, 1))
    assert not same_weights(first_weights(own, digits, 1), first_weights(own, digits, 2))


@pytest.mark.parametrize("seed", [0, 5])
def test_a_class_that_seeds_itself_is_told_and_what_is_drawn_later_follows_the_seed(
    write: Write,
    digits: Dataset,
    capsys: pytest.CaptureFixture[str],
    seed: int,
) -> None:
    own = write(network(init="torch.manual_seed(7); self.out = nn.Linear(20, 10)"))
    Run(config_of(own, seed=seed), digits, code=named_code(own))
    assert torch.initial_seed() == seed
    assert "the same for every seed" in capsys.readouterr().out


@pytest.mark.parametrize("seeding", ["torch.manual_seed(0)", "torch.manual_seed(5)"])
def test_distortions_follow_the_seed_although_the_forward_pass_seeds_torch(
    write: Write,
    digits: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    seeding: str,
) -> None:
    """Also where the run has the very seed that the file gives."""
    drawn: list[torch.Tensor] = []
    from engine.training import step

    before = step.augment

    def watched(images: torch.Tensor, config: object) -> torch.Tensor:
        drawn.append(before(torch.ones_like(images), config))  # type: ignore[arg-type]
        return drawn[-1]

    monkeypatch.setattr(step, "augment", watched)
    own = write(network(forward=seeding))
    list(train(Run(config_of(own, seed=0, noise=0.5, epochs=1), digits, code=named_code(own))))
    assert len(drawn) == 4
    assert not any(torch.equal(one, other) for i, one in enumerate(drawn[1:]) for other in drawn[i + 2 :])
    assert "seeds torch while it trains" in capsys.readouterr().out
