"""What resuming a run needs: taken from a run, and put back into one."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import torch

from engine.storage.runs.checkpoint import CheckpointError, brief
from engine.techniques.optimizers import check_state
from engine.training.validation import Best
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig
from engine.vocabulary.messages import Count, Seconds
from engine.vocabulary.run_conventions import Conventions
from engine.vocabulary.schedule import Plateau

if TYPE_CHECKING:
    from engine.training.run import Run


def state_of(run: "Run") -> dict[str, Any]:
    """Return all that resuming needs, as tensors and plain values."""
    rng = {"cpu": torch.get_rng_state()}
    if run.device.type == "cuda":
        rng["cuda"] = torch.cuda.get_rng_state(run.device)
    elif run.device.type == "mps":
        rng["mps"] = torch.mps.get_rng_state()
    return {
        "model": run.model.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "rng": rng,
        "position": {
            "epoch": run.epoch,
            "batch": run.batch,
            "step": run.step,
            "seconds": run.seconds,
            "input_seconds": run.input_seconds,
        },
        "sums": {"loss": run.loss_sum, "right": run.right},
        "best": msgspec.structs.asdict(run.best),
        "plateau": msgspec.structs.asdict(run.plateau),
        **({"average": run.average.model.state_dict()} if run.average else {}),
        "config": msgspec.structs.asdict(run.config),
        "conventions": msgspec.structs.asdict(run.conventions),
        "data": run.data.fingerprint,
        "threads": run.threads.count,
    }


def restore(run: "Run", state: dict[str, Any]) -> None:
    """Continue where `state` was taken, on the same data. Raises CheckpointError when it does not fit."""
    try:
        if state["data"] != run.data.fingerprint:
            raise CheckpointError(
                f"run {run.name} was trained on other data ({str(state['data'])[:100]}) than is loaded now"
                f" ({run.data.fingerprint}); give its data folder with --data"
            )
        position = position_in(state)
        if position.epoch > int(FIELDS["epochs"].high or 0) or position.batch > run.steps_per_epoch:
            raise ValueError(f"no run has finished {position.epoch} epochs and {position.batch} steps of the next")
        check_state(run.optimizer, state["optimizer"]["state"])
        run.model.load_state_dict(state["model"])
        if run.average:
            run.average.model.load_state_dict(state["average"])
        # Of the file only the moments: the rates are those of the config, and the rest would be believed unseen.
        groups = run.optimizer.state_dict()["param_groups"]
        run.optimizer.load_state_dict({"state": state["optimizer"]["state"], "param_groups": groups})
        run.epoch, run.batch, run.step = position.epoch, position.batch, position.step
        run.seconds, run.input_seconds = position.seconds, position.input_seconds
        run.saved_step = run.step
        run.threads.begin_with(min(int(state.get("threads", run.threads.most)), run.threads.most))
        run.best = msgspec.convert(state.get("best", {}), Best)
        run.plateau = msgspec.convert(state.get("plateau", {}), Plateau)
        run.loss_sum.copy_(state["sums"]["loss"])
        run.right.copy_(state["sums"]["right"])
        torch.set_rng_state(state["rng"]["cpu"].cpu())
        if run.device.type == "cuda" and "cuda" in state["rng"]:
            torch.cuda.set_rng_state(state["rng"]["cuda"].cpu(), run.device)
        elif run.device.type == "mps" and "mps" in state["rng"]:
            torch.mps.set_rng_state(state["rng"]["mps"].cpu())
    except (KeyError, TypeError, AttributeError, RuntimeError, ValueError, IndexError) as error:
        raise CheckpointError(f"the checkpoint of run {run.name} does not fit its network ({brief(error)})") from error


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
