"""Recorded runs: their events, and how the coach sees them."""

from pathlib import Path

from msgspec.structs import replace

from engine.vocabulary.messages import EpochDone, RunEnded, RunEvent, decode_run_event
from tui.state.run import RunView, apply_to_run

HERE = Path(__file__).parent / "recorded"


def events_of(name: str) -> list[RunEvent]:
    return [decode_run_event(line + b"\n") for line in (HERE / f"{name}.jsonl").read_bytes().splitlines()]


def views(events: list[RunEvent]) -> list[RunView]:
    """Return the run as the coach sees it: after each epoch, and at its end."""
    view, seen = None, []
    for event in events:
        view = apply_to_run(view, event)
        if isinstance(event, EpochDone | RunEnded) and view is not None:
            seen.append(view)
    return seen


def changed(view: RunView, **config: object) -> RunView:
    return replace(view, config=view.config.replace(config))
