"""A run's network as it is exported: from pictures of uint8 to probabilities, nothing to do before or after."""

import dataclasses
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.export.extras import ExportError
from engine.export.weights.treatment import Treatment
from engine.insight.runs.find import AskedRuns, saved
from engine.insight.runs.network import Network
from engine.program.version import version
from engine.storage.runs.checkpoint import load_checkpoint
from engine.storage.runs.lineage import find_checkpoint
from engine.storage.runs.record import RunRecord, read_record
from engine.vocabulary.preprocessing import Preprocessing


class Classifier(nn.Module):
    """Takes pictures uint8 [N, 28, 28], returns probabilities float32 [N, classes].

    They are treated as the run's data was, and logits are divided by the temperature that was fitted to images held
    out, 1 where none were.
    """

    def __init__(self, model: nn.Module, preprocessing: Preprocessing, temperature: float | None) -> None:
        super().__init__()
        self.treatment = Treatment(preprocessing)
        self.model = model
        self.temperature = temperature or 1.0
        self.eval().requires_grad_(False)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.model(self.treatment(images))
        return F.softmax(logits.float() / self.temperature, 1)


@dataclasses.dataclass(frozen=True)
class Exportable:
    """A run's network, and what is on record of it."""

    network: Network
    record: RunRecord

    def classifier(self) -> Classifier:
        # Weights in the usual order of memory: how they lie is a matter of the machine they were trained on.
        model = self.network.model.to(memory_format=torch.contiguous_format)
        return Classifier(model, self.record.treatment, self.network.temperature)

    def about(self) -> dict[str, object]:
        """Return what a reader of the file needs to know, as plain values."""
        return {
            "program": f"mnist-tui {version()}",
            "run": self.network.name,
            "epoch": self.network.epoch,
            "step": self.network.step,
            "best": self.network.best,
            "model": self.record.config.model,
            "classes": list(self.network.classes),
            "temperature": self.network.temperature,
            "input": "images: uint8 [N, 28, 28], 0 background, 255 ink",
            "output": "probabilities: float32 [N, classes]",
        }


def exportable(checkpoints: Path, name: str, best: bool | None) -> Exportable:
    """Return the network of a run, or of its checkpoint `12@10`. Raises RunError, CheckpointError, NetworkError."""
    if "@" not in name:
        network = AskedRuns(checkpoints).chosen(name, None, best)
    elif best is not None:
        raise ExportError(f"{name} names a checkpoint already; leave out --best and --last")
    else:
        folder, checkpoint = find_checkpoint(checkpoints, name)
        path = folder / checkpoint.file
        network = dataclasses.replace(saved(path, load_checkpoint(path)), best=checkpoint.name == "best")
    return Exportable(network, read_record(checkpoints / network.name))
