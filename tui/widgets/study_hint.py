"""The line below the form of a study: what is wrong, until it is dealt with, or which studies there are."""

from collections.abc import Sequence

from textual.widgets import Static

from engine.tuning.files import INSTALL, can_tune
from engine.vocabulary.messages import StudySummary
from tui.state.study import StudyView
from tui.terminal.sanitize import sanitize


class StudyHint(Static):
    DEFAULT_CSS = """
    StudyHint {
        height: auto; max-height: 2; padding: 0 1; color: $text-muted;
        &.bad { color: $text-error; max-height: 4; }
    }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False, id="hint")

    def explain(
        self, problem: str, study: StudyView | None, at: StudySummary | None, names: Sequence[str], tuning: bool
    ) -> None:
        """Say the `problem` of the last key, or else that of the study that is shown, or of the one `at` the cursor."""
        problem = problem or ("" if can_tune() else INSTALL)
        if not problem and study is not None:
            problem = study.reason
        if not problem and at is not None and (wrong := at.problem or at.damage):
            problem = f"{at.study}: {wrong}"
        listed = ", ".join(names[:4])
        known = f"Studies in this folder: {listed}. Enter a name above to continue one." if names else ""
        self.update(sanitize(problem or known, longest=500))
        self.set_class(bool(problem), "bad")
        self.display = bool(problem or (known and not tuning))
