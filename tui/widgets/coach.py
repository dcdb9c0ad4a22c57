"""The coach's current advice on the train screen: what it sees, what it suggests, and the keys to answer it."""

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from tui.state.advice import Advice, Coach

KEYS = (("c", "do it"), ("v", "why"), ("esc", "dismiss"))


class CoachStrip(Widget):
    """Two lines in a small terminal, all of it where there is room; nothing where there is no advice."""

    COMPONENT_CLASSES = {"coach--name", "coach--seen", "coach--why", "coach--key"}  # noqa: RUF012

    DEFAULT_CSS = """
    CoachStrip {
        height: auto;
        max-height: 6;
        padding: 0 1;
        background: $surface;
        border-left: outer $warning;
        .coach--name { color: $text-warning; text-style: bold; }
        .coach--seen { color: $foreground; }
        .coach--why { color: $text-muted; }
        .coach--key { color: $text-accent; text-style: bold; }
    }
    """

    advice: reactive[tuple[Advice, ...]] = reactive((), layout=True)
    """All of it, most pressing first: the first is shown, the others are counted."""

    brief: reactive[bool] = reactive(False, layout=True)
    """Cut each part to one line and leave the reason out."""

    def on_mount(self) -> None:
        self.display = False

    def show(self, coach: Coach) -> None:
        self.advice = coach.advice
        self.display = bool(coach.advice)

    def render(self) -> Text:
        if not self.advice:
            return Text()
        return Text("\n", end="").join(self._lines(self.advice[0], len(self.advice) - 1))

    def _lines(self, advice: Advice, others: int) -> list[Text]:
        style = self.get_component_rich_style
        seen = Text(no_wrap=self.brief, overflow="ellipsis")
        seen.append(f"coach: {advice.rule}  ", style("coach--name")).append(advice.seen, style("coach--seen"))
        keys = Text()
        for key, label in KEYS if advice.changes else KEYS[1:]:
            keys.append(f"{key} ", style("coach--key")).append(f"{label}  ", style("coach--why"))
        if others:
            keys.append(f"+{others} more  ", style("coach--why"))
        if self.brief:
            room = max(0, self.content_size.width - len(keys))
            seen.truncate(self.content_size.width, overflow="ellipsis")
            remedy = Text(advice.remedy, style("coach--seen"))
            remedy.truncate(room, overflow="ellipsis")
            return [seen, keys + remedy]
        return [seen, Text(advice.why, style("coach--why")), Text(advice.remedy, style("coach--seen")), keys]
