"""Hyperparameters, what differs between runs, and the commands that train them again. Pure."""

import shlex
from collections.abc import Sequence

from engine.vocabulary.config import FIELDS, ConfigError, RunConfig
from tui.report.blocks import Block, Cell, Command, Facts, Part, Table, Words
from tui.report.contents.names import run_names
from tui.report.facts import ReportFacts, RunFacts
from tui.state.words.options import command_words
from tui.state.words.run_differences import differences, results
from tui.state.words.values import format_change, format_value, format_values


def configuration(facts: ReportFacts) -> list[Part]:
    return [Part("", tuple(of_several(facts) if facts.several else of_one(facts.runs[0])))]


def of_one(run: RunFacts) -> list[Block]:
    """Return what is not at its default, and all hyperparameters."""
    config, began = run.record.config, run.record.began
    changed = [name for name in FIELDS if name in config.differences() or name in began]
    blocks: list[Block] = []
    if changed:
        rows = tuple(
            (
                FIELDS[name].label,
                Cell(shown(run, name), strong=True),
                format_value(FIELDS[name].default) or "-",
                FIELDS[name].option,
            )
            for name in changed
        )
        blocks.append(Table("Not at its default", ("hyperparameter", "value", "default", "option"), rows, words=3))
    else:
        blocks.append(Words("All hyperparameters are at their defaults."))
    rest = [name for name in FIELDS if name not in changed]
    if rest:
        blocks += [Words("At their defaults:"), facts_of(rest, run)]
    return blocks


def of_several(facts: ReportFacts) -> list[Block]:
    summaries = [run.summary for run in facts.runs]
    figures = {row.name for row in results(summaries)}
    rows = [row for row in differences(summaries) if row.name not in figures]
    blocks: list[Block] = []
    if rows:
        table = tuple((run_name, *(row.values[i] for row in rows)) for i, run_name in enumerate(run_names(facts)))
        head = ("run", *(row.name.replace("_", " ") for row in rows))
        blocks.append(Table("What differs", head, table, words=len(rows)))
    else:
        blocks.append(Words("These runs have the same configuration, the same data and the same device."))
    same = [name for name in FIELDS if len({shown(run, name) for run in facts.runs}) == 1]
    return [*blocks, Words("The same in all:"), facts_of(same, facts.runs[0])]


def facts_of(names: Sequence[str], run: RunFacts) -> Facts:
    return Facts(tuple((FIELDS[name].label, shown(run, name)) for name in names))


def shown(run: RunFacts, name: str) -> str:
    """Return a value, and from where it was changed on the way."""
    now = getattr(run.record.config, name)
    return format_change(run.record.began[name], now) if name in run.record.began else format_value(now) or "-"


# ---------------------------------------------------------------- again


def reproduction(facts: ReportFacts) -> list[Part]:
    """Return the commands that train the runs again, and what it takes for the same figures."""
    blocks: list[Block] = []
    lines: list[str] = []
    for run, name in zip(facts.runs, run_names(facts), strict=True):
        named = f"{name}: " if facts.several else ""
        blocks += [Words(f"{named}{said}", warning=True) for said in limits(run)]
        lines += [f"# {name}"] * facts.several + [command_of(run)]
    every = [conditions(run) for run in facts.runs]
    same = all(each == every[0] for each in every)
    each_of = [f"{run.letter}: {each}" for run, of in zip(facts.runs, every, strict=True) for each in of]
    said = every[0] if same else each_of
    return [Part("", (*blocks, Command(tuple(lines)), *map(Words, said)))]


def limits(run: RunFacts) -> list[str]:
    """Return why a command is not all that it takes."""
    record, said = run.record, []
    if record.steered:
        began = f": it started with {format_values(record.began)}" if record.began else ""
        said.append(
            f"It was changed during the run{began}. No single command trains it again; this one starts it as it"
            " started. Make the changes by hand where the section History has them."
        )
    if record.parent:
        said.append(
            f"It is a fork: it began with the weights of {record.parent} after its epoch {record.parent_epoch}, so"
            " that run, and its checkpoint, have to be there."
        )
    return said


def command_of(run: RunFacts) -> str:
    """Return `mnist-tui train` with all that is not at its default when the run began; with the threads it used, as the
    sums of floats depend on them."""
    record = run.record
    try:
        config = record.config.replace(record.began)
    except ConfigError:  # the record has been changed by hand
        config = record.config
    extra: list[str] = []
    if not config.threads and record.threads and record.device == "cpu" and threads_stayed(run):
        extra = ["--threads", str(record.threads)]
    base = RunConfig()
    if record.parent:
        base = run.parent_config or base  # `--fork` begins with what the parent has
        number = record.parent.partition("-")[0].lstrip("0") or record.parent
        extra += ["--fork", f"{number}@{record.parent_epoch}"]
    return shlex.join([*command_words(config, base), *extra])


def threads_stayed(run: RunFacts) -> bool:
    return run.view is None or run.view.threads in (0, run.record.threads)


def conditions(run: RunFacts) -> list[str]:
    """Return what besides the command has to be the same."""
    record = run.record
    said = [f"On the data whose fingerprint is {record.data}: {record.data_path}." if record.data else ""]
    torch = record.versions.get("torch")
    if record.device == "cpu":
        with_torch = f"torch {torch}, " if torch else ""
        said.append(
            f"On the CPU the weights are the same bit for bit with {with_torch}the same processor and number of"
            " threads."
        )
    else:
        said.append("On a GPU figures differ in their last digits from run to run.")
    if ".py" in record.config.model or ":" in record.config.model:
        said.append("The network is the user's own code, which is not in this report.")
    return [each for each in said if each]
