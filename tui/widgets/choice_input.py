"""A field whose value is one of a list: arrows go through it, Enter opens it, what is typed jumps in it."""

from dataclasses import dataclass

from textual.binding import Binding
from textual.events import Click
from textual.message import Message
from textual.widgets import Input


class ChoiceInput(Input):
    """A list in one line. `own` lists take other text too, in which the arrows move the cursor."""

    BINDINGS = [  # noqa: RUF012
        Binding("left", "step(-1)", "previous choice", show=False),
        Binding("right", "step(1)", "next choice", show=False),
    ]

    @dataclass
    class Opened(Message):
        """Enter or a click: show the whole list."""

        input: "ChoiceInput"

        @property
        def control(self) -> "ChoiceInput":
            return self.input

    def __init__(self, value: str, choices: tuple[str, ...], *, own: bool, id: str, classes: str = "") -> None:
        super().__init__(value, compact=True, select_on_focus=True, validate_on=(), id=id, classes=classes)
        self.choices = choices
        self._own = own

    @property
    def match(self) -> str:
        """The choice that was meant: the first that begins with what was typed; "" where none does."""
        typed = self.value.strip().lower()
        return next((choice for choice in self.choices if choice.startswith(typed)), "") if typed else ""

    def take(self, choice: str) -> None:
        self.value = choice
        self.select_all()

    def complete(self) -> None:
        """Have the whole name of what was typed in part; other text stays, and is said to be wrong."""
        if self.value not in self.choices and self.match:
            self.take(self.match)

    def action_step(self, step: int) -> None:
        if self.value in self.choices:
            at = self.choices.index(self.value) + step
            self.take(self.choices[at % len(self.choices)])
        elif self.match:
            self.take(self.match)
        elif self._own:
            if step > 0:
                self.action_cursor_right()
            else:
                self.action_cursor_left()
        else:
            self.take(self.choices[0 if step > 0 else -1])

    async def action_submit(self) -> None:
        if self.value in self.choices or not self._own or self.match:
            self.complete()
            self.post_message(self.Opened(self))
        else:
            await super().action_submit()  # a name of one's own: on to the next field

    def on_blur(self) -> None:
        self.complete()

    async def _on_click(self, event: Click) -> None:
        if self.value in self.choices and not self.disabled:
            self.post_message(self.Opened(self))
