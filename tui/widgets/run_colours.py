"""The colours of marked runs: each has its own, by its letter, in lists, tables and charts."""

from tui.state.marks import Mark
from tui.widgets.plotting.styles import RUNS

RUN_COLOURS = tuple(f"run--{i}" for i in range(len(RUNS)))  # component classes


def colour_of(mark: Mark) -> str:
    """Return the component class of a marked run."""
    return RUN_COLOURS[mark.number % len(RUNS)]


def css(widget: str) -> str:
    """Return the rules for the component classes of a widget."""
    return "".join(
        f"{widget} .{name} {{ color: {dark}; }}\n{widget}:light .{name} {{ color: {light}; }}\n"
        for name, (dark, light) in zip(RUN_COLOURS, RUNS, strict=True)
    )
