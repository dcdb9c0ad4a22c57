"""How an extra is added, by what the environment of the program is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.program.extras import how_to_add


@pytest.mark.parametrize(
    ("of", "command"),
    [("pipx_metadata.json", "pipx runpip mnist-tui install 'mnist-tui[tune]'"),
     ("uv-receipt.toml", "uv pip install --python {prefix} 'mnist-tui[tune]'"),
     ("pyvenv.cfg", "python -m pip install 'mnist-tui[tune]'")],
)  # fmt: skip
def test_an_extra_goes_into_the_environment_of_the_program(of: str, command: str, tmp_path: Path) -> None:
    (tmp_path / of).touch()
    assert how_to_add("tune", str(tmp_path)) == command.format(prefix=tmp_path)


def test_every_message_about_an_extra_says_it_in_one_way() -> None:
    """In a process of its own, where the environment can be that of pipx from the start."""
    program = """
import sys, tempfile, pathlib, json
prefix = tempfile.mkdtemp()
pathlib.Path(prefix, "pipx_metadata.json").touch()
sys.prefix = prefix
from engine.tuning.files import INSTALL
from engine.export.extras import ExportError, needed
from engine.tracking import trackers
from engine.vocabulary.fields import ConfigError
said = [INSTALL]
try:
    needed("no_such_library", "onnx")
except ExportError as error:
    said.append(str(error))
trackers.find_spec = lambda name: None
try:
    trackers.check_known("mlflow")
except ConfigError as error:
    said.append(str(error))
print(json.dumps(said))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert len(said) == 3
    assert all("pipx runpip mnist-tui install 'mnist-tui[" in each for each in said), said
