"""The network of the form, or any other of the catalogue: its figures, its layers, and its recipe."""

import msgspec
from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import RunConfig
from engine.vocabulary.presets import PRESETS, Preset
from tui.screens.dialogs import Page
from tui.state.actions.lookup import bindings
from tui.state.state import State, described
from tui.state.words.networks import NETWORK, figures, layer_table, network_of, shown_name
from tui.state.words.values import format_values
from tui.terminal.sanitize import sanitize
from tui.widgets.list_keys import Pane
from tui.widgets.network_line import NetworkLine


class NetworkScreen(Page[RunConfig | Preset | None]):
    """Answers with a config of the network that was chosen, or its recipe; None when it was only looked at."""

    BINDINGS = bindings("network")

    DEFAULT_CSS = "NetworkScreen #about { color: $text-muted; margin: 0 0 1 0; }"

    def __init__(self, config: RunConfig, failures: int) -> None:
        super().__init__()
        self._config = network_of(config)
        self._failures = failures  # commands that were refused before
        self._shown: object = None

    def compose(self) -> ComposeResult:
        with Pane() as page:
            page.border_subtitle = (
                "[@click=screen.other(1)]n[/]/[@click=screen.before]p others[/], [@click=screen.take]enter use[/],"
                " [@click=screen.take_recipe]r use with recipe[/], [@click=screen.close]escape close[/]"
            )
            yield Static("", markup=False, id="about")
            yield Static("", markup=False, id="layers")

    def on_mount(self) -> None:
        self.look_at(self._config)

    def look_at(self, config: RunConfig) -> None:
        self._config = config
        self._shown = None
        entry = CATALOGUE.get(config.model)
        self.query_one(Pane).border_title = Text(shown_name(config.model))
        self.query_one("#about", Static).update(entry.help if entry else "Your own code, loaded in a separate process.")
        self.query_one("#layers", Static).update("waiting for the engine ...")
        self.post_message(NetworkLine.Wanted(config))

    def show(self, state: State) -> None:
        """Draw what is known of this network, or why it could not be told."""
        network = described(state, self._config)
        if state.failures > self._failures:
            self._failures = state.failures
            self._shown = network  # of before
            self.query_one("#layers", Static).update(state.failure)
        elif network is not None and network is not self._shown:
            self._shown = network
            entry = CATALOGUE.get(self._config.model)
            notes = "".join(f"\n{sanitize(note, longest=1000)}" for note in network.notes)
            about = (
                f"{entry.help}\n{figures(network)}\n{recipe_line(entry.name)}" if entry else figures(network) + notes
            )
            self.query_one("#about", Static).update(about)
            self.query_one("#layers", Static).update(layer_table(network))

    def action_other(self, step: int) -> None:
        """Look at another network of the catalogue, in the size of the form where it has that freedom."""
        names = list(CATALOGUE)
        known = self._config.model in CATALOGUE
        at = names.index(self._config.model) + step if known else min(step, 0)
        self.look_at(network_of(msgspec.structs.replace(self._config, model=names[at % len(names)])))

    def action_before(self) -> None:
        """For a click: Textual's markup knows no negative numbers."""
        self.action_other(-1)

    def action_take(self) -> None:
        self.dismiss(self._config)

    def action_take_recipe(self) -> None:
        if recipe := PRESETS.get(self._config.model):
            sizes = {name: getattr(self._config, name) for name in NETWORK}
            self.dismiss(Preset(recipe.title, {**recipe.changes, **sizes}))
        else:
            self.app.bell()

    def action_close(self) -> None:
        self.dismiss(None)


def recipe_line(model: str) -> str:
    return f"Its recipe (r, preset {model}): {format_values(PRESETS[model].changes)}."
