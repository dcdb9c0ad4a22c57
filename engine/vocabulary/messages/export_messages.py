"""What can be written of runs for other programs: formats, what goes into them, and the question and answer of the
process that writes (engine/export/)."""

from typing import Literal

import msgspec

TABLE_FORMATS = ("csv", "jsonl", "parquet")
CHART_FORMATS = ("png", "svg", "pdf")
WEIGHT_FORMATS = ("safetensors", "onnx", "exported-program")
FORMATS = (*TABLE_FORMATS, *CHART_FORMATS, *WEIGHT_FORMATS)
SUFFIXES = {**{name: f".{name}" for name in FORMATS}, "exported-program": ".pt2"}
IN_WORDS = {
    "csv": "its epochs as a table",
    "jsonl": "the same, a JSON object a line",
    "parquet": "the same with types, for pandas or DuckDB",
    "png": "its curves as a picture",
    "svg": "the same, to scale and to edit",
    "pdf": "the same, for a paper",
    "safetensors": "its weights, for PyTorch and others",
    "onnx": "its network with weights, for ONNX Runtime",
    "exported-program": "the same for torch.export.load",
}
TABLES = ("epochs", "steps", "changes", "machine", "confusion", "digits", "runs")
CHARTS = ("curves", "loss", "accuracy", "lr", "confusion")
AXES = ("epochs", "steps", "time")


class ExportRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Write runs of a folder, by name, to `output`, or to files of their names in `folder`. Paths as in messages.

    `table`, `chart` with its `axis`, and `best` are each for their formats; a run of weights may be `12@10`, a
    checkpoint of it. Where a file is there already, `force` replaces it, and `renumber` takes the next free name. With
    `inline`, the content comes in the answer.
    """

    checkpoints: str
    runs: list[str]
    format: str
    output: str = ""
    folder: str = ""
    table: str = TABLES[0]
    chart: str = CHARTS[0]
    axis: Literal["epochs", "steps", "time"] = "epochs"
    best: bool | None = None
    force: bool = False
    renumber: bool = False
    inline: bool = False


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """The files that were written, and what is to be known of them; or the `problem` why there are none."""

    files: list[str] = []
    notes: list[str] = []
    content: bytes = b""
    problem: str = ""


def format_of(name: str) -> str:
    """Return the format that the name of a file asks for, "" for none."""
    return next((each for each, suffix in SUFFIXES.items() if name.lower().endswith(suffix)), "")
