"""The recordings of the cases: trained by the engine, thinned, and kept in one file."""

import gzip
from collections.abc import Mapping
from pathlib import Path

import msgspec

from engine.training.run import Run
from engine.vocabulary.config import Value
from engine.vocabulary.messages import EpochDone, RunEnded, RunEvent
from tests.tui.coach.evaluation.case import Case
from tests.tui.coach.evaluation.cases import CASES
from tests.tui.coach.evaluation.damage import damaged
from tests.tui.coach.record import recorded

FILE = Path(__file__).parent / "recorded" / "cases.jsonl.gz"
DIGITS = 5  # significant ones that stay of a figure


class Recorded(msgspec.Struct):
    case: str
    events: list[RunEvent]


def train_case(case: Case, seed: int = 0, steered: Mapping[int, dict[str, Value]] = {}) -> list[RunEvent]:
    """Return the events of a case, trained now; `seed` is added to its own."""
    run = Run(case.config(seed), damaged(case.damage, case.images), name="0001-case")
    return [shortened(event) for event in recorded(run, steered=steered)]


def shortened(event: RunEvent) -> RunEvent:
    """Leave out what differs from machine to machine, and digits that no rule needs."""
    if isinstance(event, EpochDone):
        figures = {name: float(f"{getattr(event, name):.{DIGITS}g}") for name in ("train_loss", "test_loss", "lr")}
        return msgspec.structs.replace(event, **figures, seconds=1.0, test_seconds=0.1, input_share=0.0)
    return msgspec.structs.replace(event, time=0.0) if hasattr(event, "time") else event


def read(file: Path = FILE) -> dict[str, list[RunEvent]]:
    """Return the recordings by the name of their case."""
    if not file.exists():
        return {}
    decoder = msgspec.json.Decoder(Recorded)
    lines = gzip.decompress(file.read_bytes()).splitlines()
    return {each.case: each.events for each in map(decoder.decode, lines)}


def write(recordings: Mapping[str, list[RunEvent]], file: Path = FILE) -> None:
    """Keep the recordings of the cases there are, in their order."""
    lines = [msgspec.json.encode(Recorded(name, recordings[name])) for name in CASES if name in recordings]
    file.write_bytes(gzip.compress(b"\n".join(lines), 9, mtime=0))


def accuracy(events: list[RunEvent]) -> float:
    """Return the test accuracy after the last epoch; that of guessing where there was none."""
    tested = [event.test_accuracy for event in events if isinstance(event, EpochDone)]
    failed = any(isinstance(event, RunEnded) and event.state == "failed" for event in events)
    return 0.1 if failed or not tested else tested[-1]
