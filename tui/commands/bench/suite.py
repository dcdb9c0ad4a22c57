"""What `mnist-tui bench` does, from the first measurement to the table."""

import contextlib
import tempfile
from pathlib import Path

import click
import msgspec

from tui.commands.bench.accuracy import time_to_accuracy
from tui.commands.bench.busy import measure_busy
from tui.commands.bench.report import print_accuracy, print_bench, print_busy
from tui.commands.bench.screen.costs import QUICK, THOROUGH, screen_costs
from tui.commands.bench.screen.report import print_screen
from tui.commands.bench.throughput import ON_REQUEST, ROWS, bench
from tui.link.errors import EngineUnreachable
from tui.link.stop import stop_engine
from tui.terminal.printing import print_json


async def run_bench(
    data: str,
    device: str,
    *,
    screen: bool,
    busy: int,
    quick: bool,
    images: int,
    rounds: int,
    rows: tuple[str, ...],
    seeds: int,
    as_json: bool,
) -> None:
    """Measure and print; with `screen` what the screen costs, with `busy` what so many
    other processes cost, else the rows (all if none is named) and accuracies.

    Raises CommandRefused with the reason of what cannot be measured.
    """
    known = (*ROWS, *ON_REQUEST)
    unknown = [name for name in rows if name not in known]
    if unknown:
        raise click.BadParameter(f"there is no row {unknown[0]!r}; give one of {', '.join(known)}", param_hint="--row")
    wanted = tuple(name for name in known if name in rows) or ROWS
    with tempfile.TemporaryDirectory(prefix="mnist-tui-bench-") as folder:
        work = Path(folder)
        try:
            if screen:
                costs = await screen_costs(data, device, work, QUICK if quick else THOROUGH)
                (print_json if as_json else print_screen)(costs)
                return
            if busy:
                beside = await measure_busy(data, device, work, busy, images=images, rounds=rounds)
                (print_json if as_json else print_busy)(beside)
                return
            result = await bench(data, device, work, images=images, rounds=rounds, rows=wanted)
        finally:
            with contextlib.suppress(EngineUnreachable):  # none was started
                await stop_engine(work / "checkpoints", force=True)
        if not as_json:
            print_bench(result)
        ways = await time_to_accuracy(device, work, seeds)
    if as_json:
        print_json({**msgspec.structs.asdict(result), "time_to_accuracy": ways})
    elif ways and ways[0].accuracies:
        print()
        print_accuracy(ways)
