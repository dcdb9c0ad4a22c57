"""`mnist-tui export`: histories, charts and weights of runs, as files for other programs."""

import sys
from pathlib import Path
from typing import Any

import click

from engine.vocabulary.messages.export_messages import (
    AXES,
    CHART_FORMATS,
    CHARTS,
    FORMATS,
    SUFFIXES,
    TABLE_FORMATS,
    TABLES,
    WEIGHT_FORMATS,
    format_of,
)
from tui.commands.run_coroutine import run
from tui.commands.runs.command import weights_options
from tui.commands.shared_options import checkpoints_option, errors_in_one_line, json_option

STDOUT = "-"
FOR = {"table": TABLE_FORMATS, "chart": CHART_FORMATS, "axis": CHART_FORMATS, "best": WEIGHT_FORMATS}
OPTIONS = {"best": "--best/--last"}


@click.command()
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@click.option("--format", "format", type=click.Choice(FORMATS), help="What to write. [default: as FILE ends]")
@click.option(
    "-o", "--output",
    metavar="FILE|FOLDER|-",
    help="Where to; - is stdout, for tables and charts. [default: here, by the name of the run]",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option(
    "--table", type=click.Choice(TABLES), default=TABLES[0], show_default=True, help="csv, jsonl, parquet: of what."
)
@click.option(
    "--chart", type=click.Choice(CHARTS), default=CHARTS[0], show_default=True, help="png, svg, pdf: of what."
)
@click.option("--axis", type=click.Choice(AXES), default=AXES[0], show_default=True, help="What a chart is drawn over.")
@weights_options
@json_option
@checkpoints_option
@click.pass_context
def export(
    context: click.Context, runs: tuple[str, ...], format: str | None, output: str | None, force: bool, table: str,
    chart: str, axis: Any, best: bool | None, checkpoints: Path, as_json: bool,
) -> None:  # fmt: skip
    """Write runs (default: the latest) to files for other programs.

    Runs are named by number or name, several as in 1-5,8: in one table or chart, weights in a file each. `12@10` is a
    checkpoint.

    csv, jsonl and parquet are tables; png, svg and pdf are charts. onnx and exported-program (.pt2) are networks that
    take pictures as uint8 [N, 28, 28] and give calibrated probabilities. safetensors are weights, from which
    engine.load_safetensors(FILE) makes the same.

    All but csv, jsonl and exported-program need the extra `export`; where it is missing, the command that adds it is
    named.
    """
    from engine.storage.typed_path import path_of, written
    from engine.vocabulary.messages.export_messages import ExportRequest
    from tui.link.export_process import export as write

    format = chosen_format(format, output)
    for name, formats in FOR.items():
        given = context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        if given and format not in formats:
            raise click.UsageError(f"{OPTIONS.get(name, f'--{name}')} is for {', '.join(formats)}, not for {format}")
    if output == STDOUT and (format in WEIGHT_FORMATS or (format not in ("csv", "jsonl") and sys.stdout.isatty())):
        raise click.UsageError(f"{format} is no text for a terminal; give a file with -o")
    with errors_in_one_line():
        names = named_runs(checkpoints, runs)
    request = ExportRequest(
        checkpoints=written(checkpoints),
        runs=names,
        format=format,
        output="" if output in (None, STDOUT) else written(path_of(str(output))),
        folder=written(Path.cwd()),
        table=table,
        chart=chart,
        axis=axis,
        best=best,
        force=force,
        inline=output == STDOUT,
    )
    show(run(write(request)), as_json, request.inline)


def chosen_format(format: str | None, output: str | None) -> str:
    """Return the format that is named, or that of the file. Raises click.UsageError."""
    of_file = format_of(output or "")
    if format is not None and of_file and of_file != format:
        raise click.UsageError(f"{output} ends as {of_file} does, but --format is {format}; leave one of them out")
    chosen = format or of_file
    if not chosen:
        endings = ", ".join(SUFFIXES.values())
        ending = Path(output or "").suffix
        unknown = f" No format ends in {ending}." if ending else ""
        raise click.UsageError(
            f"in which format?{unknown} Give --format csv, say, or -o FILE that ends in one of {endings}"
        )
    return chosen


def named_runs(checkpoints: Path, words: tuple[str, ...]) -> list[str]:
    """Return the names of runs; a checkpoint stays as it is written. Raises RunError."""
    from engine.storage.runs.folders import find_run
    from tui.state.run_numbers import runs_of

    if not words:
        return [find_run(checkpoints).name]
    names: list[str] = []
    for word in words:
        names += [word] if "@" in word else [folder.name for folder in runs_of(checkpoints, word)]
    return names


def show(exported: Any, as_json: bool, inline: bool) -> None:
    """Print where the files are, or what would be in one; notes go to stderr."""
    from tui.terminal.printing import print_json
    from tui.terminal.sanitize import sanitize

    if exported.problem:
        raise click.ClickException(exported.problem)
    if as_json and not inline:
        print_json({"files": exported.files, "notes": exported.notes})
        return
    for note in exported.notes:
        print(sanitize(note, longest=500), file=sys.stderr)
    if inline:
        sys.stdout.buffer.write(exported.content)
        return
    for file in exported.files:
        print(sanitize(file, longest=4000))
