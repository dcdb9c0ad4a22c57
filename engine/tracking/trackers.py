"""Which trackers there are, and where a run is logged to: `--log-to tensorboard --log-to mlflow=URL`.

There are those of this program, and others by the entry point group `mnist_tui.trackers`.

Imports no library of theirs: whether one is installed is known without.
"""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from engine.program.extras import how_to_add
from engine.storage.files import append_privately, in_words, open_regular
from engine.storage.paths import PathError, state_folder
from engine.tracking.batch import RunFacts, Tracker
from engine.vocabulary.fields import ConfigError

GROUP = "mnist_tui.trackers"
TRUSTED = "trackers"  # a line for each target that the user has named, in the state folder
SQLITE = "sqlite:///"  # a path follows
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
SECRETS = re.compile(
    r"://[^/,][^?#,]*@"  # a user, or one with a password that has a slash in it
    r"|[?&;][\w.-]*(?:token|passw|pwd|secret|key|auth|sig|cred)[\w.-]*=[^&;#,\s]+",
    re.IGNORECASE,
)
LONGEST = 1000
LABEL = "Log to (log_to)"
Open = Callable[[RunFacts, str], Tracker]


class BuiltIn(NamedTuple):
    """A tracker of this program: where it is, what has to be installed, and by which extra."""

    module: str
    needs: str
    extra: str


BUILT_IN = {
    "tensorboard": BuiltIn("engine.tracking.services.tensorboard", "tensorboard", "tensorboard"),
    "mlflow": BuiltIn("engine.tracking.services.mlflow", "mlflow", "mlflow"),
    "trackio": BuiltIn("engine.tracking.services.trackio", "trackio", "trackio"),
}


def targets(log_to: str) -> dict[str, str]:
    """Return the trackers that are named, each with its target, "" for its own default. Raises ConfigError."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in log_to.split(","))):
        name, _, target = (word.strip() for word in part.partition("="))
        if not NAME.fullmatch(name):
            raise ConfigError(
                f"{LABEL}: {masked(name)!r} is no name of a tracker; give tensorboard, mlflow=URL or trackio, say"
            )
        if name in found:
            raise ConfigError(f"{LABEL}: {name} is named twice; name it once")
        if SECRETS.search(target):
            raise ConfigError(
                f"{LABEL}: the address of {name} has a user or password in it, or a key, which would be kept with the"
                " run; leave it out, and give it to the tracker's library (mlflow: MLFLOW_TRACKING_USERNAME and"
                " _PASSWORD, or ~/.mlflow/credentials)"
            )
        if len(target) > LONGEST or not target.isprintable():
            raise ConfigError(f"{LABEL}: the target of {name} is longer than {LONGEST} characters, or no text")
        found[name] = target
    return found


def as_text(found: Mapping[str, str]) -> str:
    """Return what `targets` reads."""
    return ",".join(name + (f"={target}" if target else "") for name, target in found.items())


def without_secrets(address: str) -> str:
    """Return an address as it may be shown: without user, password and query."""
    if "://" not in address:
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return address.partition("?")[0].rpartition("@")[2]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", parts.fragment))


def masked(text: str) -> str:
    """Return what a user has typed or set, without what might be secret in an address."""
    return SECRETS.sub(lambda found: "://...@" if found[0].startswith(":") else "...", text)


@cache
def others() -> dict[str, EntryPoint]:
    """Return the trackers that other packages bring."""
    return {point.name: point for point in entry_points(group=GROUP) if point.name not in BUILT_IN}


def check_known(name: str) -> None:
    """Raise ConfigError for a tracker that is not there, or whose library is not."""
    if name in BUILT_IN:
        if find_spec(BUILT_IN[name].needs) is None:
            raise ConfigError(f"{LABEL}: {name} is not installed; install it with `{how_to_add(BUILT_IN[name].extra)}`")
        return
    known = [*BUILT_IN, *others()]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise ConfigError(f"{LABEL}: there is no tracker {name!r}; {hint}")


def resolved(log_to: str) -> str:
    """Return what `--log-to` says with targets in full: the engine works in another folder, and with the environment
    that it was started in. Raises ConfigError for what cannot be logged to."""
    found = targets(log_to)
    for name, target in found.items():
        check_known(name)
        found[name] = target_of(name, target)
    text = as_text(found)
    targets(text)
    return text


def target_of(name: str, target: str) -> str:
    """Return the target of a tracker of this program in full. Raises ConfigError."""
    if name == "tensorboard" and target:
        return os.path.abspath(os.path.expanduser(target))
    if name == "mlflow" and not target:
        target = os.environ.get("MLFLOW_TRACKING_URI", "").strip()
        if not target:
            raise ConfigError(
                f"{LABEL}: no server of mlflow is named; give mlflow=http://127.0.0.1:5000, say, or set"
                " MLFLOW_TRACKING_URI"
            )
        if SECRETS.search(target):
            raise ConfigError(
                f"{LABEL}: MLFLOW_TRACKING_URI has a user or password in it, or a key, which would be kept with the"
                " run; take it out, and set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or use"
                " ~/.mlflow/credentials"
            )
    if name == "mlflow" and ":" not in target:
        return "file://" + os.path.abspath(os.path.expanduser(target))
    relative = target.removeprefix(SQLITE)
    if name == "mlflow" and relative != target and not relative.startswith("/"):
        return SQLITE + os.path.abspath(relative)
    return target


def trust(log_to: str) -> None:
    """Put on record that the user has named these targets here. Raises ConfigError.

    A folder of runs may come from somebody else, and a library sends the user's password to where it is told.
    """
    try:
        for name, target in targets(log_to).items():
            if not is_trusted(name, target):
                append_privately(state_folder() / TRUSTED, f"{name}={target}\n")
    except (OSError, PathError) as error:
        raise ConfigError(f"{LABEL}: {in_words(error)}; make room, or set XDG_STATE_HOME") from error


def is_trusted(name: str, target: str) -> bool:
    """Tell whether the user has named this target before, on this machine; what has none stays with the user."""
    if not target:
        return True
    try:
        with open_regular(state_folder() / TRUSTED) as file:
            return f"{name}={target}" in file.read().decode(errors="replace").splitlines()
    except (OSError, PathError):
        return False


def check_trusted(name: str, target: str) -> None:
    """Raise ConfigError for a target that came with a folder of runs."""
    if not is_trusted(name, target):
        raise ConfigError(
            f"{name}={without_secrets(target)} was not named on this machine, it came with the run; allow it with"
            f" `mnist-tui track RUN --to {name}=...`"
        )


def opener(name: str) -> Open:
    """Return what opens a run in a tracker. Raises ConfigError, and whatever its library raises."""
    check_known(name)
    if name in BUILT_IN:
        found: Open = import_module(BUILT_IN[name].module).open_run
        return found
    other: Open = others()[name].load()
    return other
