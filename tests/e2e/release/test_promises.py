"""What stability.md promises: nothing that others rely on goes away, or changes, within a major version."""

import json
from typing import Any

import pytest

from engine.storage.preset_file import check_changes
from engine.vocabulary.config import RunConfig
from tests.e2e.release.promises import PROMISED, promises

HELP = "stability.md promises it; keep it, or add a field or option beside it (tests/e2e/release/promises.py)"


@pytest.fixture(scope="module")
def promised() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(PROMISED.read_text())
    return kept


@pytest.fixture(scope="module")
def present() -> dict[str, Any]:
    now: dict[str, Any] = json.loads(json.dumps(promises()))
    return now


def test_every_message_keeps_its_fields_and_their_types(promised: dict[str, Any], present: dict[str, Any]) -> None:
    for name, then in promised["messages"].items():
        now = present["messages"].get(name)
        assert now is not None, f"{name} is gone: {HELP}"
        for field, kind in then["fields"].items():
            assert field in now["fields"], f"{name}.{field} is gone: {HELP}"
            if isinstance(kind, list) and len(kind) > 1:  # one of several: there may be more
                assert set(kind) <= set(now["fields"][field]), f"{name}.{field}: {HELP}"
            else:
                assert now["fields"][field] == kind, f"{name}.{field}: {HELP}"


def test_what_an_older_version_wrote_still_loads(promised: dict[str, Any], present: dict[str, Any]) -> None:
    for name, then in promised["messages"].items():
        needed = set(present["messages"][name]["required"]) - set(then["required"])
        assert needed == set(), f"{name}: a new field needs a default, or older files do not load"


def test_every_hyperparameter_keeps_name_type_default_and_choices(
    promised: dict[str, Any], present: dict[str, Any]
) -> None:
    """The default, too: run folders and presets hold what differs from it."""
    for name, then in promised["hyperparameters"].items():
        now = present["hyperparameters"].get(name, {})
        assert (now.get("type"), now.get("default")) == (then["type"], then["default"]), f"{name}: {HELP}"
        assert set(then["choices"]) <= set(now["choices"]), f"{name}: {HELP}"


def test_every_preference_keeps_name_type_and_choices(promised: dict[str, Any], present: dict[str, Any]) -> None:
    for name, then in promised["preferences"].items():
        now = present["preferences"].get(name, {})
        assert now.get("type") == then["type"], f"{name}: {HELP}"
        assert set(then["choices"]) <= set(now["choices"]), f"{name}: {HELP}"


def test_every_preset_is_there_and_can_be_used(promised: dict[str, Any], present: dict[str, Any]) -> None:
    for name, changes in promised["presets"].items():
        assert name in present["presets"], f"preset {name}: {HELP}"
        RunConfig().replace(check_changes(changes))


def test_every_name_of_the_library_takes_what_it_took(promised: dict[str, Any], present: dict[str, Any]) -> None:
    for name, then in promised["library"].items():
        now = present["library"].get(name)
        assert now is not None, f"engine.{name}: {HELP}"
        assert now[: len(then)] == then, f"engine.{name}: {HELP}"
        assert all(each.endswith("=") for each in now[len(then) :]), f"engine.{name}: a new parameter needs a default"


def test_every_command_keeps_its_options(promised: dict[str, Any], present: dict[str, Any]) -> None:
    for name, options in promised["commands"].items():
        assert name in present["commands"], f"{name}: {HELP}"
        assert set(options) <= set(present["commands"][name]), f"{name}: {HELP}"


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("messages", lambda now: now["EpochDone"]["fields"].pop("lr")),
        ("messages", lambda now: now["EpochDone"]["fields"].update(lr="string")),
        ("messages", lambda now: now.pop("RunEnded")),
        ("messages", lambda now: now["RunRecord"]["required"].append("colour")),
        ("hyperparameters", lambda now: now["lr"].update(default=0.002)),
        ("hyperparameters", lambda now: now["optimizer"]["choices"].remove("muon")),
        ("preferences", lambda now: now.pop("digits_sort")),
        ("preferences", lambda now: now["smoothing"].update(type="str")),
        ("preferences", lambda now: now["theme"]["choices"].remove("nord")),
        ("presets", lambda now: now.pop("best")),
        ("library", lambda now: now["load_data"].pop()),
        ("library", lambda now: now["train"].append("more")),
        ("commands", lambda now: now["mnist-tui train"].remove("--seeds")),
        ("commands", lambda now: now.pop("mnist-tui runs")),
    ],
)
def test_a_broken_promise_is_noticed(promised: dict[str, Any], part: str, change: Any) -> None:
    present: dict[str, Any] = json.loads(json.dumps(promises()))
    change(present[part])
    tests = {
        "messages": (test_every_message_keeps_its_fields_and_their_types, test_what_an_older_version_wrote_still_loads),
        "hyperparameters": (test_every_hyperparameter_keeps_name_type_default_and_choices,),
        "preferences": (test_every_preference_keeps_name_type_and_choices,),
        "presets": (test_every_preset_is_there_and_can_be_used,),
        "library": (test_every_name_of_the_library_takes_what_it_took,),
        "commands": (test_every_command_keeps_its_options,),
    }[part]
    with pytest.raises(AssertionError):  # noqa: PT012
        for test in tests:
            test(promised, present)
