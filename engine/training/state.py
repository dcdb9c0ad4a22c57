"""What a run trains and how far it is: taken down in a checkpoint, and put back from one."""

import io
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import nn

from engine.data.dataset import Dataset
from engine.machine.device import choose_device
from engine.machine.threads import Threads
from engine.storage.runs.checkpoint import CheckpointError, brief
from engine.techniques.ema import ExponentialMovingAverage
from engine.techniques.optimizers import build_optimizer, check_state
from engine.techniques.precision import choose_precision
from engine.training.validation import Best, Temperature, split
from engine.vocabulary.batches import batch_sizes, steps_per_epoch
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig
from engine.vocabulary.messages import Count, Seconds
from engine.vocabulary.messages.base import DIGITS, Classes
from engine.vocabulary.run_conventions import Conventions
from engine.vocabulary.schedule import Plateau


class TrainingState:
    """Network, optimizer, moving average, and position; `begin` makes them once there is a network."""

    def __init__(
        self, name: str, config: RunConfig, data: Dataset, conventions: Conventions, resumed: bool = False
    ) -> None:
        """Choose the device and have the data there. Raises DeviceError, and ConfigError for a precision that it has
        not."""
        self.name = name
        self.device = choose_device(config.device)
        self.precision = choose_precision(config.precision, self.device, config.model, resumed)
        self.config = config.replace({"precision": self.precision})  # what it began with, it is resumed with
        self.data = data.to(self.device)
        self.threads = Threads(adapts=self.device.type == "cpu")
        self.conventions = conventions
        kept, held_out = split(data.train_labels, config.validation, self.conventions.stratified)
        self.kept = None if kept is None else kept.to(self.device)  # indices of the images to train on; None: all
        self.held_out = held_out.to(self.device)

    def begin(self, model: nn.Module) -> None:
        """Begin to train a network, at its first step."""
        self.model = model.to(self.device)
        self.average = ExponentialMovingAverage(self.model) if self.config.ema else None
        self.optimizer = build_optimizer(self.config, self.model, self.conventions)
        self.epoch = 0  # finished epochs
        self.batch = 0  # finished steps of the present epoch
        self.step = 0  # finished steps in all
        self.saved_step = 0  # of the last checkpoint
        self.best = Best()
        self.plateau = Plateau()
        self.temperature: float | None = None  # of its probabilities, fitted to the images held out after an epoch
        self.seconds = 0.0  # training time of the present epoch
        self.input_seconds = 0.0  # of these, those in which images were made; on a device that queues, only asked for
        self.loss_sum = 0.0  # over the images of the present epoch
        self.right = 0  # of their predictions
        self.clipped_norm: torch.Tensor | None = None  # of the last step's gradients, where they are clipped

    @property
    def images(self) -> int:
        """Images that an epoch trains on."""
        return len(self.data.train_labels) - len(self.held_out)

    @property
    def steps_per_epoch(self) -> int:
        return steps_per_epoch(self.images, self.config.batch_size, self.conventions.joined)

    @property
    def batch_sizes(self) -> list[int]:
        """The sizes of the batches of an epoch."""
        return batch_sizes(self.images, self.config.batch_size, self.conventions.joined)

    @property
    def tested(self) -> nn.Module:
        """The network that is tested: the trained one, or its moving average."""
        return self.average.model if self.average else self.model

    def state(self) -> dict[str, Any]:
        """Return all that resuming needs, as tensors and plain values."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "rng": rng_state(self.device),
            "position": {
                "epoch": self.epoch,
                "batch": self.batch,
                "step": self.step,
                "seconds": self.seconds,
                "input_seconds": self.input_seconds,
            },
            "sums": {
                "loss": torch.tensor(self.loss_sum, dtype=torch.float64),
                "right": torch.tensor(self.right, dtype=torch.int64),
            },
            "best": msgspec.structs.asdict(self.best),
            "plateau": msgspec.structs.asdict(self.plateau),
            "temperature": self.temperature,
            **({"average": self.average.model.state_dict()} if self.average else {}),
            "config": msgspec.structs.asdict(self.config),
            "conventions": msgspec.structs.asdict(self.conventions),
            "data": self.data.fingerprint,
            **({"classes": list(self.data.classes)} if self.data.classes != DIGITS else {}),
            "threads": self.threads.count,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue where `state` was taken, on the same data. Raises CheckpointError when it does not fit."""
        try:
            if state["data"] != self.data.fingerprint:
                raise CheckpointError(
                    f"run {self.name} was trained on other data ({str(state['data'])[:100]}) than is loaded now"
                    f" ({self.data.fingerprint}); give its data folder with --data"
                )
            position = position_in(state)
            if position.epoch > int(FIELDS["epochs"].high or 0) or position.batch > self.steps_per_epoch:
                raise ValueError(f"no run has finished {position.epoch} epochs and {position.batch} steps of the next")
            check_state(self.optimizer, state["optimizer"]["state"])
            self.model.load_state_dict(state["model"])
            if self.average:
                self.average.model.load_state_dict(state["average"])
            # Of the file only the moments: the rates are those of the config, and the rest would be believed unseen.
            groups = self.optimizer.state_dict()["param_groups"]
            self.optimizer.load_state_dict({"state": state["optimizer"]["state"], "param_groups": groups})
            self.epoch, self.batch, self.step = position.epoch, position.batch, position.step
            self.seconds, self.input_seconds = position.seconds, position.input_seconds
            self.saved_step = self.step
            self.threads.begin_with(min(int(state.get("threads", self.threads.most)), self.threads.most))
            self.best = msgspec.convert(state.get("best", {}), Best)
            self.plateau = msgspec.convert(state.get("plateau", {}), Plateau)
            self.temperature = temperature_in(state)
            self.loss_sum, self.right = float(state["sums"]["loss"]), int(state["sums"]["right"])
            set_rng_state(state["rng"], self.device)
        except (KeyError, TypeError, AttributeError, RuntimeError, ValueError, IndexError, OverflowError) as error:
            raise CheckpointError(
                f"the checkpoint of run {self.name} does not fit its network ({brief(error)})"
            ) from error


class Position(msgspec.Struct, frozen=True):
    """Finished epochs, steps of the present epoch, steps in all; training time of the present epoch in seconds, and
    what of it went into images."""

    epoch: Count
    batch: Count
    step: Count
    seconds: Seconds
    input_seconds: Seconds = 0.0


def position_in(state: dict[str, Any]) -> Position:
    """Return how far a checkpoint is. Raises KeyError, and ValueError for what is no position."""
    return msgspec.convert(state["position"], Position)


def temperature_in(state: dict[str, Any]) -> float | None:
    """Return the temperature of a checkpoint's weights, None where none was fitted, as in all of versions before.
    Raises ValueError for what is none."""
    return msgspec.convert(state.get("temperature"), Temperature | None)


def classes_in(state: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the names of the classes of a checkpoint; None where it names none, as of digits and all before."""
    try:
        return msgspec.convert(state.get("classes"), Classes | None)
    except msgspec.ValidationError:
        return None


def config_in(state: dict[str, Any], path: Path) -> RunConfig:
    """Return the configuration that a checkpoint was made with. Raises CheckpointError."""
    try:
        return RunConfig().replace(state["config"])
    except (KeyError, TypeError, AttributeError, ConfigError) as error:
        raise CheckpointError(f"{path}: holds no configuration of a run ({brief(error)})") from error


def conventions_in(state: dict[str, Any]) -> Conventions:
    """Return the conventions of a checkpoint; one that has none is of the time before. Raises CheckpointError."""
    try:
        return msgspec.convert(state.get("conventions", {}), Conventions)
    except msgspec.ValidationError as error:
        raise CheckpointError(f"the checkpoint holds no conventions of a run ({brief(error)})") from error


def packed(state: dict[str, Any] | None) -> bytes:
    """Return a checkpoint as bytes for the other processes."""
    buffer = io.BytesIO()
    if state:
        torch.save(state, buffer)
    return buffer.getvalue()


def rng_state(device: torch.device) -> dict[str, torch.Tensor]:
    """Return the states of torch's generators that a run on a device draws from."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        states["mps"] = torch.mps.get_rng_state()
    return states


def set_rng_state(states: dict[str, torch.Tensor], device: torch.device) -> None:
    """Go on drawing where `states` were taken; those of another kind of device are left out."""
    torch.set_rng_state(states["cpu"].cpu())
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"].cpu(), device)
    elif device.type == "mps" and "mps" in states:
        torch.mps.set_rng_state(states["mps"].cpu())
