"""A new run from a checkpoint of another: its state, with other hyperparameters."""

from pathlib import Path
from typing import Any, NamedTuple

from engine.networks.own.code import Code, code_of_run
from engine.storage.printing import say
from engine.storage.runs.checkpoint import CheckpointError, load_checkpoint
from engine.storage.runs.lineage import find_checkpoint
from engine.storage.runs.record import RunRecord, read_record
from engine.training.state import Position, config_in, conventions_in, position_in
from engine.training.validation import Best
from engine.vocabulary.batches import steps_per_epoch
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig
from engine.vocabulary.run_conventions import Origin

SAME = {  # what cannot differ, and why
    "model": "its weights are those of the checkpoint",
    "width": "its weights are those of the checkpoint",
    "depth": "its weights are those of the checkpoint",
    "seed": "the first weights and the order of the images come from it",
    "validation": "images that were trained on cannot be held out afterwards",
}
MOMENTS = ({"adam", "adamw"}, {"sgd", "nesterov"})  # optimizers that remember the same


class Fork(NamedTuple):
    """What a fork begins with: the record and the code of its parent, the checkpoint's configuration and content."""

    record: RunRecord
    code: Code | None
    config: RunConfig
    state: dict[str, Any]
    origin: Origin


def open_fork(checkpoints: Path, fork: str, config: RunConfig) -> Fork:
    """Read the checkpoint that `12@10` names, for a run with this config. Raises RunError, CheckpointError, and
    ConfigError for what cannot be other than in the parent."""
    folder, checkpoint = find_checkpoint(checkpoints, fork)
    record = read_record(folder)
    state = load_checkpoint(folder / checkpoint.file)
    before = config_in(state, folder / checkpoint.file)
    try:
        position = position_in(state)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder / checkpoint.file}: does not say how far its run was ({error})") from error
    code = code_of_run(record.config.model, folder)
    if code is not None and config.model in (before.model, record.config.model):
        config = config.replace({"model": code.model})
        before = before.replace({"model": code.model})
    check_fork(before, position, config, folder.name)
    origin = Origin(parent=folder.name, parent_epoch=position.epoch, parent_step=position.step)
    return Fork(record, code, before, state, origin)


def check_fork(before: RunConfig, position: Position, config: RunConfig, parent: str) -> None:
    """Raise ConfigError for what a fork cannot have other than its parent had."""
    for name, why in SAME.items():
        old, new = getattr(before, name), getattr(config, name)
        if old != new:
            label = FIELDS[name].label
            raise ConfigError(
                f"{label} ({name}): {new}, but a fork of {parent} has {old}, as {why}; leave it at {old}, or train a"
                " new run without a fork"
            )
    if config.batch_size != before.batch_size and position.batch:
        raise ConfigError(
            f"Batch size (batch_size): {config.batch_size}, but the checkpoint of {parent} lies {position.batch} steps"
            f" of {before.batch_size} images into an epoch; leave it at {before.batch_size}, or fork from the end of an"
            " epoch"
        )
    if config.epochs <= position.epoch:
        raise ConfigError(
            f"Epochs (epochs): {config.epochs} is too few, {parent} had done {position.epoch} by then; give more than"
            f" {position.epoch}"
        )


def branched(fork: Fork, config: RunConfig, images: int) -> dict[str, Any]:
    """Return the state that a fork begins with. What is unchanged trains on bit for bit as the parent did.

    Where the optimizer is another, its moments begin anew; where there was no moving average, it begins with the
    weights. The best epoch counts from here on. With another batch size the steps are counted as if it had always been
    that. `images` are those of an epoch. Raises CheckpointError.
    """
    before, state = fork.config, dict(fork.state)
    position = position_in(state)
    try:
        kin = any({before.optimizer, config.optimizer} <= family for family in MOMENTS)
        if before.optimizer != config.optimizer and not kin:
            say(f"{config.optimizer} begins without moments: those of {before.optimizer} do not suit it")
            state["optimizer"] = {**state["optimizer"], "state": {}}
        if config.ema and "average" not in state:
            state["average"] = state["model"]
        if not config.ema:
            state.pop("average", None)
        if bool(config.ema) != bool(before.ema):  # other weights will answer than it was fitted to
            state.pop("temperature", None)
        if config.batch_size != before.batch_size:
            joined = conventions_in(state).joined
            step = position.epoch * steps_per_epoch(images, config.batch_size, joined)
            state["position"] = {**state["position"], "step": step}
        best = Best(epoch=position.epoch) if position.epoch else Best()
        state["best"] = {"epoch": best.epoch, "accuracy": 0.0, "loss": 0.0}
        if before.schedule != "plateau" or config.schedule != "plateau":
            state["plateau"] = {}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CheckpointError(f"the checkpoint does not hold the state of a run ({error})") from error
    return state
