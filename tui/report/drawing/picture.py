"""A drawing with a title and a description for those who do not see it; in a page, or standing alone. Pure."""

from functools import cache
from pathlib import Path

from tui.report.markup import Child, Safe, el, number

SVG = "http://www.w3.org/2000/svg"  # what tells a browser that a file is a drawing; nothing is loaded from there


def picture(*parts: Child, width: float, height: float) -> Safe:
    """Return a drawing without title: `titled` gives it one."""
    return el("svg", *parts, class_="chart", viewBox=f"0 0 {number(width)} {number(height)}")


def titled(drawing: Safe, title: str, about: str, name: str) -> Safe:
    """Return a drawing whose title and description have ids that begin with `name`."""
    head = el("title", title, id=f"{name}-title"), el("desc", about, id=f"{name}-desc")
    start, end, rest = drawing.partition(">")
    role = f' role="img" aria-labelledby="{name}-title {name}-desc"'
    return Safe(f"{start}{role}{end}{head[0]}{head[1]}{rest}")


def standing_alone(drawing: Safe, title: str, about: str) -> Safe:
    """Return a drawing as a file of its own, with its colours."""
    style = el("style", Safe(chart_style()))
    start, end, rest = titled(drawing, title, about, "chart").partition(">")
    return Safe(f'{start} xmlns="{SVG}"{end}{style}{rest}')


@cache
def chart_style() -> str:
    return Path(__file__).with_name("chart.css").read_text()
