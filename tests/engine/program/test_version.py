"""Version and commit: told at once, without git, and only of this program's own checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from limits import LIMIT
from places import ROOT

from engine.program import version


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-qm", "one")
    git(tmp_path, "tag", "v9")
    return tmp_path


def test_the_commit_is_that_of_the_checkout_and_says_where_its_files_differ(checkout: Path) -> None:
    head = git(checkout, "rev-parse", "HEAD")
    assert version.commit_of(checkout) == head[:12]
    (checkout / "untracked").write_text("new")
    assert version.commit_of(checkout) == head[:12]
    (checkout / "file").write_text("two")
    assert version.commit_of(checkout) == f"{head[:12]}+changed"


def test_a_folder_inside_somebody_elses_checkout_has_no_commit(checkout: Path) -> None:
    (checkout / "inner").mkdir()
    assert version.commit_of(checkout / "inner") == ""


def test_without_git_or_where_git_hangs_there_is_no_commit(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = checkout / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    assert version.commit_of(checkout) == ""
    (folder / "git").write_text("#!/bin/sh\nexec /bin/sleep 600\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setattr(version, "GIT_LIMIT", 0.1)
    assert version.commit_of(checkout) == ""
    (folder / "git").write_text("#!/bin/sh\nprintf '\\033]0;evil\\007'\n")
    monkeypatch.setattr(version, "GIT_LIMIT", 30.0)
    assert version.commit_of(checkout) == ""


def test_variables_of_a_git_hook_do_not_lead_to_another_repository(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(ROOT / ".git"))
    assert version.commit_of(checkout) == git_head(checkout)


def git_head(folder: Path) -> str:
    env = {name: value for name, value in os.environ.items() if name != "GIT_DIR"}
    command = ["git", "-C", str(folder), "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=LIMIT).stdout.strip()


def test_the_version_option_prints_version_and_commit_and_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom tui.__main__ import cli\ncli(['--version'], standalone_mode=False)\n"
        "print([name for name in ('textual', 'torch', 'numpy', 'rich') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=LIMIT
    )
    assert done.stdout.splitlines() == [f"mnist-tui {version.in_words()}", "[]"]
    assert version.version() in (ROOT / "pyproject.toml").read_text()
