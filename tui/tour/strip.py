"""The strip of the tour on each screen: which step it is, what to do, and why."""

import textwrap

from rich.text import Text
from textual.events import Click
from textual.reactive import reactive
from textual.widget import Widget

SKIP, LEAVE = "f9", "q"
GAP = 2
LINES = 3


class TourStrip(Widget):
    """Three lines. Texts are made to fit 80 columns; on fewer, what to do takes the line of what it is good for too."""

    COMPONENT_CLASSES = {"tour--place", "tour--title", "tour--do", "tour--why", "tour--key"}  # noqa: RUF012

    DEFAULT_CSS = f"""
    TourStrip {{
        height: {LINES};
        padding: 0 1;
        background: $boost;
        .tour--place {{ color: $text-accent; text-style: bold reverse; }}
        .tour--title {{ color: $foreground; text-style: bold; }}
        .tour--do {{ color: $foreground; text-style: bold; }}
        .tour--why {{ color: $text-muted; }}
        .tour--key {{ color: $text-accent; }}
    }}
    """

    lines: reactive[tuple[str, str, str, str]] = reactive(("", "", "", ""))
    """The place in the tour, the title of the step, what to do, and what it is good for."""

    def __init__(self, lines: tuple[str, str, str, str]) -> None:
        super().__init__()
        self.set_reactive(TourStrip.lines, lines)

    def render(self) -> Text:
        place, title, do, why = self.lines
        style, width = self.get_component_rich_style, self.content_size.width
        first = Text.assemble((f" {place} ", style("tour--place")), (f" {title}", style("tour--title")))
        keys = self._keys()
        if width >= len(first) + GAP + len(keys):
            first.append(" " * (width - len(first) - len(keys))).append(keys)
        rest = [Text(line, style("tour--do")) for line in textwrap.wrap(do, max(1, width))[: LINES - 1]]
        if len(rest) < LINES - 1:
            rest.append(Text(why, style("tour--why")))
        for line in (first, *rest):
            line.truncate(width, overflow="ellipsis")
        return Text("\n", end="").join([first, *rest])

    def _keys(self) -> Text:
        style = self.get_component_rich_style
        words = [(SKIP, "skips"), (LEAVE, "leaves")] if "/" in self.lines[0] else [(LEAVE, "leaves")]
        keys = Text()
        for key, word in words:
            keys.append("  " if keys else "").append(key, style("tour--key")).append(f" {word}", style("tour--why"))
        return keys

    async def on_click(self, event: Click) -> None:
        """A click on the name of a key does the same."""
        keys = self._keys().plain
        x = event.x - self.styles.padding.left - (self.content_size.width - len(keys))
        if event.y == 0 and x >= 0:
            skips = SKIP in keys and x < len(f"{SKIP} skips")
            await self.app.run_action("skip_step" if skips else "quit")
