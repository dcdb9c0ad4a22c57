"""Weights as safetensors, with all that rebuilds their network in the file's metadata; and the way back.

Only tensors and text are in such a file: whoever opens it runs nothing. The code of a user's own network is in it as
text; it is run only where its user has named it before, or names it now.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import torch

from engine.export.extras import ExportError, needed
from engine.export.weights.classifier import Classifier, Exportable
from engine.machine.process_settings import kept_generators
from engine.networks.build import build_model
from engine.networks.own.code import Code, NetworkError, is_trusted, named_code
from engine.networks.own.isolation import inside
from engine.storage.files import in_words
from engine.storage.runs.checkpoint import brief
from engine.vocabulary.architectures import is_own
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages.base import Classes
from engine.vocabulary.preprocessing import Preprocessing


def safetensors_file(found: Exportable) -> bytes:
    """Raises ExportError."""
    library = needed("safetensors.torch", "safetensors")
    # A copy of each: what two layers share must not lie in the file as one.
    state = found.network.model.state_dict()
    values = [name for name, each in state.items() if not isinstance(each, torch.Tensor)]
    if values:
        raise ExportError(f"{found.record.config.model} keeps what is no tensor ({', '.join(values)[:200]}),"
                          " which safetensors cannot hold; exported-program can")  # fmt: skip
    tensors = {name: each.detach().clone().contiguous() for name, each in state.items()}
    about = {name: json.dumps(value) for name, value in found.about().items()}
    about |= {
        "config": msgspec.json.encode(found.record.config).decode(),
        "treatment": msgspec.json.encode(found.record.treatment).decode(),
        "format": "pt",
    }
    code = found.network.code
    if code is not None and code.name.is_file:
        about["code"] = code.text.decode("utf-8-sig")
    try:
        content: bytes = library.save(tensors, metadata=about)
    except Exception as error:
        raise ExportError(f"the weights of {found.network.name} cannot be written ({brief(error)})") from error
    return content


class About(msgspec.Struct):
    """What of the metadata rebuilds a network."""

    config: RunConfig
    classes: Classes
    treatment: Preprocessing
    temperature: float | None
    code: str


def load_safetensors(path: str | Path, network: str | None = None) -> Classifier:
    """Return the network of a file that `mnist-tui export --format safetensors` wrote, rebuilt: it takes pictures
    uint8 [N, 28, 28], and returns probabilities float32 [N, classes].

    `network` names the code of a user's own network, FILE.py:Class, which is then run in place of what is in the file.
    Raises ExportError for another file, and NetworkError for code that is not to be run.
    """
    library = needed("safetensors", "safetensors")
    path = Path(path).expanduser()
    try:
        with library.safe_open(path, "pt") as file:
            about = read_about(file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (it is no mapping)
    except (OSError, library.SafetensorError, msgspec.DecodeError, KeyError, ConfigError) as error:
        raise ExportError(f"{path}: is no file of a run's weights as safetensors ({in_words(error)})") from error
    code = named_code(network) if network is not None else code_in(path, about)
    with kept_generators():  # a notebook's own are as they were
        model = build_model(about.config, code, len(about.classes))
    try:
        with inside(code):
            model.load_state_dict(tensors)
    except (RuntimeError, KeyError, TypeError, ValueError) as error:
        raise ExportError(f"{path}: does not fit its network ({brief(error)})") from error
    return Classifier(model, about.treatment, about.temperature)


def read_about(metadata: dict[str, str]) -> About:
    """Raises msgspec.DecodeError, KeyError, ConfigError."""
    values: dict[str, Any] = {
        name: msgspec.json.decode(metadata[name]) for name in ("config", "classes", "treatment", "temperature")
    }
    about = msgspec.convert({**values, "code": metadata.get("code", "")}, About)
    about.config.replace(msgspec.structs.asdict(about.config))  # types are checked, bounds not yet
    return about


def code_in(path: Path, about: About) -> Code | None:
    """Return the code that a file brings with it, None for a network of the catalogue. Raises NetworkError."""
    model = about.config.model
    if not is_own(model):
        return None
    code = Code(model, about.code.encode())
    if not is_trusted(code):
        raise NetworkError(
            f"{path}: is of a network of somebody's own code ({model}); if you trust it, name its file:"
            " load_safetensors(..., network='FILE.py:Class')"
        )
    return code
