"""What happens to the engine when its user logs out of a machine with systemd.

With KillUserProcesses=yes logind ends whatever a login session leaves behind, however it detached itself. A scope of
the user's own service manager is not part of the session, and that manager stays where lingering is on.
"""

import contextlib
import functools
import getpass
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

SYSTEMD = Path("/run/systemd/system")  # is there where systemd runs the machine
ANSWER_TIMEOUT = 2.0  # seconds for an answer of systemd
MANAGER = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
SCOPE = ("systemd-run", "--user", "--scope", "--quiet", "--collect", "--")


class Precaution(NamedTuple):
    """What to put before the engine's command so that it outlives the session, or a warning that it will not."""

    prefix: tuple[str, ...] = ()
    warning: str = ""


def logout_warning() -> str:
    """Return a line for the user when logging out would end training here, else "". May take seconds at first."""
    return precaution().warning


@functools.cache
def precaution() -> Precaution:
    if not SYSTEMD.is_dir() or not kills_what_is_left():
        return Precaution()
    cause = "logging out would end training here (systemd-logind has KillUserProcesses=yes)"
    if answer("loginctl", "show-user", str(os.getuid()), "--property=Linger", "--value") != "yes":
        remedy = "run `loginctl enable-linger`, then `mnist-tui engine stop`, and start again"
    elif answer(*SCOPE, "true") is None:
        remedy = "stay logged in, or ask an administrator to make `systemd-run --user --scope` work"
    else:
        return Precaution(prefix=SCOPE)
    return Precaution(warning=f"{cause}: {remedy}")


def kills_what_is_left() -> bool:
    """Tell whether logind ends this user's processes at logout; where it does not say, it does not."""
    told = answer("busctl", "get-property", *MANAGER, "KillUserProcesses", "KillOnlyUsers", "KillExcludeUsers")
    lines = (told or "").splitlines()
    if len(lines) != 3 or lines[0] != "b true":
        return False
    only, excluded = names(lines[1]), names(lines[2])
    user = user_name()
    return user not in excluded and (not only or user in only)


def names(line: str) -> list[str]:
    """Return the names in an array as busctl prints it: `as 2 "root" "kim"`."""
    return [word.strip('"') for word in line.split()[2:]]


def user_name() -> str:
    with contextlib.suppress(KeyError, OSError):  # a user whom the system does not know
        return getpass.getuser()
    return ""


def answer(*command: str) -> str | None:
    """Return what a command says, or None when it fails, is not there, or takes too long."""
    if shutil.which(command[0]) is None:
        return None
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=ANSWER_TIMEOUT,
        )
        if done.returncode == 0:
            return done.stdout.strip()
    return None
