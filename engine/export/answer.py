"""Which format is written by what, and what went wrong in one line."""

import os
from pathlib import Path

from engine.export.extras import ExportError
from engine.export.files import paths_of, write
from engine.library.runs import SavedRun
from engine.storage.files import in_words
from engine.storage.runs.folders import RunError, find_run
from engine.storage.typed_path import path_of, written
from engine.vocabulary.config import ConfigError
from engine.vocabulary.messages.export_messages import TABLE_FORMATS, WEIGHT_FORMATS, Exported, ExportRequest


def export(request: ExportRequest) -> Exported:
    """Write what is asked for; where it cannot be, the answer says why."""
    try:
        return _export(request)
    except (ExportError, RunError, ConfigError, OSError) as error:
        return Exported(problem=in_words(error))
    except Exception as error:
        from engine.data.dataset import DataError
        from engine.storage.runs.checkpoint import CheckpointError

        if isinstance(error, CheckpointError | DataError):
            return Exported(problem=str(error))
        raise


def _export(request: ExportRequest) -> Exported:
    checkpoints = path_of(request.checkpoints)
    names = named(checkpoints, request.runs)
    weights = request.format in WEIGHT_FORMATS
    if request.inline and weights:
        raise ExportError(f"{request.format} is no text; give a file with -o")
    paths = [] if request.inline else paths_of(request, names)
    notes: list[str] = []
    if weights:
        files = [
            write(path, weights_file(request, checkpoints, name, notes), request)
            for name, path in zip(names, paths, strict=True)
        ]
    else:
        content = history_file(request, [SavedRun(checkpoints / name) for name in names], notes)
        if request.inline:
            return Exported(content=content, notes=notes)
        files = [write(paths[0], content, request)]
    return Exported(files=[written(os.path.abspath(file)) for file in files], notes=list(dict.fromkeys(notes)))


def history_file(request: ExportRequest, runs: list[SavedRun], notes: list[str]) -> bytes:
    """Return the content of the file. Raises RunError, ExportError, OSError."""
    if request.format in TABLE_FORMATS:
        from engine.export.tables import table_file

        return table_file(request, runs, notes)
    from engine.export.charts import chart_file

    return chart_file(request, runs, notes)


def weights_file(request: ExportRequest, checkpoints: Path, name: str, notes: list[str]) -> bytes:
    """Return the content of the file. Raises RunError, CheckpointError, NetworkError, ExportError."""
    from engine.export.weights.classifier import exportable

    found = exportable(checkpoints, name, request.best)
    match request.format:
        case "safetensors":
            from engine.export.weights.safetensors_file import safetensors_file

            return safetensors_file(found)
        case "onnx":
            from engine.export.weights.onnx_file import onnx_file

            return onnx_file(found, notes)
        case _:
            from engine.export.weights.program import program_file

            return program_file(found)


def named(checkpoints: Path, runs: list[str]) -> list[str]:
    """Return the names of runs, each once; a checkpoint's stays behind the @. Raises RunError."""
    found: dict[str, None] = {}
    for each in runs or [""]:
        name, at, which = each.partition("@")
        found[find_run(checkpoints, name).name + at + which] = None
    return list(found)
