"""One training run: begun, steered, saved, and resumed from its last checkpoint."""

import hashlib
from pathlib import Path
from typing import Any, Protocol

import msgspec
import torch
from torch import Tensor, nn

from engine.data.find import Dataset
from engine.machine.activity import ACTIVITY
from engine.machine.process_group import ALONE, Begin, ProcessGroup, digest_of
from engine.machine.process_settings import seed_all, seed_others
from engine.networks.build import build_model, steer_dropout
from engine.networks.own.code import Code, code_of_run
from engine.networks.own.isolation import inside
from engine.storage.printing import say
from engine.storage.runs.checkpoint import CheckpointError, keep_previous, load_last, save_checkpoint
from engine.storage.runs.folders import BEST, LAST, PREVIOUS
from engine.techniques.optimizers import steer_optimizer
from engine.training.state import TrainingState, config_in, conventions_in, packed
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig, Value
from engine.vocabulary.messages import CheckpointSaved
from engine.vocabulary.run_conventions import PRESENT, Conventions, Origin
from engine.vocabulary.schedule import learning_rate


class Observer(Protocol):
    """Takes what a run computes, and changes nothing of it (engine/insight/beliefs/recorder.py)."""

    def see_step(self, indices: Tensor, logits: Tensor, share: Tensor | None) -> None: ...
    def see_test(self, logits: Tensor) -> None: ...
    def end_epoch(self, epoch: int) -> None: ...
    def write(self) -> None: ...


class Run(TrainingState):
    """What one training run is beyond its state: its folder, the processes that train it, and a user's own code.

    A run with a folder saves itself after every epoch. Seeds the global generators of torch.
    """

    def __init__(
        self,
        config: RunConfig,
        data: Dataset,
        *,
        name: str = "run",
        folder: Path | None = None,
        group: ProcessGroup = ALONE,
        state: dict[str, Any] | None = None,
        code: Code | None = None,
        conventions: Conventions = PRESENT,
        origin: Origin | None = None,
    ) -> None:
        """Begin anew, or where the checkpoint `state` was taken, with its conventions. Raises CheckpointError when that
        does not fit.

        A user's own network needs its `code`. Raises ConfigError when that is no network, and NotBuilt when another
        process of the group cannot train this: nothing is wrapped before all of them have said that they can.
        """
        self.folder = folder
        self.group = group
        self.code = code
        self.origin = origin or Origin()
        self.observer: Observer | None = None  # of one process, where several train together
        try:
            super().__init__(name, config, data, conventions_in(state) if state else conventions, bool(state))
            with inside(code, loading=True):
                self._build(state)
        except (Exception, SystemExit) as error:
            group.answer(error)
            raise
        group.answer(network=digest_of(self.model))
        self.network = group.wrap(self.model)  # what is trained through
        if group.rank:
            # Every process drops out and distorts in its own way. After a resume it is another way than it would have
            # been: the state of rank 0's generator is the only one that is kept.
            torch.manual_seed(seed_of(config.seed, group.rank, self.step))
            self.loss_sum, self.right = 0.0, 0

    def _build(self, state: dict[str, Any] | None) -> None:
        """Build what is trained, or load it from a checkpoint; have the other processes begin once rank 0 knows that
        there is a network. Raises CheckpointError."""
        config, data, group, code = self.config, self.data, self.group, self.code
        torch.manual_seed(config.seed)
        model = build_model(self.config, code, len(self.data.classes)) if code is None else self._build_own(code)
        if group.size > 1 and group.rank == 0:  # a network that cannot be built is no matter for the others
            group.tell(Begin(self.config, data.path, data.fingerprint, packed(state), str(self.folder or "")))
        self.begin(model)
        if state:
            self.restore(state)
            if code is not None:  # a checkpoint has torch's generators alone
                seed_others(seed_of(config.seed, self.step))

    def _build_own(self, code: Code) -> nn.Module:
        """Return a user's own network. What is drawn after that depends on the seed, whatever its code seeds."""
        seed_all(self.config.seed)
        model = build_model(self.config, code, len(self.data.classes))
        if torch.initial_seed() != self.config.seed:
            say(f"{code.model}: seeds torch in __init__, so its first weights are the same for every seed")
            seed_all(self.config.seed)
        return model

    @property
    def out_of_patience(self) -> bool:
        """Whether the validation accuracy has not become better for too long."""
        return bool(self.config.patience) and self.epoch - self.best.epoch >= self.config.patience

    @property
    def lr(self) -> float:
        """The learning rate of the next step, or of the last once there is none."""
        return self.lr_of(self.step)

    def lr_of(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0, as far as the present configuration tells."""
        rate = learning_rate(self.config, step, self.steps_per_epoch)
        return rate * self.plateau.share if self.config.schedule == "plateau" else rate

    def steer(self, changes: dict[str, Value]) -> None:
        """Change hyperparameters from the next step on. Raises ConfigError and changes nothing on a bad one."""
        self.adopt(check_steering(self.config, changes, self.epoch))

    def agree(self, steps: float = 0) -> float:
        """Meet the other processes: take over what rank 0 was told meanwhile, and return how many steps come next.

        Raises RunOver in the others when rank 0 has ended the run.
        """
        config, steps, share = self.group.agree(self.config, steps, self.plateau.share)
        self.plateau = msgspec.structs.replace(self.plateau, share=share)
        if config != self.config:
            self.adopt(config)
        return steps

    def collect(self, results: Tensor, sizes: list[int]) -> list[list[float]]:
        """Return the loss and the number of right predictions of steps on batches of these sizes, and add them to the
        sums of the epoch, from what each process knows of its share: results [steps, 2]. Waits for the device."""
        known = results.tolist()
        for (loss, right), images in zip(known, sizes, strict=True):
            self.loss_sum += loss * images
            self.right += int(right)
        if self.group.size == 1:
            return known
        sums = torch.tensor([self.loss_sum, self.right], dtype=torch.float64, device=self.device)
        self.group.total(results, sums)
        loss_sum, right_sum = sums.tolist() if self.group.rank == 0 else (0.0, 0.0)  # rank 0 has the sums of all
        self.loss_sum, self.right = loss_sum, int(right_sum)
        return results.tolist()

    def adopt(self, config: RunConfig) -> None:
        """Go on with a configuration that differs in what may change during a run."""
        steer_dropout(self.model, self.config, config)
        self.config = config
        steer_optimizer(self.optimizer, config)

    def state(self) -> dict[str, Any]:
        """Return all that resuming needs, as tensors and plain values."""
        with inside(self.code):
            return super().state()

    def save(self) -> CheckpointSaved:
        """Write `last.pt`, `best.pt` after the best epoch by validation, and a copy by epoch when the config keeps
        this one. Raises OSError."""
        if self.folder is None:
            raise ValueError(f"run {self.name} has no folder to save to")
        ACTIVITY.begin("saving")
        if self.observer is not None:
            self.observer.write()  # first: what it has of an epoch without a checkpoint is dropped by who resumes
        state = self.state()
        # LAST comes last: a run that is cut off before it trains the epoch again, and writes the others again.
        if self.batch == 0 and self.config.keep_every and self.epoch % self.config.keep_every == 0:
            save_checkpoint(self.folder / f"epoch-{self.epoch:04d}.pt", state)
        if self.batch == 0 and self.epoch and self.best.epoch == self.epoch:
            save_checkpoint(self.folder / BEST, state)
        keep_previous(self.folder)
        save_checkpoint(self.folder / LAST, state)
        self.saved_step = self.step
        return CheckpointSaved(run=self.name, step=self.step, file=LAST)


def check_steering(config: RunConfig, changes: dict[str, Value], epoch: int) -> RunConfig:
    """Return the config with the changes. Raises ConfigError for what is bad or cannot change during a run."""
    changed = config.replace(changes)
    for name in changes:
        if not FIELDS[name].live:
            raise ConfigError(f"{FIELDS[name].label} ({name}) cannot change during a run; start a new run")
    if changed.epochs <= epoch:
        raise ConfigError(
            f"Epochs (epochs): {changed.epochs} is too few, {epoch} are done already; give more, or stop the run"
        )
    return changed


def seed_of(*numbers: int) -> int:
    """Return a seed that is a function of these numbers alone."""
    digest = hashlib.sha256("/".join(map(str, numbers)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def resume(
    name: str,
    folder: Path,
    data: Dataset,
    changes: dict[str, Value] | None = None,
    group: ProcessGroup = ALONE,
    data_path: str = "",
) -> Run:
    """Return the run of a folder as its last checkpoint left it, steered by `changes`; `data_path` is where its data is
    said to be now, if that is known.

    Raises CheckpointError, and ConfigError when the changes do not fit or no epoch is left to train.
    """
    state, problem = load_last(folder)
    moved = {"data": data_path} if data_path else {}
    config = config_in(state, folder / LAST).replace({"processes": group.size, **moved})
    code = code_of_run(config.model, folder)
    if code is not None:
        config = config.replace({"model": code.model})
    try:
        run = Run(config, data, name=name, folder=folder, group=group, state=state, code=code)
        if problem:
            say(f"{problem}; continuing from {PREVIOUS}, step {run.step}")
        run.steer({"epochs": config.epochs, **(changes or {})})
    except (CheckpointError, ConfigError):
        group.end()
        raise
    return run
