"""What this version promises to keep, as far as it can be written down.

`python -m tests.e2e.release.promises --update` adds what is new in a release to promised.json. Nothing in it is taken
away before the next major version (tui/guide/stability.md).
"""

import inspect
import json
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

import engine
from engine.storage.presets import ListedPreset
from engine.storage.runs.record import RunRecord
from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.messages import (
    DataReady,
    Evaluated,
    FilePrediction,
    RunEvent,
    RunSummary,
    StatusTold,
)
from engine.vocabulary.messages.study_events import StudyEvent
from engine.vocabulary.presets import PRESETS
from tui.__main__ import cli
from tui.preferences.values import PREFERENCES

PROMISED = Path(__file__).with_name("promised.json")
TOLD = (  # run.json, events.jsonl, and what --json prints
    RunRecord, RunConfig, *typing.get_args(RunEvent), *typing.get_args(StudyEvent), RunSummary, ListedPreset,
    Evaluated, FilePrediction, StatusTold, DataReady,
)  # fmt: skip


def promises() -> dict[str, Any]:
    return {
        "messages": messages(),
        "hyperparameters": {
            name: {"type": field.kind.__name__, "default": field.default, "choices": sorted(field.choices)}
            for name, field in FIELDS.items()
        },
        "preferences": {
            name: {"type": each.kind.__name__, "choices": sorted(each.choices)} for name, each in PREFERENCES.items()
        },
        "presets": {name: preset.changes for name, preset in PRESETS.items()},
        "library": {name: parameters(getattr(engine, name)) for name in engine.__all__},
        "commands": dict(commands(cli, "mnist-tui")),
    }


def messages() -> dict[str, Any]:
    """Return the JSON schema of each message, without words and bounds: which fields it has, and of which types."""
    _, found = msgspec.json.schema_components(TOLD)
    return {
        name: {
            "fields": {field: kind_of(schema) for field, schema in each.get("properties", {}).items()},
            "required": sorted(each.get("required", [])),
        }
        for name, each in sorted(found.items())
    }


def kind_of(schema: dict[str, Any]) -> Any:
    """Return what a reader of JSON gets: a type, a list of types, the name of a message, or a list of one of these."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        return sorted({json.dumps(kind_of(each)).strip('"') for each in schema["anyOf"]})
    if "enum" in schema:
        return sorted(str(value) for value in schema["enum"])
    if "items" in schema and isinstance(schema["items"], dict):
        return [kind_of(schema["items"])]
    return schema.get("type", "any")


def parameters(public: Any) -> list[str]:
    """Return the parameters of a class or function; `name=` for one that may be left out."""
    found = inspect.signature(public).parameters.values()
    return [each.name + ("" if each.default is inspect.Parameter.empty else "=") for each in found]


def commands(command: click.Command, name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command with its options and arguments."""
    spellings = [each for param in command.params for each in (*param.opts, *param.secondary_opts)]
    yield name, sorted(each for each in spellings if each.startswith("-"))
    for word, below in sorted(getattr(command, "commands", {}).items()):
        yield from commands(below, f"{name} {word}")


if __name__ == "__main__" and sys.argv[1:] == ["--update"]:
    PROMISED.write_text(json.dumps(promises(), indent=1, sort_keys=True) + "\n")
