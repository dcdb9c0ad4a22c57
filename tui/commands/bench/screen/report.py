"""What the screen costs, in words: a row for each measurement, with the limit that it is to stay under."""

import statistics

from tui.commands.bench.screen.costs import ScreenCosts
from tui.commands.bench.screen.long_list import LongList
from tui.commands.bench.screen.redraw import Redraws
from tui.commands.bench.screen.training import SETTLING, Case


def print_screen(costs: ScreenCosts) -> None:
    bare, helped = median_of_each(costs.help)
    print(f"--help           {helped - bare:.2f} s over bare Python ({bare:.2f} s)")
    loading, step = median_of_each(costs.first_step)
    print(f"first step       {step:.2f} s, {ratio(costs.first_step):.2f} of torch and data ({loading:.2f} s)")
    bare, first = median_of_each(costs.first_frame)
    print(f"first frame      {first:.2f} s, {ratio(costs.first_frame):.2f} of a bare import of Textual ({bare:.2f} s)")
    print(f"attached         {statistics.median(costs.attached):.2f} s after it, while training")
    print(f"first paint      {costs.first_paint:,} bytes, with {SETTLING:.0f} s of a run in progress")
    live, idle = f"{costs.live_per_s:,.0f}", f"{costs.idle_per_s:,.0f}"
    print(f"on the wire      {live} bytes/s while training (limit 4,096), {idle} idle (limit 0)")
    middle, late = statistics.median(costs.keys), percentile_95(costs.keys)
    print(f"key answered     {middle:.0f} ms, 95th percentile {late:.0f} ms, while training")
    print(f"setup opened     {statistics.median(costs.setup):.0f} ms, the first time")
    print_many(costs.many)
    for each in costs.redraws:
        print_redraws(each)
    for case in costs.cases:
        print_case(case)


def print_many(many: LongList) -> None:
    print(f"{many.runs} runs of {many.epochs} epochs")
    print(f"  runs opened    {statistics.median(many.opened):.2f} s after the first frame (limit 0.5)")
    middle, late = statistics.median(many.keys), percentile_95(many.keys)
    print(f"  filter         {middle:.0f} ms from a key to the list, 95th percentile {late:.0f} ms (limit 50)")
    print(f"  memory         {many.memory / 2**20:.0f} MB of the screen's process (limit 150)")


def print_redraws(each: Redraws) -> None:
    print(f"{each.runs} runs of {each.epochs} epochs over each other, redrawn (limit 30 ms)")
    for name in ("first", "zoom", "pan", "cursor"):
        times = getattr(each, name)
        print(f"  {name:<14} {statistics.median(times):.0f} ms, 95th percentile {percentile_95(times):.0f} ms")


def print_case(case: Case) -> None:
    others = f"beside {case.runs} runs" if case.runs else "no other runs"
    print(f"{others}{f', one of {case.epochs} epochs on the charts' if case.epochs else ''}; while training")
    ratios = [ours / alone for alone, ours in case.first_frame]
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"  first frame    {ratio(case.first_frame):.2f} of a bare import of Textual, {spread} (limit 1.35)")
    middle, late = statistics.median(case.keys), percentile_95(case.keys)
    floor = f"{statistics.median(case.floor):.0f} and {percentile_95(case.floor):.0f} ms"
    print(f"  key answered   {middle:.0f} ms, 95th percentile {late:.0f} ms (limit 20); the least app: {floor}")
    costs = [100 * (1 - watched / alone) for alone, watched in case.steps]
    spread = f"{min(costs):.1f} to {max(costs):.1f}"
    print(f"  screen costs   {statistics.median(costs):.1f} % of the steps a second, {spread} (limit 3)")


def percentile_95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def median_of_each(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(alone for alone, _ in pairs), statistics.median(ours for _, ours in pairs)


def ratio(pairs: list[tuple[float, float]]) -> float:
    """Return the median of what we take, measured by what the yardstick took in the same turn."""
    return statistics.median(ours / alone for alone, ours in pairs)
