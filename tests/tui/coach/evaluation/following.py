"""What comes of advice: the same run without it, and with it followed once, as the key `c` does."""

import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec

from engine.vocabulary.config import Value
from engine.vocabulary.messages import RunEvent
from tests.tui.coach.evaluation.case import Case
from tests.tui.coach.evaluation.cases import CASES
from tests.tui.coach.evaluation.recordings import accuracy, train_case
from tests.tui.coach.views import views
from tui.coach.watch import apply_rules
from tui.state.advice import Advice, Coach

FILE = Path(__file__).parent / "recorded" / "advice.jsonl"
SEEDS = 3
NOISE = 0.005  # of an accuracy on 1,000 test images: its own standard error where 97 % are right
SURE = 2.0  # standard errors of a mean difference


class Followed(msgspec.Struct, frozen=True):
    """The test accuracy at the end, without the advice and with it; both the same where it came too late."""

    case: str
    seed: int
    rule: str
    changes: dict[str, Value]
    epoch: int  # after which it was followed; 0: in a new run
    without: float
    followed: float


def advised(events: list[RunEvent]) -> tuple[Advice, int] | None:
    """Return the first advice that can be followed and is shown, and after which epoch a run is steered by it: 0 where
    a new run is what helps, or the run was over when it was told."""
    for view in views(events):
        present = apply_rules(Coach(), view).present
        if present is not None and present.changes:
            steers = view.live and present.steers and view.epoch < view.config.epochs
            return present, view.epoch if steers else 0
    return None


def follow(case: Case, seed: int, without: list[RunEvent]) -> Followed | None:
    """Train a case again, with the advice that its run got; None where it got none."""
    found = advised(without)
    if found is None:
        return None
    advice, epoch = found
    if epoch:
        events = train_case(case, seed, {epoch: advice.changes})
    else:
        events = train_case(replace(case, changes={**case.changes, **advice.changes}), seed)
    return Followed(case.name, seed, advice.rule, advice.changes, epoch, accuracy(without), accuracy(events))


def read(file: Path = FILE) -> list[Followed]:
    lines = file.read_bytes().splitlines() if file.exists() else []
    return [msgspec.json.decode(line, type=Followed) for line in lines]


def write(all_followed: Iterable[Followed], file: Path = FILE) -> None:
    order = {name: i for i, name in enumerate(CASES)}
    kept = sorted((each for each in all_followed if each.case in order), key=lambda each: (order[each.case], each.seed))
    file.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in kept))


class Gain(msgspec.Struct, frozen=True):
    """Accuracies of one advice in one case, mean over seeds, and the standard error of the difference."""

    rule: str
    case: str
    changes: str
    seeds: int
    without: float
    followed: float
    error: float

    @property
    def harmful(self) -> bool:
        """Whether it made the runs worse beyond noise."""
        return self.without - self.followed > max(NOISE, SURE * self.error)


def gains(all_followed: Iterable[Followed]) -> list[Gain]:
    groups: dict[tuple[str, str], list[Followed]] = defaultdict(list)
    for each in all_followed:
        groups[each.rule, each.case].append(each)
    found = []
    for (rule, case), several in groups.items():
        differences = [each.followed - each.without for each in several]
        error = statistics.stdev(differences) / len(several) ** 0.5 if len(several) > 1 else 0.0
        changes = " or ".join(
            dict.fromkeys(", ".join(f"{name} {value}" for name, value in each.changes.items()) for each in several)
        )
        without, followed = (
            statistics.fmean(getattr(each, name) for each in several) for name in ("without", "followed")
        )
        found.append(Gain(rule, case, changes, len(several), without, followed, error))
    return sorted(found, key=lambda gain: (gain.rule, gain.case))
