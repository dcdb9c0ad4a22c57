"""What a user's code replaces in modules and classes that others use too: find it, undo it, and redo it.

Only what is done in Python, to the attributes of modules and classes, is found: not what is changed within a function,
a list, or a library written in C.
"""

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

import torch

ABSENT = object()
NAMES = (
    "builtins", "collections", "functools", "itertools", "json", "math", "os", "os.path", "pathlib", "random", "sys",
    "time", "typing", "warnings", "numpy", "numpy.random", "msgspec",
)  # fmt: skip
ROOTS = ("engine", "torch.nn", "torch.optim", "torch.autograd", "torch.random", "torch.utils.data", "torch.cuda.random")
HOOKS = tuple(
    value
    for name, value in vars(torch.nn.modules.module).items()
    if name.startswith("_global_") and isinstance(value, dict)
)


class Patch(NamedTuple):
    """An attribute of a module or class, or an entry of sys.modules, that is `after` and was `before`."""

    owner: Any
    name: str
    before: Any
    after: Any

    @property
    def title(self) -> str:
        if self.owner is sys.modules:
            return f"sys.modules[{self.name!r}]"
        if isinstance(self.owner, dict):
            return "hooks of all modules"
        where = getattr(self.owner, "__module__", None) if isinstance(self.owner, type) else None
        return f"{where + '.' if where else ''}{getattr(self.owner, '__qualname__', self.owner.__name__)}.{self.name}"

    def undo(self) -> None:
        put(self.owner, self.name, self.before)

    def redo(self) -> None:
        put(self.owner, self.name, self.after)


def put(owner: Any, name: Any, value: Any) -> None:
    try:
        if isinstance(owner, dict):
            if value is ABSENT:
                owner.pop(name, None)
            else:
                owner[name] = value
        elif value is ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, value)
    except (AttributeError, TypeError):
        pass  # of a kind that takes no attributes, which then nobody has set


class Snapshot:
    """The attributes of modules and classes as they are now; `patches` tells how they differ later."""

    def __init__(self) -> None:
        self._modules = dict(sys.modules)
        self._roots = {name.partition(".")[0] for name in self._modules}
        self._before = [(owner, dict(vars(owner))) for owner in owners()]
        self._hooks = [(hooks, dict(hooks)) for hooks in HOOKS]

    def patches(self, is_theirs: Callable[[str], bool]) -> list[Patch]:
        """Return what differs; `is_theirs` tells whether a module is the user's own, by its name."""
        found = []
        for name, module in self._modules.items():
            now = sys.modules.get(name, ABSENT)
            if now is not module and not is_theirs(name):
                found.append(Patch(sys.modules, name, module, now))
        for owner, before in self._before:
            now = vars(owner)
            for name, value in before.items():
                current = now.get(name, ABSENT)
                if current is not value and is_patch(name, value, current) and not self._is_renewed(value, current):
                    found.append(Patch(owner, name, value, current))
            for name in now.keys() - before.keys() if len(now) > len(before) else ():
                if self._is_foreign(now[name], is_theirs) or self._hides(owner, name, now[name]):
                    found.append(Patch(owner, name, ABSENT, now[name]))
        for hooks, before in self._hooks:
            found += [
                Patch(hooks, name, before.get(name, ABSENT), hooks.get(name, ABSENT))
                for name in {*hooks, *before}
                if hooks.get(name, ABSENT) is not before.get(name, ABSENT)
            ]
        return found

    def _is_renewed(self, before: object, now: object) -> bool:
        """Tell whether a library has put a wrapper round a function of its own, as torch does for its compiler."""
        home, name = getattr(now, "__module__", None), getattr(now, "__qualname__", None)
        known = isinstance(home, str) and home.partition(".")[0] in self._roots
        return known and name is not None and name == getattr(before, "__qualname__", None)

    def _hides(self, owner: Any, name: str, value: object) -> bool:
        """Tell whether an attribute that a class was given takes the place of one that it inherits."""
        bases = owner.__mro__[1:] if isinstance(owner, type) and callable(value) else ()
        inherited = next((vars(base)[name] for base in bases if name in vars(base)), None)
        return inherited is not None and not self._is_renewed(inherited, value)

    def _is_foreign(self, value: object, is_theirs: Callable[[str], bool]) -> bool:
        """Tell whether an attribute that was added is of code that was not there before: libraries add their own."""
        function = getattr(value, "__func__", value)
        if isinstance(value, property):
            function = value.fget
        home = getattr(function, "__module__", None)
        return isinstance(home, str) and (is_theirs(home) or home.partition(".")[0] not in self._roots)


def is_patch(name: str, before: object, now: object) -> bool:
    """Tell whether an attribute that differs was replaced, and does not merely count or cache something."""
    if isinstance(before, ModuleType) and isinstance(now, ModuleType) and before.__name__ == now.__name__:
        return False
    if isinstance(before, int) and isinstance(now, int):
        return False  # a counter, or a flag
    if name in ("__warningregistry__", "__doc__", "__annotations__", "__cached__"):
        return False
    return callable(before) or isinstance(before, ModuleType | property | classmethod | staticmethod) or name[:1] != "_"


def owners() -> Iterator[Any]:
    """Yield the modules that are watched, and the classes that are found in them, each once."""
    seen: set[int] = set()
    for name, module in list(sys.modules.items()):
        watched = name in NAMES or name == "torch" or any(name == root or name.startswith(root + ".") for root in ROOTS)
        if not watched or not isinstance(module, ModuleType):
            continue
        for owner in (module, *(value for value in list(vars(module).values()) if isinstance(value, type))):
            if id(owner) not in seen:
                seen.add(id(owner))
                yield owner
