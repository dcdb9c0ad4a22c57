"""Keys in place of those of the table of actions: which there are, and which two would be the same."""

import string
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import combinations

from tui.preferences.values import KeyMap, PreferenceError, nearest
from tui.state.actions.action import Action
from tui.state.actions.table import ACTIONS

NAMED = (
    *("enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"),
    *("up", "down", "left", "right", *(f"f{number}" for number in range(1, 13))),
)
MODIFIERS = ("ctrl", "shift", "alt")
NEVER = {"ctrl+h": "backspace", "ctrl+m": "enter", "ctrl+i": "tab", "ctrl+j": "enter"}  # the same byte
OTHERWISE = {  # Textual's names for signs, where they are not those of Unicode
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
    "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
OVER_ALL = ("app", "list")  # their keys work on every screen
DIALOGS = ("network", "guide")  # open over a screen, where keys of the app do nothing


def key_name(key: str) -> str:
    """Return Textual's name of a key: `question_mark` for `?`. Raises PreferenceError."""
    if len(key) == 1 and key.isprintable():
        if key.isalnum():
            return key
        name = unicodedata.name(key, "").lower().replace("-", "_").replace(" ", "_")
        return OTHERWISE.get(name, name)
    *modifiers, last = key.split("+") if not key.endswith("++") else [*key[:-2].split("+"), "+"]
    if key in NEVER:
        raise PreferenceError(f"{key!r} cannot be told from {NEVER[key]} in a terminal; choose another key")
    if not set(modifiers) <= set(MODIFIERS):
        raise PreferenceError(f"{key!r} is no key; before the + stands one of {', '.join(MODIFIERS)}")
    known = {*NAMED, *(name for action in ACTIONS for name in action.keys)}
    if last in known or (modifiers and len(last) == 1 and last.isprintable()):
        return key
    hint = nearest(last, known) or "; give a character, or a name such as space, enter, f5 or ctrl+x"
    raise PreferenceError(f"{key!r} is no key{hint}")


def check_keys(found: Mapping[str, object]) -> KeyMap:
    """Return a key map as it was read, with Textual's names of its keys. Raises PreferenceError."""
    keys: KeyMap = {}
    scopes = list(dict.fromkeys(action.scope for action in ACTIONS))
    for scope, actions in found.items():
        if scope not in scopes:
            hint = nearest(scope, scopes) or f"; there are {', '.join(scopes)}"
            raise PreferenceError(f"keys.{scope} is no screen{hint}")
        if not isinstance(actions, Mapping):
            raise PreferenceError(f'keys.{scope}: give a table, as [keys.{scope}] and a line such as NAME = "x"')
        for name, wanted in actions.items():
            keys.setdefault(scope, {})[name] = check_action(scope, name, wanted)
    check_conflicts(keys)
    return keys


def check_action(scope: str, name: str, wanted: object) -> tuple[str, ...]:
    """Return the names of the keys of one action. Raises PreferenceError."""
    names = [action.id for action in ACTIONS if action.scope == scope]
    if name not in names:
        hint = nearest(name, names) or f"; there are {', '.join(names)}"
        raise PreferenceError(f"keys.{scope}.{name} is no action{hint}")
    several = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(several, list | tuple) or not several or not all(isinstance(key, str) and key for key in several):
        raise PreferenceError(f'keys.{scope}.{name}: {wanted!r} is no key; give one as "x", or several as ["x", "f9"]')
    try:
        return tuple(dict.fromkeys(key_name(key) for key in several))
    except PreferenceError as error:
        raise PreferenceError(f"keys.{scope}.{name}: {error}") from None


def check_conflicts(keys: KeyMap) -> None:
    """Raise PreferenceError where two actions would have one key, which have not by default."""
    for one, other in combinations(ACTIONS, 2):
        changed = one.id in keys.get(one.scope, ()) or other.id in keys.get(other.scope, ())
        if not changed or not work_together(one, other):
            continue
        both = set(keys_of(one, keys)) & set(keys_of(other, keys))
        if both and not set(one.keys) & set(other.keys):
            raise PreferenceError(
                f"keys.{one.scope}.{one.id} and keys.{other.scope}.{other.id} both have the key {min(both)!r};"
                " give one of them another"
            )


def work_together(one: Action, other: Action) -> bool:
    """Whether both can be reached at once."""
    if one.scope == other.scope:
        return one.id != other.id
    return any(scope in OVER_ALL for scope in (one.scope, other.scope)) and not (
        {one.scope, other.scope} & set(DIALOGS) and "app" in (one.scope, other.scope)
    )


def keys_of(action: Action, keys: KeyMap) -> tuple[str, ...]:
    """Return the names of the keys of an action."""
    return keys.get(action.scope, {}).get(action.id) or action.keys


def textual_keymap(keys: KeyMap) -> dict[str, str]:
    """Return the key map by the ids of bindings.

    Textual drops what shares a key with an action that gets another one: such actions are in it with their own keys.
    """
    changed = {(action.scope, key) for action in mapped(keys) for key in action.keys}
    return {
        f"{action.scope}.{action.id}": ",".join(keys_of(action, keys))
        for action in ACTIONS
        if any((action.scope, key) in changed for key in action.keys)
    }


def mapped(keys: KeyMap) -> Iterable[Action]:
    return (action for action in ACTIONS if action.id in keys.get(action.scope, ()))


def key_label(action: Action, keys: KeyMap) -> str:
    """Return how the keys of an action are written."""
    own = keys.get(action.scope, {}).get(action.id)
    return " ".join(map(sign_of, own)) if own else action.key_display or " ".join(map(sign_of, action.keys))


def sign_of(key: str) -> str:
    """Return a key as it is printed on it: `?` for question_mark."""
    *modifiers, last = key.split("+")
    return "+".join([*modifiers, SIGNS.get(last, last)])


SIGNS = {key_name(sign): sign for sign in string.punctuation}
