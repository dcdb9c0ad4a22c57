"""A run's network, live or from a checkpoint, and how it is asked without the run in progress noticing."""

import copy
import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.data.find import DataError, Dataset
from engine.machine.process_settings import kept_generators, seed_all
from engine.networks.build import as_input, build_model
from engine.networks.own.code import Code, code_of_run
from engine.networks.own.isolation import inside
from engine.storage.runs.checkpoint import CheckpointError, brief
from engine.storage.runs.record import classes_of
from engine.training.evaluation import inference, predict_both
from engine.training.run import Run
from engine.training.state import classes_in, config_in, position_in, temperature_in
from engine.vocabulary.messages.base import DIGITS


@dataclass(frozen=True)
class Network:
    """A run's network; `step`, the finished `epoch` and the steps of the next, `batch`, date its weights."""

    name: str
    step: int
    epoch: int
    batch: int
    model: torch.nn.Module
    code: Code | None = None  # of a user's own network
    best: bool = False  # of these epochs, by validation accuracy
    classes: tuple[str, ...] = DIGITS  # the names of what it tells apart
    data: str = ""  # the fingerprint of what it was trained on, where that is known
    temperature: float | None = None  # its logits are divided by it before they become probabilities; None: none fitted

    @property
    def device(self) -> torch.device:
        return next(self.model.parameters()).device

    @property
    def weights(self) -> dict[str, Any]:
        """Which weights answer, and in which classes, as answers tell it."""
        return {"epoch": self.epoch, "steps": self.batch, "best": self.best, "classes": self.classes}

    def test_part(self, data: Dataset) -> tuple[Tensor, Tensor]:
        """Return the test images and labels of a data set, on its device. Raises DataError where the classes differ."""
        if not self.knows(data):
            has, needs = ", ".join(data.classes), ", ".join(self.classes)
            raise DataError(f"{data.path}: has the classes {has}, {self.name} was trained on {needs}; give such data")
        return data.test_images.to(self.device), data.test_labels.to(self.device)

    def knows(self, data: Dataset) -> bool:
        """Tell whether it can be asked about a data set: of its classes, or the very data that it was trained on, which
        may have got names for its classes since."""
        return data.classes == self.classes or (
            data.fingerprint == self.data and len(data.classes) == len(self.classes)
        )

    def logits(self, images: Tensor) -> Tensor:
        """Return the logits float64 [N, classes] of uint8 images [N, 28, 28], on the CPU; what is no number is 0."""
        with kept(self), inference(self.model):
            logits: Tensor = self.model(as_input(images.to(self.device))).float().cpu()
        return logits.double().nan_to_num()

    def probabilities(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return probabilities [N, classes] for uint8 images [N, 28, 28], at its temperature and at 1, on the CPU."""
        with kept(self):
            _, shown, plain = predict_both(self.model, images.to(self.device), self.temperature)
        return shown, plain

    def frozen(self) -> "Network":
        """Return it with a copy of its weights, which stay while a live run trains on. Raises CheckpointError."""
        try:
            with kept(self):
                model = copy.deepcopy(self.model)
        except Exception as error:  # a user's own may hold what cannot be copied
            raise CheckpointError(
                f"the network of run {self.name} cannot be copied while it trains ({brief(error)}); ask again once it"
                " has ended"
            ) from error
        return dataclasses.replace(self, model=model)


def network_in(path: Path, state: dict[str, Any]) -> Network:
    """Return the network of a checkpoint. Raises CheckpointError, and NetworkError for code that is not to be run."""
    config = config_in(state, path)
    code = code_of_run(config.model, path.parent)
    classes = classes_in(state) or classes_of(path.parent)
    # Building a network draws from the global generator, which belongs to the run in progress.
    with kept_generators():
        if code is not None:
            seed_all(config.seed)  # as in training: what is drawn at its top may be no part of a checkpoint
        model = build_model(config, code, len(classes))
    try:
        with inside(code):
            model.load_state_dict(state["average" if "average" in state else "model"])
        position, temperature = position_in(state), temperature_in(state)
    except (RuntimeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{path}: does not fit its network ({brief(error)})") from error
    return Network(
        path.parent.name,
        position.step,
        position.epoch,
        position.batch,
        model,
        code,
        classes=classes,
        data=str(state.get("data", "")),
        temperature=temperature,
    )


def network_of(run: Run) -> Network:
    return Network(
        run.name,
        run.step,
        run.epoch,
        run.batch,
        run.tested,
        run.code,
        classes=run.data.classes,
        data=run.data.fingerprint,
        temperature=run.temperature,
    )


@contextmanager
def kept(network: Network) -> Iterator[None]:
    """Have a network answer; a user's own changes nothing by it, and draws nothing that the run in progress would."""
    with inside(network.code), kept_generators() if network.code is not None else nullcontext():
        yield
