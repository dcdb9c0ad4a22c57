"""A network as ONNX, by torch's exporter (https://docs.pytorch.org/docs/stable/onnx_export.html)."""

import contextlib
import io
import json
from typing import Any

import numpy as np
import torch

from engine.export.extras import ExportError, needed
from engine.export.weights.classifier import Exportable
from engine.export.weights.program import CHECKED, MOST_APART, check, example, program_of
from engine.storage.runs.checkpoint import brief

OPSET = 20
INPUT, OUTPUT = "images", "probabilities"


def onnx_file(found: Exportable, notes: list[str]) -> bytes:
    """Return the content of the file. Raises ExportError."""
    onnx = needed("onnx", "onnx")
    needed("onnxscript", "onnx")
    program, name = program_of(found), found.record.config.model
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            made = torch.onnx.export(
                program, (example(2),), dynamo=True, opset_version=OPSET, input_names=[INPUT], output_names=[OUTPUT],
                verbose=False,
            )  # fmt: skip
        assert made is not None
        model = made.model_proto
    except Exception as error:
        raise ExportError(
            f"torch cannot write {name} as ONNX ({brief(error)}); exported-program and safetensors may hold it"
        ) from error
    for graph in (model.graph, *model.functions):
        for node in graph.node:  # the lines of the program that each comes from
            del node.metadata_props[:]
    onnx.helper.set_model_props(model, {key: json.dumps(value) for key, value in found.about().items()})
    model.producer_name, model.producer_version = "mnist-tui", ""
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:
        raise ExportError(f"what torch wrote of {name} is no valid ONNX ({brief(error)})") from error
    content: bytes = model.SerializeToString()
    check_with_runtime(name, content, found, notes)
    return content


def check_with_runtime(name: str, content: bytes, found: Exportable, notes: list[str]) -> None:
    """Compare with the network's own probabilities, where ONNX Runtime is installed. Raises ExportError."""
    try:
        import onnxruntime
    except ImportError:
        notes.append("the graph was checked; with onnxruntime installed, its answers are compared as well")
        return
    session: Any = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    digits = example(CHECKED)
    [told] = session.run([OUTPUT], {INPUT: digits.numpy()})
    check(name, torch.from_numpy(np.array(told)), found.classifier()(digits))
    notes.append(f"ONNX Runtime {onnxruntime.__version__} gives the same probabilities, within {MOST_APART:g}")
