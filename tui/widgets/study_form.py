"""The form of a study: what to search, and how."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Input, Static

from engine.vocabulary.config import FIELDS, ConfigError, RunConfig
from engine.vocabulary.fields import FieldInfo
from engine.vocabulary.messages import MOST_JOBS, StartStudy
from engine.vocabulary.search_space import PRUNERS, SAMPLERS, parse_search
from tui.widgets.choice_input import ChoiceInput

RANGES = "lr=log:1e-4..1e-1 batch_size=50,100,200 dropout=0..0.5"
ONE_ROW = 86  # columns in which all but the ranges stands side by side
CHOICES = {
    name: FieldInfo(name=name, kind=str, default=default, label=label, help="", group="Tune", choices=choices)
    for name, label, default, choices in (
        ("sampler", "Sampler", "tpe", SAMPLERS), ("pruner", "Pruner", "median", PRUNERS)
    )
}  # fmt: skip


class StudyForm(Vertical):
    """The ranges in a row of their own, all else in a second one; where room lacks, in two more."""

    DEFAULT_CSS = """
    StudyForm {
        height: auto;
        padding: 0 1;
        Horizontal { height: 1; }
        #knobs { width: auto; }
        &.-tight #others { layout: vertical; height: 2; }
        .label { width: auto; margin: 0 1 0 0; color: $foreground; }
        Input { margin: 0 1 0 0; }
        #search { width: 1fr; }
        #name { width: 1fr; max-width: 32; }
        #trials, #epochs, #jobs { width: 6; }
        #sampler { width: 8; margin: 0; }
        #pruner { width: 11; margin: 0; }
        .arrow { width: 2; color: $text-muted; }
    }
    """

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("Ranges", classes="label")
            yield Input(RANGES, compact=True, id="search")
        with Horizontal(id="others"):
            with Horizontal(id="knobs"):
                for name, value in (("trials", "20"), ("epochs", "1"), ("jobs", "1")):
                    yield Static(name.capitalize(), classes="label")
                    yield Input(value, compact=True, select_on_focus=True, id=name)
                yield from choice("sampler")
            with Horizontal():
                yield from choice("pruner")
                yield Static("Name", classes="label")
                yield Input("", placeholder="new", compact=True, select_on_focus=True, id="name")

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < ONE_ROW, "-tight")

    @on(Input.Submitted)
    def leave_field(self) -> None:
        """On to the next field; f5 starts."""
        self.screen.focus_next(Input)

    def read(self, kept: list[str]) -> tuple[StartStudy, int]:
        """Return what to begin, or which of the studies that are kept to continue, and the epochs of a trial.

        The base is left to the app. Raises ConfigError.
        """
        text = {each.id: each.value.strip() for each in self.query(Input)}
        name = text["name"]
        words = [] if name in kept else text["search"].split()
        if name not in kept:
            parse_search(words)
        trials = text["trials"] or "0"
        if not trials.isdecimal() or not 0 < int(trials) <= 1_000_000:
            raise ConfigError(f"Trials: {trials!r} is not a number of trials; give 1 to 1000000")
        count = FIELDS["epochs"].parse(text["epochs"])
        command = StartStudy(
            base=RunConfig(), search=words, name=name, trials=int(trials), sampler=text["sampler"],
            pruner=text["pruner"], jobs=jobs_in(text["jobs"]),
        )  # fmt: skip
        return command, int(count)

    def toggle(self, words: str) -> None:
        """Search a field as well, as these words say; one that is searched already is left out."""
        search = self.query_one("#search", Input)
        name = words.partition("=")[0]
        now = search.value.split()
        kept = [word for word in now if word.partition("=")[0] != name]
        search.value = " ".join(kept if len(kept) < len(now) else [*kept, words])

    def fill(self, name: str, done: int, target: int, epochs: int) -> None:
        """Write a study that is to go on: to its end, or with twenty trials more where it has all."""
        wanted = {"name": name, "trials": target if done < target else done + 20, "epochs": epochs or 1}
        for field, value in wanted.items():
            self.query_one(f"#{field}", Input).value = str(value)


def jobs_in(text: str) -> int:
    """Return how many trials train at once, 0 for auto. Raises ConfigError."""
    if text.lower() == "auto":
        return 0
    if not (text or "1").isdecimal() or not 0 < int(text or "1") <= MOST_JOBS:
        raise ConfigError(f"Jobs: {text!r} is no number of trials at once; give 1 to {MOST_JOBS}, or auto")
    return int(text or "1")


def choice(name: str) -> ComposeResult:
    field = CHOICES[name]
    yield Static(field.label, classes="label")
    yield ChoiceInput(str(field.default), field.choices, own=False, id=name)
    yield Static("▾", classes="arrow")
