"""Every key in README.md and the guide is a key of the screen that the page is about.

A key stands in backticks, and nothing else that is one character does. A page with keys names their scopes, of
`tui/state/actions/`, in a comment: `<!-- keys: runs queue -->`. Those of `app` and `list` hold everywhere.
"""

import re

import pytest

from tests.documents.shipped import DOCUMENTS, all_code
from tui.documents.pages import SCREEN_PAGES, find_page
from tui.preferences.keys import key_label, key_name
from tui.preferences.values import DEFAULTS, PreferenceError
from tui.state.actions.lookup import NAVIGATION, SCOPES
from tui.state.actions.table import ACTIONS

NAMED = "space|tab|enter|escape|backspace|delete|home|end|pageup|pagedown|up|down|left|right"
KEY = re.compile(rf"\S|f\d+|ctrl\+.|(?:shift\+)?(?:{NAMED})")
SCOPE = re.compile(r"<!-- keys: ([\w ]+) -->")
ARROWS = {"↑": "up", "↓": "down", "←": "left", "→": "right"}


def scopes_of(document: str) -> set[str]:
    named = {scope for found in SCOPE.findall(DOCUMENTS[document].read_text()) for scope in found.split()}
    return {*named, "app", "list"}


def name_of(key: str) -> str:
    try:
        return ARROWS.get(key) or key_name(key)
    except PreferenceError:
        return f"{key}, which is no key"


def keys_in(document: str) -> list[str]:
    found = []
    for code in all_code(document):
        if code.inline and code.text == "hjkl":
            found += list(code.text)
        elif code.inline and KEY.fullmatch(code.text):
            found.append(code.text)
    return found


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_key_is_one_of_the_screens_that_the_page_is_about(document: str) -> None:
    scopes = scopes_of(document)
    assert scopes <= {*SCOPES}, "a scope of <!-- keys --> is none of tui/state/actions/lookup.py"
    there = {key for action in ACTIONS if action.scope in scopes for key in action.keys}
    unknown = [key for key in keys_in(document) if name_of(key) not in there]
    assert unknown == [], f"keys of none of {sorted(scopes)}"


def test_keys_are_found() -> None:
    assert sum(len(keys_in(document)) for document in DOCUMENTS) > 200


def test_each_screen_has_a_page_that_names_its_key() -> None:
    assert {*SCREEN_PAGES} == {mode for _, mode, _ in NAVIGATION}
    for key, mode, _ in NAVIGATION:
        assert f"`{key}`" in find_page(SCREEN_PAGES[mode]).text


@pytest.mark.parametrize("mode", SCREEN_PAGES)
def test_the_page_of_a_screen_names_every_key_of_it(mode: str) -> None:
    page = f"{SCREEN_PAGES[mode]}.md"
    named = {name_of(key) for key in keys_in(page)}
    text = DOCUMENTS[page].read_text()
    named |= {word.lower() for word in re.findall(r"Enter|Escape|Tab", text)}
    missing = [
        f"{key_label(action, DEFAULTS.keys)} {action.label}"
        for action in ACTIONS
        if action.scope == mode and not named & {*action.keys}
    ]
    assert missing == []
