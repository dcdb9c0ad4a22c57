"""The views of the screen by their keys, with the present one marked; a click goes there too."""

from rich.text import Text
from textual.events import Click
from textual.reactive import reactive
from textual.widget import Widget

VIEWS = {"layers": ("f", "filters and maps"), "weights": ("w", "weights"), "why": ("y", "why"), "map": ("m", "map")}


class ViewsLine(Widget):
    """One line: `f filters and maps   w weights   y why   m map`."""

    COMPONENT_CLASSES = {"views--key", "views--name", "views--here"}  # noqa: RUF012

    DEFAULT_CSS = """
    ViewsLine {
        height: 1;
        padding: 0 1;
        .views--key { color: $text-accent; }
        .views--name { color: $text-muted; }
        .views--here { color: $foreground; text-style: bold underline; }
    }
    """

    here: reactive[str] = reactive("layers")
    """The view that is shown."""

    def render(self) -> Text:
        line = Text(no_wrap=True, end="")
        for view, (key, name) in VIEWS.items():
            style = "views--here" if view == self.here else "views--name"
            line.append(f"{key} ", self.get_component_rich_style("views--key"))
            line.append(name, self.get_component_rich_style(style)).append("   ")
        return line

    async def on_click(self, event: Click) -> None:
        x = event.x - self.styles.padding.left
        for view, (key, name) in VIEWS.items():
            x -= len(f"{key} {name}   ")
            if x < 0:
                await self.run_action(f"screen.view('{view}')")
                return
