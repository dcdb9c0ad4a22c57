"""The tables of the documentation, and the figures in a sentence."""

from collections.abc import Iterable, Sequence

from tests.tui.coach.evaluation.following import SEEDS, Followed, gains
from tests.tui.coach.evaluation.scoring import Heard, counts, score


def tables(all_heard: Sequence[Heard], all_followed: Sequence[Followed]) -> str:
    """Return the two tables of the documentation, in Markdown."""
    whole, held = score(all_heard), score(heard for heard in all_heard if heard.case.held)
    lines = ["| rule | right | wrong | missed | held out: right, wrong, missed |", "|---|---|---|---|---|"]
    for rule, kept in sorted(whole.items(), key=lambda item: -len(item[1].right)):
        other = held.get(rule)
        apart = ", ".join(str(len(part)) for part in (other.right, other.wrong, other.missed)) if other else "none"
        lines.append(f"| {rule} | {len(kept.right)} | {len(kept.wrong)} | {len(kept.missed)} | {apart} |")
    lines += ["", "| rule | the run | advice | without | with it |", "|---|---|---|---|---|"]
    for gain in gains(all_followed):
        noise = f" ± {100 * gain.error:.1f}" if gain.seeds > 1 else ""
        difference = f"{gain.followed:.1%} ({100 * (gain.followed - gain.without):+.1f}{noise})"
        few = "" if gain.seeds == SEEDS else f", {gain.seeds} seed{'s' if gain.seeds > 1 else ''}"
        lines.append(f"| {gain.rule} | {gain.case}{few} | {gain.changes} | {gain.without:.1%} | {difference} |")
    return "\n".join(lines).replace("%", " %")


def summary(name: str, all_heard: Iterable[Heard]) -> str:
    found = counts(all_heard)
    return (
        f"{name}: {found['silent']} of {found['healthy']} healthy runs get no advice; {found['told']} of"
        f" {found['sick']} sick ones are told first what is wrong, {found['misled']} something else as well or instead"
    )
