"""A trial in full, and the study that it is of."""

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from engine.vocabulary.messages import TrialSummary
from tui.state.study import StudyView
from tui.state.words.trials import study_facts, trial_facts

Rows = tuple[tuple[str, str, str], ...]


class TrialDetail(Widget):
    """Figures and values of the selected trial, each beside that of the base; below, what the study is."""

    COMPONENT_CLASSES = {"trial--head", "trial--label", "trial--value", "trial--changed", "trial--bad"}  # noqa: RUF012

    DEFAULT_CSS = """
    TrialDetail {
        height: auto;
        padding: 1 1 0 1;
        .trial--head { color: $foreground; text-style: bold; }
        .trial--label { color: $text-muted; }
        .trial--value { color: $foreground; }
        .trial--changed { color: $text-accent; text-style: bold; }
        .trial--bad { color: $text-error; }
    }
    """

    rows: reactive[Rows] = reactive((), layout=True)
    """Label, value and style of each row; one without a value is a heading."""

    def show(self, study: StudyView, trial: TrialSummary | None) -> None:
        facts = trial_facts(study, trial) if trial is not None else []
        self.rows = (*facts, *study_facts(study))

    def render(self) -> Text:
        lines = []
        for label, value, style in self.rows:
            if not value:
                lines.append(Text(label, self.get_component_rich_style("trial--head")))
                continue
            line = Text(f"{label:<15} ", self.get_component_rich_style("trial--label"))
            lines.append(line.append(value, self.get_component_rich_style(f"trial--{style}")))
        return Text("\n", end="").join(lines)
