"""The first screen, before any run: the data, the device, and the key that trains."""

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from engine.vocabulary.fields import counted
from tui.state.store import State
from tui.state.words.networks import shown_name
from tui.state.words.runs import state_word
from tui.terminal.sanitize import sanitize


class Welcome(Widget):
    """A few sentences in the middle of the screen that need no reading twice."""

    COMPONENT_CLASSES = {"welcome--title", "welcome--key", "welcome--muted", "welcome--bad"}  # noqa: RUF012

    DEFAULT_CSS = """
    Welcome {
        height: 1fr;
        content-align: center middle;
        .welcome--title { color: $text-primary; text-style: bold; }
        .welcome--key { color: $text-accent; text-style: bold; }
        .welcome--muted { color: $text-muted; }
        .welcome--bad { color: $text-error; }
    }
    """

    parts: reactive[tuple[tuple[str, str], ...]] = reactive(())
    """Words and their styles."""

    def show(self, state: State) -> None:
        self.parts = tuple(sentences(state))

    def render(self) -> Text:
        text = Text(end="")
        for words, style in self.parts:
            text.append(words, self.get_component_rich_style(f"welcome--{style}") if style else "")
        return text


def sentences(state: State) -> list[tuple[str, str]]:
    """Return the words to show and their styles."""
    parts: list[tuple[str, str]] = [
        ("mnist-tui\n", "title"),
        ("train a digit classifier in your terminal\n\n", "muted"),
    ]
    if state.link == "lost":
        return [*parts, (f"{state.link_reason}\n\n", "bad"), ("e", "key"), ("  start the engine again\n", "")]
    if state.engine_problem:
        return [*parts, (f"the engine failed: {state.engine_problem}\n", "bad")]

    if state.data_problem:
        parts += [("data     ", "muted"), (f"{state.data_problem}\n", "bad")]
    if state.progress is not None:
        done, total = state.progress.done, state.progress.total
        parts += [("data     ", "muted"), (f"{sanitize(state.progress.action)}: {done:,} of {total:,}\n", "")]
    elif state.data is not None:
        data = state.data
        parts += [("data     ", "muted"), (f"{data.train:,} training and {data.test:,} test images\n", "")]
        where = "the sample that ships with mnist-tui" if data.sample else f"{data.kind} in {sanitize(data.path)}"
        parts += [(f"         {where}\n", "muted")]
    elif not state.data_problem:
        parts += [("data     ", "muted"), ("looking for it\n", "")]

    if state.engine is not None:
        engine = state.engine
        parts += [("device   ", "muted"), (f"{sanitize(f'{engine.device}, {engine.device_name}')}\n", "")]
        parts += [(f"         torch {sanitize(engine.torch)}, {counted(engine.threads, 'thread')}\n\n", "muted")]
    else:
        parts += [("device   ", "muted"), (f"{state.link_reason or 'the engine is loading torch'}\n\n\n", "")]

    config = state.next_config
    network = "the seed network" if config.model == "seed-cnn" else shown_name(config.model)
    parts += [("t", "key"), (f"  train {network}: {counted(config.epochs, 'epoch')}\n", "")]
    parts += [("5", "key"), ("  change hyperparameters first\n", "")]
    if state.data is None or state.data.sample:
        parts += [("d", "key"), ("  download the full MNIST: 70,000 images, 11 MB\n", "")]
    if state.runs and state.runs[0].resumable:
        last = state.runs[0]
        word = sanitize(state_word(last.state), 16)
        if last.epoch >= last.epochs:
            how = f"after {counted(last.epoch, 'epoch')}"
        elif last.state == "finished":  # by early stopping
            how = f"after epoch {last.epoch} of {last.epochs}"
        else:
            how = f"in epoch {last.epoch + 1} of {last.epochs}"
        parts += [("R", "key"), (f"  resume {sanitize(last.run)}, {word} {how}\n", "")]
    if state.runs:
        parts += [
            ("4", "key"),
            (
                "  open an earlier run\n"
                if len(state.runs) == 1
                else f"  open one of {len(state.runs)} earlier runs\n",
                "",
            ),
        ]
    parts += [("?", "key"), ("  all keys\n", "")]
    return parts
