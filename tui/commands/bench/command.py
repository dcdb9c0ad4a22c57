"""`mnist-tui bench`: how fast this program is on this machine."""

import click

from tui.commands.run_coroutine import run
from tui.commands.shared_options import data_option, json_option


@click.command()
@click.option("--quick", is_flag=True, help="Answer in under a minute, from fewer images and rounds.")
@click.option("--rounds", type=click.IntRange(1, 100), help="How often to measure each row. [default: 3; quick: 1]")
@click.option("--images", type=click.IntRange(0), default=0, help="Train on the first N images only (0: all).")
@click.option("--row", "rows", multiple=True, help="Measure only this row; repeat it for more.")
@click.option(
    "--seeds", type=click.IntRange(0, 100), help="Runs that measure the time to accuracy. [default: 1; quick: 0]"
)
@click.option("--screen", is_flag=True, help="Measure startup and screen instead: seconds, bytes, response to keys.")
@click.option(
    "--busy", type=click.IntRange(0, 1024), default=0, help="Measure training beside this many busy processes instead."
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps.")
@data_option
@json_option
def bench(
    quick: bool,
    screen: bool,
    busy: int,
    rounds: int | None,
    images: int,
    rows: tuple[str, ...],
    seeds: int | None,
    device: str,
    data: str,
    as_json: bool,
) -> None:
    """Compare the speed of this program with other ways to train, on this machine.

    Rows: the notebook it started from, torchvision's loader, a plain loop over data on the device, this program's
    engine (also in fp32, with Muon, with a screen, in two processes, on a GPU compiled), and the best the device could
    do. The rows take turns; nothing else should run. What cannot be measured here is named with the reason.
    Then the time until 98.7 and 99.0 % of the test images are right: the notebook, this program, its preset `fast`.
    """
    from tui.commands.bench.suite import run_bench

    if screen and (rows or rounds or images or seeds):
        raise click.UsageError("--screen does not measure rows; leave out --row, --rounds, --images and --seeds")
    if busy and (screen or rows or seeds):
        raise click.UsageError("--busy does not measure rows; leave out --screen, --row and --seeds")
    if quick:
        images, rounds = images or 6000, rounds or 1
    rounds = rounds or 3
    seeds = (0 if quick else 1) if seeds is None else seeds
    run(
        run_bench(
            data, device, screen=screen, busy=busy, quick=quick, images=images, rounds=rounds, rows=rows, seeds=seeds,
            as_json=as_json,
        )
    )  # fmt: skip
