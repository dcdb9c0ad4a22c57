"""How well the rules do on the recordings: what each case is told, and for each rule right, wrong and missed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.vocabulary.messages import RunEvent
from tests.tui.coach.evaluation.case import Case
from tests.tui.coach.views import views
from tui.coach.watch import apply_rules
from tui.state.advice import Advice, Coach


@dataclass(frozen=True)
class Heard:
    """What the coach said of a case: after each epoch and at the end, the most pressing first."""

    case: Case
    said: tuple[tuple[Advice, ...], ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that spoke, in the order in which they first did; at one moment, the most pressing first."""
        return tuple(dict.fromkeys(advice.rule for advices in self.said for advice in advices))

    @property
    def told(self) -> bool:
        """Whether what was said first is what is wrong."""
        return self.rules[:1] != () and self.rules[0] in self.case.right

    @property
    def fine(self) -> bool:
        return not self.rules if self.case.healthy else self.told and not self.misled

    @property
    def misled(self) -> tuple[str, ...]:
        return tuple(rule for rule in self.rules if rule not in self.case.right)


@dataclass
class Score:
    """Of one rule, in cases; `missed` are those of which no right rule spoke, counted for the best of them."""

    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def hear(case: Case, events: list[RunEvent]) -> Heard:
    return Heard(case, tuple(apply_rules(Coach(), view).advice for view in views(events)))


def score(all_heard: Iterable[Heard]) -> dict[str, Score]:
    """Return the score of each rule that spoke or should have."""
    scores: dict[str, Score] = {}
    for heard in all_heard:
        for rule in heard.rules:
            kept = scores.setdefault(rule, Score())
            (kept.right if rule in heard.case.right else kept.wrong).append(heard.case.name)
        if heard.case.right and not set(heard.rules) & set(heard.case.right):
            scores.setdefault(heard.case.right[0], Score()).missed.append(heard.case.name)
    return scores


def counts(all_heard: Iterable[Heard]) -> Counter[str]:
    """Count the healthy and silent, the sick and told, and those that were told something wrong."""
    found: Counter[str] = Counter()
    for heard in all_heard:
        if heard.case.healthy:
            found["healthy"] += 1
            found["silent"] += not heard.rules
        else:
            found["sick"] += 1
            found["told"] += heard.told
            found["misled"] += bool(heard.misled)
    return found
