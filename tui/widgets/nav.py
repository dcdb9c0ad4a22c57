"""The screens by number, with the current one marked; a click goes there too."""

from rich.text import Text
from textual.events import Click
from textual.reactive import reactive
from textual.widget import Widget

from engine.vocabulary.messages.base import DIGITS
from tui.state.actions.lookup import NAVIGATION
from tui.state.class_words import worded


class Nav(Widget):
    """One line: `1 Train  2 Digits  ...`."""

    COMPONENT_CLASSES = {"nav--key", "nav--name", "nav--here"}  # noqa: RUF012

    DEFAULT_CSS = """
    Nav {
        height: 1;
        padding: 0 1;
        background: $surface;
        .nav--key { color: $text-accent; }
        .nav--name { color: $text-muted; }
        .nav--here { color: $foreground; text-style: bold reverse; }
    }
    """

    here: reactive[str] = reactive("")
    """The mode of the screen in front."""

    classes_of: reactive[tuple[str, ...]] = reactive(DIGITS)
    """What is looked at: the screen of digits has another name where they are none."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.set_reactive(Nav.here, here)

    @property
    def gaps(self) -> tuple[str, str, str]:
        """What stands between a key and a name, around the name and after it: less where not all screens would be
        seen."""
        names = sum(len(f"{key}{label}") for key, _, label in NAVIGATION)
        for gaps, last in (((" ", " ", "  "), 2), ((" ", "", " "), 1)):
            between, around, after = map(len, gaps)
            if names + len(NAVIGATION) * (between + 2 * around + after) <= self.content_size.width + last:
                return gaps
        return "", "", " "

    def render(self) -> Text:
        line = Text(no_wrap=True, end="")
        between, around, after = self.gaps
        for key, mode, label in NAVIGATION:
            name = "nav--here" if mode == self.here else "nav--name"
            line.append(f"{key}{between}", self.get_component_rich_style("nav--key"))
            shown = worded(label, self.classes_of)  # as wide
            line.append(f"{around}{shown}{around}", self.get_component_rich_style(name)).append(after)
        return line

    async def on_click(self, event: Click) -> None:
        x = event.x - self.styles.padding.left
        between, around, after = self.gaps
        for key, mode, label in NAVIGATION:
            x -= len(f"{key}{between}{around}{label}{around}{after}")
            if x < 0:
                await self.app.run_action(f"go('{mode}')", self.app)
                return
