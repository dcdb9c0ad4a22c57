"""What is built installs into an empty environment, and works there, outside of the checkout.

torch and the other libraries are those of this environment, as their download is not what is tested.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from engines import kill_engines
from limits import LIMIT
from PIL import Image
from places import ROOT
from terminal import Terminal

from engine.program import version

pytestmark = pytest.mark.slow

pytest.importorskip("hatchling", reason="hatchling, of the extra test, is not installed")


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(source: Path, target: str, to: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", to, cwd=source)
    [built] = to.iterdir()
    return built


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wheel")


@pytest.fixture(scope="module")
def built_as() -> str:
    """The version and commit of the checkout when the wheel is built; it may be worked on during the tests."""
    return version.in_words()


@pytest.fixture(scope="module")
def wheel(work: Path, built_as: str) -> Path:
    return build(ROOT, "wheel", work / "wheel")


@pytest.fixture(scope="module")
def sdist(work: Path) -> Path:
    return build(ROOT, "sdist", work / "sdist")


@pytest.fixture(scope="module")
def installed(work: Path, wheel: Path) -> Path:
    """The bin/ of an environment that has the wheel, and the libraries of this one."""
    if not any(metadata.distributions(name="pip")):  # even to look for its module makes setuptools fail from then on
        pytest.skip("pip is not installed here")
    place = work / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", place, cwd=work)
    pip = [sys.executable, "-m", "pip", "--python", str(place), "install", "--no-deps", "--no-index", "--quiet"]
    run(*pip, wheel, cwd=work, env={**os.environ, "PYTHONPATH": ""})
    [packages] = place.glob("lib/python*/site-packages")
    libraries = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (packages / "libraries.pth").write_text("\n".join(libraries) + "\n")
    return place / "bin"


@pytest.fixture
def env(tmp_path: Path, installed: Path) -> Iterator[dict[str, str]]:
    """The surroundings of a new user, who has nothing but this program."""
    home = tmp_path / "home"
    home.mkdir()
    yield {"HOME": str(home), "PATH": f"{installed}:/usr/bin:/bin", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
    kill_engines(home / ".local/state")


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    [record] = [name for name in found if name.endswith(".dist-info/RECORD")]
    return {**found, record: b"\n".join(sorted(found[record].splitlines()))}  # in the order of the files on disk


def test_the_wheel_has_the_sample_the_guide_and_no_tests(wheel: Path) -> None:
    names = set(contents(wheel))
    pages = {f"tui/guide/{page.name}" for page in (ROOT / "tui/guide").glob("*.md")}
    assert pages
    expected = {"engine/mnist-5k.npz", "engine/py.typed", "tui/py.typed", "tui/app/app.tcss", *pages}
    assert expected <= names
    assert any(name.endswith("/data/share/man/man1/mnist-tui.1") for name in names)
    assert {name.split("/")[0] for name in names if ".dist-info" not in name and ".data" not in name} == {
        "engine", "tui",
    }  # fmt: skip


def test_the_sdist_makes_the_same_wheel(wheel: Path, sdist: Path, work: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(work / "unpacked", filter="data")
    [source] = (work / "unpacked").iterdir()
    assert contents(build(source, "wheel", work / "again")) == contents(wheel)
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)", (source / "README.md").read_text())
    assert shown
    for name in ("tests/test_rooms.py", "CONTRIBUTING.md", ".packaging/mnist-tui.1", *shown):
        assert (source / name).is_file(), name


def test_it_says_version_and_commit(env: dict[str, str], tmp_path: Path) -> None:
    commit = f" (commit {version.commit()})" if version.commit() else ""
    assert run("mnist-tui", "--version", cwd=tmp_path, env=env).strip() == f"mnist-tui {version.version()}{commit}"


def test_a_new_user_trains_and_finds_the_run(env: dict[str, str], tmp_path: Path) -> None:
    run("mnist-tui", "train", "--epochs", "1", "--model", "mlp", "--width", "0.25", cwd=tmp_path, env=env)
    [listed] = json.loads(run("mnist-tui", "runs", "--json", cwd=tmp_path, env=env))
    assert (listed["state"], listed["sample"]) == ("finished", True)
    folder = Path(env["HOME"]) / ".local/share/mnist-tui/checkpoints" / listed["run"]
    record = json.loads((folder / "run.json").read_text())
    assert record["versions"]["mnist-tui"] == version.in_words()
    picture = Image.new("L", (28, 28), 0)
    picture.paste(255, (13, 4, 16, 24))
    picture.save(tmp_path / "one.png")
    [answer] = json.loads(run("mnist-tui", "predict", "one.png", "--json", cwd=tmp_path, env=env))
    assert len(answer["probabilities"]) == 10
    assert "fast" in run("mnist-tui", "presets", cwd=tmp_path, env=env)
    run("mnist-tui", "engine", "stop", cwd=tmp_path, env=env)


def test_the_screen_opens(env: dict[str, str], tmp_path: Path) -> None:
    with Terminal(["env", "-C", str(tmp_path), "mnist-tui"], env) as terminal:
        terminal.until("4,000 training and 1,000 test images")
        terminal.press("q")
        assert terminal.wait() == 0


def test_it_explains_itself(env: dict[str, str], tmp_path: Path) -> None:
    assert run("mnist-tui", "man", cwd=tmp_path, env=env) == (ROOT / ".packaging/mnist-tui.1").read_text()
    assert "complete" in run("mnist-tui", "completion", "bash", cwd=tmp_path, env=env)
    done = subprocess.run(
        ["mnist-tui", "doctor", "--json"], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=LIMIT
    )
    told = json.loads(done.stdout)
    assert told["ok"] is (done.returncode == 0)
    said = " ".join(each["what"] for each in told["findings"])
    assert "installed in" in said
    assert "torch " in said
