"""Networks to ask, of the catalogue and users' own."""

import torch

from engine.data.dataset import Dataset
from engine.insight.runs.network import Network
from engine.networks.build import build_model
from engine.networks.own.code import named_code
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import RunConfig


def new_network(model: str, seed: int = 0) -> Network:
    """A network as it begins, its batch normalisation not at its very start."""
    torch.manual_seed(seed)
    code = named_code(model)
    made = build_model(RunConfig(model=model, precision="fp32"), code)
    if code is None:
        with torch.no_grad():
            made.train()(torch.rand(32, 1, 28, 28))
    return Network("0001-net", 0, 0, 0, made.eval(), code)


def trained_network(model: str, digits: Dataset, epochs: int = 4) -> Network:
    config = RunConfig(model=model, epochs=epochs, batch_size=20, lr=0.003, device="cpu", precision="fp32", threads=1)
    run = Run(config, digits, code=named_code(model))
    list(train(run))
    return Network("0001-net", run.step, run.epoch, 0, run.tested, run.code)


def logits(network: Network, pixels: torch.Tensor) -> torch.Tensor:
    """What a network says of uint8 [28, 28], computed here."""
    network.model.eval()
    with torch.no_grad():
        found: torch.Tensor = network.model(pixels.float().div(255)[None, None])[0]
    return found
