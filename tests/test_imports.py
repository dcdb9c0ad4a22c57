"""What may be imported where: the screen starts without torch, the engine without a screen."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from limits import LIMIT
from places import ROOT

# Imports each module and tells which forbidden packages came with it.
PROBE = """
import importlib, json, sys
modules, forbidden = json.loads(sys.argv[1])
found = {}
for name in modules:
    importlib.import_module(name)
    loaded = [package for package in forbidden if package in sys.modules]
    if loaded:
        found[name] = loaded
        for package in loaded:
            for module in [m for m in sys.modules if m == package or m.startswith(package + ".")]:
                del sys.modules[module]
print(json.dumps(found))
"""


def modules_of(package: str) -> list[str]:
    """Every module of a package, but `__main__` of the engine, which is a program."""
    names = []
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def loaded_with(modules: list[str], forbidden: list[str]) -> dict[str, list[str]]:
    """Import modules in one new process; return those that brought something forbidden."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps([modules, forbidden])],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_no_module_of_the_screen_loads_torch_or_numpy() -> None:
    modules = modules_of("tui")
    assert "tui.app.main" in modules
    assert len(modules) > 20
    assert loaded_with(modules, ["torch", "torchvision", "numpy"]) == {}


def test_no_module_of_the_engine_loads_anything_of_a_screen() -> None:
    modules = [name for name in modules_of("engine") if not name.startswith("engine.tracking.services.")]
    assert "engine.server.worker.command_loop" in modules  # and libraries of trackers have a process of their own
    assert loaded_with(modules, ["textual", "rich", "plotext", "click", "tui"]) == {}


def test_the_shared_vocabulary_is_light() -> None:
    names = ("vocabulary.config", "vocabulary.messages", "storage.paths", "storage.presets", "storage.runs.listing",
             "storage.runs.log_writer", "storage.runs.bounded_history")  # fmt: skip
    light = ["engine", *(f"engine.{name}" for name in names)]
    assert loaded_with(light, ["torch", "numpy", "PIL", "asyncio"]) == {}


def test_the_probe_finds_what_it_looks_for() -> None:
    assert loaded_with(["tui.app.main"], ["textual", "torch"]) == {"tui.app.main": ["textual"]}


def test_help_and_the_list_of_runs_need_no_textual_and_no_torch(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom tui.__main__ import cli\ncli(sys.argv[1:], standalone_mode=False)\n"
        "print([name for name in ('textual', 'torch', 'numpy', 'plotext', 'scipy') if name in sys.modules])"
    )
    for arguments in (["--help"], ["train", "--help"], ["presets"], ["runs", "--checkpoints", str(tmp_path)]):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=ROOT, capture_output=True, text=True, check=True, timeout=LIMIT,
        )  # fmt: skip
        assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_training_and_saving_need_no_compiler_of_torch(tmp_path: Path) -> None:
    """Its import takes as long as that of torch."""
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from engine.vocabulary.config import RunConfig\n"
        "from engine.data.find import load_data\nfrom engine.training.run import Run, resume\n"
        "from engine.training.loop import train\n"
        "from engine.storage.paths import sample_file\n"
        "data = load_data(str(sample_file()))\n"
        "folder = Path(sys.argv[1])\n"
        "list(train(Run(RunConfig(epochs=1, batch_size=1000, device='cpu'), data, folder=folder)))\n"
        "list(train(resume('run', folder, data, {'epochs': 2})))\n"
        "print([name for name in ('torch._dynamo', 'torch._inductor', 'sympy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=LIMIT,
    )
    assert done.stdout.splitlines()[-1] == "[]"
