"""A network as a graph of torch's own operations (torch.export), which needs neither its class nor this program.

https://docs.pytorch.org/docs/stable/export.html
"""

import io
import json

import torch
from torch import Tensor
from torch.export import Dim, ExportedProgram

from engine.data.dataset import read_npz
from engine.export.extras import ExportError
from engine.export.weights.classifier import Exportable
from engine.networks.own.isolation import inside
from engine.storage.paths import sample_file
from engine.storage.runs.checkpoint import brief

MOST_APART = 1e-4  # between probabilities of the graph and of the network: kernels add up in another order
CHECKED = 8  # digits


def program_file(found: Exportable) -> bytes:
    """Raises ExportError."""
    file = io.BytesIO()
    torch.export.save(program_of(found), file, extra_files={"mnist_tui.json": json.dumps(found.about())})
    return file.getvalue()


def program_of(found: Exportable) -> ExportedProgram:
    """Return the graph for any number of pictures, which answers as the network does. Raises ExportError."""
    name, classifier = found.record.config.model, found.classifier()
    with inside(found.network.code):
        try:
            program = torch.export.export(
                classifier, (example(2),), dynamic_shapes=({0: Dim("N", min=1)},), strict=False
            )
            for node in program.graph.nodes:  # the paths of files on this machine
                node.meta.pop("stack_trace", None)
            digits = example(CHECKED)
            for images in (digits, 255 - digits, digits[:1]):
                check(name, program.module()(images), classifier(images))
        except ExportError:
            raise
        except Exception as error:  # whatever a user's network and torch's tracing raise
            raise ExportError(
                f"torch cannot export {name} as one graph for any number of pictures ({brief(error)});"
                " its weights can be exported as safetensors"
            ) from error
    return program


def example(images: int) -> Tensor:
    """Return the first test digits of the sample, uint8 [images, 28, 28]."""
    arrays, *_ = read_npz(sample_file(), ours=True)
    return torch.from_numpy(arrays["test_images"][:images].copy())


def check(name: str, told: Tensor, known: Tensor) -> None:
    """Raise ExportError where the graph answers otherwise than the network."""
    apart = float((told - known).abs().nan_to_num(1.0).max())
    if apart > MOST_APART:
        raise ExportError(
            f"the graph of {name} gives other probabilities than the network, by up to {apart:.2g}: what it computes"
            " depends on more than the picture, chance or what it saw before; export its weights as safetensors"
        )
