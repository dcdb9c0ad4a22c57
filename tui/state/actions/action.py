"""What an action is: its keys, its Textual action, and its words."""

import re

import msgspec

SIGNS = {"+": "plus", "-": "minus", "0": "zero"}


class Action(msgspec.Struct, frozen=True):
    """`name` is the Textual action, `label` a word for the footer, `help` a sentence."""

    scope: str
    key: str
    name: str
    label: str
    help: str
    footer: bool = True
    key_display: str | None = None

    @property
    def id(self) -> str:
        """The name in a key map: `log_axis`, `go_runs` for go('runs'), `smooth_minus` for smooth(-1)."""
        name, _, arguments = self.name.partition("(")
        words = re.findall(r"-?\d+|\w+", arguments)
        signs = [SIGNS["0" if word == "0" else word[0] if word[0] == "-" else "+"] if word[-1].isdigit() else word
                 for word in words]  # fmt: skip
        return "_".join([name, *signs])

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.key.split(","))
