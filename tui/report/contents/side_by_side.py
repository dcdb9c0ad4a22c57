"""Names with values of several runs: what is the same is said once, what differs is a table. Pure."""

from collections.abc import Mapping, Sequence

from tui.report.blocks import Block, Facts, Table

Values = Mapping[str, str]


def side_by_side(names: Sequence[str], runs: Sequence[Values], caption: str) -> list[Block]:
    """Return the values of runs; those of a single one are facts. What is empty in all is left out."""
    fields = [
        name for name in dict.fromkeys(field for run in runs for field in run) if any(run.get(name) for run in runs)
    ]
    same = [name for name in fields if len({run.get(name, "") for run in runs}) == 1]
    other = [name for name in fields if name not in same]
    blocks: list[Block] = []
    if other:
        rows = tuple((title, *(run.get(name) or "-" for name in other)) for title, run in zip(names, runs, strict=True))
        blocks.append(Table(caption, ("run", *other), rows, words=len(other)))
    if same:
        blocks.append(Facts(tuple((name, runs[0][name]) for name in same)))
    return blocks
