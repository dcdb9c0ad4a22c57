"""Histories as CSV, JSON lines and Parquet: one row each, the run in the first column."""

import csv
import io
import json
from typing import Any

import msgspec

from engine.export.curves import noted
from engine.export.extras import ExportError, needed
from engine.library.runs import CONFIG as CONFIG_COLUMNS
from engine.library.runs import RECORDED, SavedRun, row_of
from engine.library.table import Table
from engine.program.version import version
from engine.vocabulary.messages.export_messages import ExportRequest

FORMULA = tuple("=+-@\t\r")  # what begins one


def table_file(request: ExportRequest, runs: list[SavedRun], notes: list[str]) -> bytes:
    """Return the content of the file. Raises RunError, ExportError, OSError."""
    table = table_of(request.table, runs, notes)
    if not table.rows:
        names = ", ".join(run.name for run in runs)
        raise ExportError(f"there is nothing in the table {request.table} of {names}; choose another with --table")
    match request.format:
        case "csv":
            return as_csv(table)
        case "jsonl":
            return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table.records()).encode()
        case _:
            return as_parquet(table, runs)


def table_of(name: str, runs: list[SavedRun], notes: list[str]) -> Table:
    if name == "runs":
        return Table.of({**RECORDED, **CONFIG_COLUMNS}, [row_of(run.record) for run in runs])
    if name == "digits":
        return Table.joined({run.name: run.digits() for run in runs})
    return Table.joined({run.name: getattr(noted(run, notes), name) for run in runs})


def as_csv(table: Table) -> bytes:
    """As RFC 4180 has it, in UTF-8; a cell is empty where a value is not known, and no text is a formula."""
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(map(no_formula, table))
    lines.writerows(map(no_formula, row.values()) for row in table.records())
    return file.getvalue().encode()


def no_formula(value: Any) -> Any:
    """Return a text that a spreadsheet would compute, `=cmd()`, with an apostrophe before it, by which they show it as
    it is (https://owasp.org/www-community/attacks/CSV_Injection); a sign alone, and any other value, as they are."""
    if isinstance(value, str) and value[:1] in FORMULA and len(value) > 1 and not is_number(value):
        return f"'{value}"
    return value


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def as_parquet(table: Table, runs: list[SavedRun]) -> bytes:
    """With the configuration of each run in the file's metadata, under `mnist_tui`."""
    arrow, parquet = needed("pyarrow", "parquet"), needed("pyarrow.parquet", "parquet")
    columns: dict[str, Any] = {name: arrow.array(column.tolist(), from_pandas=True, type=kind(arrow, column.dtype.kind))
                               for name, column in table.items()}  # fmt: skip
    about = {
        "version": version(),
        "configs": {run.name: msgspec.structs.asdict(run.config) for run in runs},
    }
    content = arrow.table(columns).replace_schema_metadata({"mnist_tui": json.dumps(about)})
    file = io.BytesIO()
    parquet.write_table(content, file)
    return file.getvalue()


def kind(arrow: Any, code: str) -> Any:
    return {"i": arrow.int64(), "f": arrow.float64(), "b": arrow.bool_()}.get(code, arrow.string())
