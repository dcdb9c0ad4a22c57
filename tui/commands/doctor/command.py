"""`mnist-tui doctor`: look at this machine, print what is found, and exit with 1 where something is wrong."""

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.shared_options import checkpoints_option, json_option

if TYPE_CHECKING:
    from tui.commands.doctor.findings import Check, Group

LONGEST = 2000
WORDS = {"ok": "ok", "note": "note", "problem": "WRONG"}


@click.command()
@json_option
@checkpoints_option
def doctor(checkpoints: Path, as_json: bool) -> None:
    """Tell what a bug report needs, and what is wrong with this machine, each with a remedy.

    Looks at terminal, locale, versions, torch, GPU, driver, memory, folders and the engine. Changes nothing, starts no
    engine, and prints no other variables of the environment than those it names. Exits with status 1 if something is
    wrong.
    """
    from tui.commands.doctor.findings import examine
    from tui.terminal.printing import print_json

    groups = []
    for group in examine(all_checks(checkpoints)):
        groups.append(group)
        if not as_json:
            print_group(group)
    states = [finding.state for group in groups for finding in group.findings]
    if as_json:
        found = [
            {"about": group.about, "state": each.state, "what": private(each.what), "remedy": private(each.remedy)}
            for group in groups
            for each in group.findings
        ]
        print_json({"ok": "problem" not in states, "findings": found})
    else:
        print()
        print(in_short(states.count("problem"), states.count("note")))
    sys.stdout.flush()
    sys.exit(1 if "problem" in states else 0)


def all_checks(checkpoints: Path) -> list["Check"]:
    from tui.commands.doctor import accelerators, engine, folders, machine, program, terminal
    from tui.commands.doctor.findings import Check
    from tui.commands.doctor.probing import LIMIT

    unanswered = "the machine is too busy (`machine` says so), or a disk or network hangs: look at `dmesg` and `mount`"
    return [
        Check("program", program.look, unanswered),
        Check("terminal", terminal.look, unanswered),
        Check("machine", machine.look, unanswered),
        Check("folders", lambda: folders.look(checkpoints), unanswered),
        Check("engine", lambda: engine.look(checkpoints), "`mnist-tui engine stop --force` ends it"),
        Check("torch", accelerators.look, "torch's libraries are on a slow disk, or the GPU hangs", LIMIT + 5),
    ]


def print_group(group: "Group") -> None:
    from tui.terminal.sanitize import sanitize

    for number, finding in enumerate(group.findings):
        start = f"{'' if number else group.about:<9} {WORDS[finding.state]:<5}"
        print(f"{start} {sanitize(private(finding.what), LONGEST)}")
        if finding.remedy:
            print(f"{'':<15} -> {sanitize(private(finding.remedy), LONGEST)}")
    sys.stdout.flush()


def private(text: str) -> str:
    """Return it with `~` for the home folder, whose name is the user's."""
    home = os.path.expanduser("~").rstrip("/")
    return re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text) if len(home) > 1 else text


def in_short(problems: int, notes: int) -> str:
    from engine.vocabulary.fields import counted

    if problems:
        return f"{counted(problems, 'thing')} wrong" + (f", {counted(notes, 'note')}." if notes else ".")
    return "Nothing is wrong" + (f"; {counted(notes, 'note')}." if notes else ".")
