"""The app is composed of all handlers, and each message that a screen posts for it has one."""

import importlib
import inspect
import pkgutil

import pytest
from textual.message import Message

import tui.app.handlers
import tui.screens
from tui.app.engine import EngineApp
from tui.app.main import MnistApp


def classes_of(package, kind: type) -> list[type]:
    """Return the classes of a kind that the modules of a package define."""
    modules = [
        importlib.import_module(f"{package.__name__}.{each.name}") for each in pkgutil.iter_modules(package.__path__)
    ]
    return [
        each for module in modules for _, each in inspect.getmembers(module, inspect.isclass)
        if issubclass(each, kind) and each.__module__ == module.__name__
    ]  # fmt: skip


MESSAGES = [
    each for kind in classes_of(tui.screens, object) if kind.__name__.endswith(("Screen", "Messages", "Wishes"))
    for each in vars(kind).values() if inspect.isclass(each) and issubclass(each, Message)
]  # fmt: skip


@pytest.mark.parametrize("handlers", classes_of(tui.app.handlers, EngineApp))
def test_the_app_has_all_handlers_as_bases(handlers: type) -> None:
    assert issubclass(MnistApp, handlers)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda each: each.__qualname__)
def test_each_message_of_a_screen_has_one_handler_of_the_app(message: type) -> None:
    found = [each.__name__ for each in MnistApp.__mro__ if message in vars(each).get("_decorated_handlers", {})]
    assert len(found) == 1, found
