"""Version and commit of this program. Standard library only: `--version` answers at once, and the build asks it too."""

import functools
import importlib.metadata
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # of a checkout; of a wheel, site-packages
WRITTEN = ".commit"  # beside this file, by .packaging/commit_hook.py, in a wheel and an sdist
GIT_LIMIT = 2.0  # seconds; a checkout may lie on a network home that does not answer


@functools.cache
def version() -> str:
    """Return the version: a checkout's, which may be newer than its installation, else what is installed, else "0"."""
    from engine.storage.paths import source_checkout  # which the build need not have

    if checkout := source_checkout():
        found = re.search(r'^version = "(.+)"$', (checkout / "pyproject.toml").read_text(), re.MULTILINE)
        if found:
            return found[1]
    try:
        return importlib.metadata.version("mnist-tui")
    except importlib.metadata.PackageNotFoundError:
        return "0"


@functools.cache
def commit() -> str:
    """Return the commit this program is of, `+changed` behind it where its files differ; "" where it is not known."""
    try:
        return Path(__file__).with_name(WRITTEN).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return commit_of(ROOT)


def commit_of(root: Path) -> str:
    """Return the commit of a checkout as git tells it, twelve digits; "" without git or outside of a checkout."""
    if not (root / ".git").exists():
        return ""  # a folder within somebody else's checkout is not of their commit
    command = ["git", "-C", str(root), "describe", "--always", "--dirty=+changed", "--exclude=*", "--abbrev=12"]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    surroundings["GIT_OPTIONAL_LOCKS"] = "0"  # it only looks
    try:
        done = subprocess.run(
            command, env=surroundings, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=GIT_LIMIT
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    said = done.stdout.strip()
    return said if done.returncode == 0 and re.fullmatch(r"[0-9a-f]{7,40}(\+changed)?", said) else ""


def in_words() -> str:
    """Return `1.0.0 (commit 0123456789ab)`, or the version alone."""
    return f"{version()} (commit {commit()})" if commit() else version()
