"""What the coach says about a run, and what it must not say again."""

import msgspec
from msgspec.structs import replace

from engine.vocabulary.config import FIELDS, Value


class Advice(msgspec.Struct, frozen=True):
    """What a rule sees in a run. `seen` has the figures that are its evidence; each text is a sentence.

    Where no hyperparameter helps, as the cause lies in the data, there are no `changes`.
    """

    rule: str
    seen: str
    why: str
    remedy: str
    changes: dict[str, Value] = msgspec.field(default_factory=dict)  # of the run's hyperparameters
    anew: bool = False  # they help a run that has them from its first step, not this one
    final: bool = False  # it explains what less pressing rules see, which would take the effect for the cause

    @property
    def steers(self) -> bool:
        """Whether the changes suit a run in progress."""
        return bool(self.changes) and not self.anew and all(FIELDS[name].live for name in self.changes)

    @property
    def line(self) -> str:
        """All that a log needs."""
        return f"coach: {self.rule}: {self.seen} {self.remedy}"


class Coach(msgspec.Struct, frozen=True):
    """`advice` on the run `run`, most pressing first. What was applied or dismissed is not said again."""

    on: bool = True
    run: str = ""
    advice: tuple[Advice, ...] = ()
    dismissed: frozenset[tuple[str, str]] = frozenset()  # run, rule
    applied: frozenset[tuple[str, str, str]] = frozenset()  # run, rule, changes
    said: frozenset[tuple[str, str, str]] = frozenset()

    @property
    def present(self) -> Advice | None:
        """The advice to show now."""
        return self.advice[0] if self.advice else None

    def receive(self, run: str, advice: tuple[Advice, ...]) -> "Coach":
        """Return the coach with this advice on a run, but for what is not to be said again."""
        wanted = tuple(
            each for each in advice if (run, each.rule) not in self.dismissed and _key(run, each) not in self.applied
        )
        return replace(self, run=run, advice=wanted if self.on else ())

    def new_advice(self) -> list[Advice]:
        """Return the advice that was never said of its run."""
        return [each for each in self.advice if _key(self.run, each) not in self.said]

    def mark_said(self) -> "Coach":
        """Return the coach after it has said all it knows."""
        return replace(self, said=self.said.union(_key(self.run, each) for each in self.advice))

    def dismiss(self, advice: Advice) -> "Coach":
        """Return the coach when nobody wants to hear any more of this rule on the present run."""
        others = tuple(each for each in self.advice if each.rule != advice.rule)
        return replace(self, advice=others, dismissed=self.dismissed | {(self.run, advice.rule)})

    def apply(self, advice: Advice) -> "Coach":
        """Return the coach when advice was followed; what else it saw waits for what comes of that."""
        return replace(self, advice=(), applied=self.applied | {_key(self.run, advice)})


def _key(run: str, advice: Advice) -> tuple[str, str, str]:
    return run, advice.rule, repr(sorted(advice.changes.items()))
