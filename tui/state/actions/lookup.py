"""The actions of a screen, as bindings; the screens by number; titles of the groups in help and palette."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui.state.actions.action import Action
from tui.state.actions.table import ACTIONS

if TYPE_CHECKING:
    from textual.binding import BindingType

# Titles of the groups in help and palette.
SCOPES = {
    "app": "Everywhere",
    "train": "Train screen",
    "digits": "Digits screen",
    "confusion": "Confusion screen",
    "runs": "Runs screen",
    "queue": "Queue (at the top of Runs)",
    "setup": "Setup screen",
    "tune": "Tune screen",
    "draw": "Draw screen",
    "inside": "Inside screen",
    "chart": "Charts in focus (tab) on Runs, Tune and in the finder",
    "list": "Lists, grids, matrices",
    "network": "Networks (f8 on Setup)",
    "guide": "Guide (? and Enter)",
}

# Key, mode and name of every screen.
NAVIGATION = tuple((each.key, each.name[4:-2], each.label) for each in ACTIONS if each.name.startswith("go("))


def bindings(scope: str) -> "list[BindingType]":
    """Return the key bindings of a screen, or of the app."""
    from textual.binding import Binding  # a command reads this table without a screen

    return [
        Binding(
            action.key,
            action.name,
            action.label,
            show=action.footer,
            key_display=action.key_display,
            tooltip=action.help,
            id=f"{scope}.{action.id}",
        )
        for action in in_scope(scope)
    ]


def in_scope(scope: str) -> Iterable[Action]:
    return (action for action in ACTIONS if action.scope == scope)
