"""Hyperparameters and what became of them in words. Pure."""

from collections.abc import Mapping

from engine.vocabulary.config import FIELDS, Value


def format_value(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def format_values(values: Mapping[str, Value]) -> str:
    """Return `epochs 1, lr 0.01`."""
    return ", ".join(f"{name} {format_value(value)}" for name, value in values.items())


def format_change(before: Value, now: Value | None) -> str:
    """Return `0.001→0.0003`; of what was steered back to where it began, `0.001→…→0.001`."""
    way = "→…→" if before == now else "→"
    return f"{format_value(before)}{way}{format_value(now) if now is not None else '?'}"


def describe_change(name: str, value: Value) -> str:
    """Return `Learning rate is now 0.0005`."""
    return f"{FIELDS[name].label if name in FIELDS else name} is now {format_value(value)}"
