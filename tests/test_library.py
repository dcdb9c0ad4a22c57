"""The engine as a library: what README.md shows works, and costs nothing before it is used."""

import subprocess
import sys
import textwrap

import pytest
from limits import LIMIT
from places import ROOT

import engine


def shown() -> str:
    """The program in README.md, "As a library"."""
    after = (ROOT / "README.md").read_text().partition("## As a library\n\n")[2]
    return textwrap.dedent("".join(line for line in after.partition("\n\n`train`")[0].splitlines(keepends=True)))


def test_what_the_readme_shows_trains() -> None:
    program = f"import sys, engine\nprint('torch' in sys.modules)\n{shown()}"
    program = program.replace("epochs=1", "epochs=1, model='mlp', width=0.25, device='cpu'")
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    first, *events = done.stdout.splitlines()
    assert first == "False"
    assert any(event.startswith("EpochDone(") for event in events)


def test_every_public_name_is_there_and_others_are_refused() -> None:
    for name in engine.__all__:
        assert getattr(engine, name).__name__ == name
        assert name in dir(engine)
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        _ = engine.absent
