"""The form of a study: what to search, and how."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from engine.vocabulary.config import FIELDS, ConfigError, RunConfig
from engine.vocabulary.messages import StartStudy
from engine.vocabulary.search_space import parse_search

RANGES = "lr=log:1e-4..1e-1 batch_size=50,100,200 dropout=0..0.5"


class StudyForm(Vertical):
    """The ranges in a row of their own, all else in a second one."""

    DEFAULT_CSS = """
    StudyForm {
        height: auto;
        padding: 0 1;
        Horizontal { height: 1; }
        .label { width: auto; margin: 0 1 0 0; color: $foreground; }
        Input { margin: 0 1 0 0; }
        #search { width: 1fr; }
        #name { width: 1fr; max-width: 32; }
        #trials, #epochs { width: 6; }
        #sampler { width: 8; }
        #pruner { width: 11; }
    }
    """

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("Ranges", classes="label")
            yield Input(RANGES, compact=True, id="search")
        with Horizontal():
            for name, value in (
                ("trials", "20"), ("epochs", "1"), ("sampler", "tpe"), ("pruner", "median"), ("name", "")
            ):  # fmt: skip
                yield Static(name.capitalize(), classes="label")
                holder = "new" if name == "name" else ""
                yield Input(value, placeholder=holder, compact=True, select_on_focus=True, id=name)

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
            pruner=text["pruner"],
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
