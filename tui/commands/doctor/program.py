"""The program itself: version, Python, libraries, preferences, and whether it is the one that the shell finds."""

import importlib.metadata
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.program import version
from engine.storage.files import in_words
from engine.storage.paths import source_checkout
from engine.tracking.trackers import masked
from tui.commands.doctor.findings import Finding, note, ok, problem
from tui.preferences.file import VARIABLE, preferences_file, read_preferences
from tui.preferences.sources import sourced
from tui.preferences.values import PREFERENCES, PreferenceError

NAMED = {*(each.variable for each in PREFERENCES.values()), VARIABLE, "PYTHONPATH", "PYTHONHOME"}
REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[^\]]*\])?\s*([^;]*)(?:;.*?extra == ['\"]([\w-]+)['\"])?")


def look() -> Iterator[Finding]:
    checkout = source_checkout()
    place = f"checkout in {checkout}" if checkout else f"installed in {Path(version.__file__).parents[2]}"
    yield ok(f"mnist-tui {version.in_words()}, {place}")
    yield ok(f"Python {platform.python_version()}, {sys.executable}")
    yield ok(f"{platform.platform()}{', ' + container() if container() else ''}")
    yield from other_program()
    yield from libraries()
    yield from preferences()
    if set_here := {name: value for name in sorted(NAMED) if (value := os.environ.get(name))}:
        yield ok("set in the environment: " + ", ".join(f"{name}={masked(value)}" for name, value in set_here.items()))
    if os.environ.get("PYTHONPATH") or os.environ.get("PYTHONHOME"):
        yield note(
            "PYTHONPATH or PYTHONHOME is set: libraries there come before those that belong to this program",
            "if a library behaves oddly: unset PYTHONPATH PYTHONHOME",
        )


def container() -> str:
    if Path("/.dockerenv").exists():
        return "in a Docker container"
    if Path("/run/.containerenv").exists():
        return "in a Podman container"
    return "in Kubernetes" if "KUBERNETES_SERVICE_HOST" in os.environ else ""


def other_program() -> Iterator[Finding]:
    """Tell where the shell has another mnist-tui than the one that runs: its version is then somebody else's."""
    found = shutil.which("mnist-tui")
    own = Path(sys.executable).with_name("mnist-tui")
    if found and own.exists() and Path(found).resolve() != own.resolve():
        yield note(f"the shell's mnist-tui is another one: {found}", f"this one is {own}")


def libraries() -> Iterator[Finding]:
    """Check what the program asks for: in a checkout by its pyproject.toml, which may be newer than the rest."""
    there: list[str] = []
    extras: dict[str, list[bool]] = {}
    for name, bounds, extra in required():
        installed = version_of(name)
        if extra:
            extras.setdefault(extra, []).append(bool(installed))
        elif not installed:
            yield problem(f"{name} is not installed", reinstall(f"{name}{bounds}"))
        elif not fits(installed, bounds):
            yield problem(f"{name} is {installed}, not {bounds}", reinstall(f"{name}{bounds}"))
        else:
            there.append(f"{name} {installed}")
    yield ok(", ".join(there))
    complete = [extra for extra, found in extras.items() if all(found)]
    absent = [extra for extra in extras if extra not in complete and extra != "test"]
    if extras:
        yield ok(f"extras: {', '.join(complete) or 'none'}; not installed: {', '.join(absent) or 'none'}")


def required() -> Iterator[tuple[str, str, str]]:
    """Yield name, bounds and extra ("" for what is always needed) of each library."""
    if checkout := source_checkout():
        import tomllib

        project = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]
        lines = [(line, "") for line in project["dependencies"]]
        lines += [(line, extra) for extra, more in project["optional-dependencies"].items() for line in more]
    else:
        lines = [(line, "") for line in importlib.metadata.requires("mnist-tui") or []]
    for line, extra in lines:
        found = REQUIREMENT.match(line)
        if found is not None and found[1] != "mnist-tui":  # which an extra names to have another one's
            yield found[1], found[2].strip(" ()"), extra or found[3] or ""


def version_of(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def reinstall(what: str) -> str:
    return f"{sys.executable} -m pip install '{what}'"


def fits(installed: str, bounds: str) -> bool:
    """Tell whether a version is within bounds such as `>=8.2,<9`; what cannot be read counts as within."""
    for bound in filter(None, (part.strip() for part in bounds.split(","))):
        found = re.fullmatch(r"(>=|<)\s*([\d.]+)", bound)
        if found is None:
            continue
        have, want = numbers(installed), numbers(found[2])
        if (have >= want) != (found[1] == ">="):
            return False
    return True


def numbers(version: str) -> tuple[int, ...]:
    """Return the release of a version as numbers: 2.14.1 of `2.14.1+cu130`, without zeros at the end."""
    release = re.match(r"\d+(?:\.\d+)*", version)
    found = [int(part) for part in release[0].split(".")] if release else []
    while found and found[-1] == 0:
        found.pop()
    return tuple(found)


def preferences() -> Iterator[Finding]:
    file = preferences_file()
    try:
        sourced(read_preferences(file))
    except (PreferenceError, OSError) as error:
        yield problem(in_words(error), "`mnist-tui config edit` opens the file")
        return
    yield ok(f"preferences: {file}" if file.exists() else f"preferences: the defaults; {file} is not there")
