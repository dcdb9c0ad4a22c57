"""`mnist-tui report`: runs as one page to keep, to print, or to send."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.shared_options import checkpoints_option, errors_in_one_line, json_option

if TYPE_CHECKING:
    from tui.report.facts import ReportFacts

MOST_DIGITS = 96


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
    help="Where to write it; the name ends in .html or .md. [default: report-RUN.html here]",
)  # fmt: skip
@click.option(
    "--digits", type=click.IntRange(0, MOST_DIGITS), metavar="N", default=24, show_default=True,
    help="How many of the worst digits to show of each run; with 0 no engine is needed.",
)  # fmt: skip
@click.option("--calibration", is_flag=True, help="Measure whether the runs are as sure as they are right.")
@click.option("--robustness", is_flag=True, help="Measure how right they stay on corrupted digits; takes a while.")
@click.option(
    "--images", type=click.IntRange(1), help="With --robustness: only the first so many test images. [default: all]"
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@json_option
@checkpoints_option
def report(
    runs: tuple[str, ...], output: Path | None, digits: int, calibration: bool, robustness: bool, images: int | None,
    force: bool, checkpoints: Path, as_json: bool,
) -> None:  # fmt: skip
    """Write a report of runs (3, 0003-seed-cnn, 3-7,9): one file, without script and network.

    Curves, configuration and what differs, confusion, the worst digits, seeds with mean and interval, data, machine,
    versions, and the command that trains each again.
    """
    from tui.commands.runs.changes import runs_named
    from tui.commands.runs.listed import live_run
    from tui.report.gather import read_runs
    from tui.report.output import ReportError, check_target, kind_of, usual_name, write_report
    from tui.report.written import written
    from tui.terminal.printing import print_json
    from tui.terminal.sanitize import sanitize

    if images is not None and not robustness:
        raise click.UsageError("--images is for --robustness; add it, or leave --images out")
    with errors_in_one_line():
        try:
            names = runs_named(checkpoints, runs)
            path = output if output is not None else Path(usual_name(names))
            check_target(path, force)
            facts = read_runs([checkpoints / name for name in names], live_run(checkpoints))
            facts = completed(facts, checkpoints, digits, calibration, robustness, images or 0)
            write_report(path, written(facts, kind_of(path)), force)
        except ReportError as error:
            raise click.ClickException(str(error)) from error
    for line in missing(facts):
        print(f"warning: {sanitize(line, longest=2000)}", file=sys.stderr)
    if as_json:
        print_json({"file": str(path.absolute()), "runs": names, "bytes": path.stat().st_size})
    else:
        print(sanitize(str(path), longest=4096))


def completed(
    facts: "ReportFacts", checkpoints: Path, digits: int, calibration: bool, robustness: bool, images: int
) -> "ReportFacts":
    """Ask the engine for what was wanted of it; where there is none to be had, the report says so and has the rest."""
    import asyncio

    from engine.vocabulary.messages import StopMeasuring
    from tui.commands.run_coroutine import run
    from tui.commands.runs.certainty.ask import told_how_far
    from tui.link.attach import attached
    from tui.report.asking import with_calibration, with_digits, with_robustness
    from tui.report.facts import without_engine

    if not (digits or calibration or robustness):
        return facts

    async def ask(facts: "ReportFacts") -> "ReportFacts":
        async with attached(checkpoints) as session, told_how_far(session):
            try:
                if digits:
                    facts = await with_digits(facts, session.ask, digits)
                if calibration:
                    facts = await with_calibration(facts, session.ask)
                if robustness:
                    facts = await with_robustness(facts, session.ask, images)
            except asyncio.CancelledError:
                session.client.send(StopMeasuring())
                raise
        return facts

    try:
        return run(ask(facts))
    except click.ClickException as error:
        return without_engine(facts, error.message, bool(digits), calibration, robustness)


def missing(facts: "ReportFacts") -> list[str]:
    """Return what was wanted and could not be had, with the reason, which the report has too."""
    said = [facts.robustness_problem] if facts.robustness_problem else []
    for run in facts.runs:
        problems = {"worst digits": run.digits_problem, "calibration": run.calibration_problem}
        problems["pictures"] = run.digits.problem if run.digits is not None else ""
        said += [f"{run.run}, no {what}: {problem}" for what, problem in problems.items() if problem]
    return said
