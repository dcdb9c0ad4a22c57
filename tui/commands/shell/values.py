"""What the shell completes where a value is not one of a fixed choice: runs, presets, studies, files and the like.

Each takes the context of the command line and what is typed so far. A name
that a shell would take apart (blanks, quotes, wildcards) is not offered, as click's script for bash does not quote.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from tui.terminal.sanitize import sanitize

Items = list["CompletionItem[str]"]
Completer = Callable[[click.Context, str], Items]

PLAIN = re.compile(r"[\w@%+:,./-]+")
LONGEST_HELP = 100  # characters


def folder_of_runs(context: click.Context) -> Path:
    """Return the folder that this command line names, or the one that it means without a word."""
    at: click.Context | None = context
    while at is not None:
        if at.get_parameter_source("checkpoints") is click.core.ParameterSource.COMMANDLINE:
            break
        at = at.parent
    found = (at or context.find_root()).params.get("checkpoints")
    if isinstance(found, Path):
        return found
    from engine.storage.paths import default_checkpoints

    return default_checkpoints()


def items(names: Iterable[str], incomplete: str, help: str = "") -> Items:
    return [
        CompletionItem(name, help=sanitize(help, LONGEST_HELP) or None)  # one line: the scripts read it by lines
        for name in names
        if name.startswith(incomplete) and PLAIN.fullmatch(name)
    ]


def runs(context: click.Context, incomplete: str) -> Items:
    """The newest first."""
    from engine.storage.runs.folders import run_names

    return items(reversed(run_names(folder_of_runs(context))), incomplete)


def checkpoints(context: click.Context, incomplete: str) -> Items:
    """Runs, and behind an @ the checkpoints of one: 12@best."""
    run, at, _ = incomplete.partition("@")
    if not at:
        return runs(context, incomplete)
    from engine.storage.runs.folders import find_run
    from engine.storage.runs.lineage import kept_checkpoints

    kept = kept_checkpoints(find_run(folder_of_runs(context), run))
    return [item for each in kept for item in items([f"{run}@{each.name}"], incomplete, f"epoch {each.epoch}")]


def deleted_runs(context: click.Context, incomplete: str) -> Items:
    from engine.storage.runs.folders import trashed

    return items(dict.fromkeys(folder.name for folder in reversed(trashed(folder_of_runs(context)))), incomplete)


def presets(context: click.Context, incomplete: str) -> Items:
    from engine.storage.presets import list_presets

    listed = [each for each in list_presets(folder_of_runs(context)) if not each.problem]
    return [item for each in listed for item in items([each.name], incomplete, each.title)]


def own_presets(context: click.Context, incomplete: str) -> Items:
    from engine.storage.presets import list_presets

    own = [each.name for each in list_presets(folder_of_runs(context)) if not each.built_in and not each.problem]
    return items(own, incomplete)


def networks(context: click.Context, incomplete: str) -> Items:
    """The catalogue, and files: FILE.py:Class is a network of one's own."""
    from engine.vocabulary.architectures import CATALOGUE

    known = [item for each in CATALOGUE.values() for item in items([each.name], incomplete, each.help)]
    return [*files(context, incomplete), *known]


def studies(context: click.Context, incomplete: str) -> Items:
    from engine.tuning.files import study_names

    return items(study_names(folder_of_runs(context)), incomplete)


def themes(context: click.Context, incomplete: str) -> Items:
    from tui.preferences.values import THEMES

    return items(THEMES, incomplete)


def preferences(context: click.Context, incomplete: str) -> Items:
    from tui.preferences.values import PREFERENCES

    known = [item for each in PREFERENCES.values() for item in items([each.name], incomplete, each.help)]
    if not incomplete.startswith("keys."):
        return known
    from tui.state.actions.table import ACTIONS

    return [item for each in ACTIONS for item in items([f"keys.{each.scope}.{each.id}"], incomplete, each.help)]


def preference_values(context: click.Context, incomplete: str) -> Items:
    from tui.preferences.values import PREFERENCES

    name = str(context.params.get("key") or "").replace("-", "_")
    if name in ("data", "checkpoints"):
        return files(context, incomplete)
    found = PREFERENCES.get(name)
    return items(("true", "false") if found and found.kind is bool else found.choices if found else (), incomplete)


def trackers(context: click.Context, incomplete: str) -> Items:
    from engine.tracking.trackers import BUILT_IN

    return items(sorted(BUILT_IN), incomplete)


def topics(context: click.Context, incomplete: str) -> Items:
    from tui.documents.pages import load_pages

    return [item for page in load_pages().values() for item in items([page.name], incomplete, page.title)]


def files(context: click.Context, incomplete: str) -> Items:
    return [CompletionItem(incomplete, type="file")]  # which the shell itself completes


def folders(context: click.Context, incomplete: str) -> Items:
    return [CompletionItem(incomplete, type="dir")]
