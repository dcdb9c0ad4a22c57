"""The screen of runs before there is one: what to start, and what can be done with it here."""

from rich.text import Text
from textual.widget import Widget

from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.presets import NAMED
from tui.state.store import State
from tui.state.words.values import format_values

LINES = (
    ("", "No runs yet. Press t to train."),
    ("", ""),
    ("t", "train with the form as it is"),
    ("5", "change hyperparameters first"),
    ("F2", "there: fill in one of the presets below"),
    ("6", "search hyperparameters: many short runs"),
    ("", ""),
    ("", "What you can do with runs here:"),
    ("enter", "open charts, digits and confusion matrix"),
    ("space", "mark runs: their curves in one chart, and what differs"),
    ("/", "filter: acc>99 model:resnet state:failed star"),
    ("s", "sort; * star, e rename, n note, D delete"),
    ("R", "resume from the last checkpoint"),
    ("c", "clone the configuration into the form"),
)


class RunsWelcome(Widget):
    """Keys, presets and networks, one below the other or side by side, spread over the height."""

    COMPONENT_CLASSES = {"runs-welcome--key", "runs-welcome--head", "runs-welcome--text"}  # noqa: RUF012

    DEFAULT_CSS = """
    RunsWelcome {
        height: 1fr;
        padding: 1 2;
        .runs-welcome--key { color: $text-accent; text-style: bold; }
        .runs-welcome--head { color: $foreground; text-style: bold; }
        .runs-welcome--text { color: $text-muted; }
    }
    """

    def show(self, state: State) -> None:
        """Nothing of it depends on the state."""

    def render(self) -> Text:
        presets = [("", ""), ("", "Presets:"), *((name, about(name)) for name in NAMED)]
        networks = [("", ""), ("", "Networks:"), *((name, each.help) for name, each in CATALOGUE.items())]
        rows = [*LINES, *presets, *networks]
        room = max(1, self.size.height)
        between = max(1, min(3, room // max(1, len(rows))))  # lines for each row, where there are many
        text = Text(no_wrap=True, overflow="ellipsis", end="")
        for key, words in rows[: room // between]:
            if key:
                text.append(f"{key:<16}", self.get_component_rich_style("runs-welcome--key"))
            text.append(words, self.get_component_rich_style(f"runs-welcome--{'text' if key else 'head'}"))
            text.append("\n" * between)
        return text


def about(name: str) -> str:
    preset = NAMED[name]
    return f"{preset.title}: {format_values(preset.changes)}" if preset.changes else preset.title
