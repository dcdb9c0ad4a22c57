"""The studies of a folder of runs, read from their journals."""

from pathlib import Path

import msgspec
from rich.table import Table
from rich.text import Text

from engine.storage.files import in_words
from engine.tuning.files import StudyError, study_names
from engine.tuning.history import best_of
from engine.vocabulary.messages import TrialSummary
from tui.state.words.figures import percent
from tui.terminal.printing import wide_console
from tui.terminal.sanitize import sanitize


class StudyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. `problem` says why a journal cannot be read, `damage` what of it."""

    study: str
    trials: int = 0
    target: int = 0
    best: TrialSummary | None = None
    base: TrialSummary | None = None
    search: list[str] = []
    damage: str = ""
    problem: str = ""


def list_studies(checkpoints: Path) -> list[StudyLine]:
    """Return the studies of a folder, the one that changed last first. Needs Optuna."""
    from engine.tuning.opening import join
    from engine.tuning.storage import open_storage
    from engine.tuning.study import Study

    lines = []
    for name in study_names(checkpoints):
        try:
            storage = open_storage(checkpoints, "", name)
            optuna, spec = join(storage, name)
            trials = Study(optuna, storage, spec).summaries()
        except (StudyError, OSError, KeyError, ValueError) as error:
            lines.append(StudyLine(study=name, problem=in_words(error)))
            continue
        lines.append(
            StudyLine(
                study=name,
                trials=sum(trial.state in ("finished", "pruned", "failed") for trial in trials),
                target=spec.trials,
                best=best_of(trials),
                base=next((trial for trial in trials if trial.base and trial.state != "lost"), None),
                search=spec.search,
                damage=storage.problem(),
            )
        )
    return lines


def print_studies(lines: list[StudyLine]) -> None:
    table = Table("study", "trials", "best", "base", "searches", box=None, pad_edge=False)
    for line in lines:
        figures = [trial.accuracy if trial is not None else None for trial in (line.best, line.base)]
        table.add_row(
            Text(line.study),
            Text(f"{line.trials}/{line.target}"),
            *(Text("-" if figure is None else percent(figure)) for figure in figures),
            Text(sanitize(line.problem or "; ".join(filter(None, [" ".join(line.search), line.damage])))),
        )
    wide_console().print(table)
