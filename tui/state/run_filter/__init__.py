"""Which runs of a list are shown, and in which order: `acc>99 model:resnet -star`, sorted by accuracy. Pure.

    shown = sorted_runs([run for run in runs if parse("acc>99").matches(run)], "accuracy", descending=True)

In the order to read them:

    language.py: from what was typed to a Filter
    columns.py: what can be asked of a run, by name
    numbers.py: `99 %`, `2h` and `20k` as they are typed
    live.py: the runs of the list as they are now
    sorting.py: the orders
"""

from tui.state.run_filter.language import Filter, FilterError, parse
from tui.state.run_filter.sorting import SORTS, Sort, sorted_runs

__all__ = ["SORTS", "Filter", "FilterError", "Sort", "parse", "sorted_runs"]
