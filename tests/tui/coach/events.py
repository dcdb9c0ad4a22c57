"""The events of recorded runs."""

from pathlib import Path

from engine.vocabulary.messages import RunEvent, decode_run_event

HERE = Path(__file__).parent / "recorded"


def events_of(name: str) -> list[RunEvent]:
    return [decode_run_event(line + b"\n") for line in (HERE / f"{name}.jsonl").read_bytes().splitlines()]
