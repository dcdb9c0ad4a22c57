"""Checks users' own networks before the engine runs them, while the engine goes on.

A command that needs a check waits, and is carried out again when that is done. What was found of a file is kept, by
its digest.
"""

import threading
from collections.abc import Callable

from engine.networks.own.check import CheckProcess, CheckResult
from engine.networks.own.code import Code
from engine.server.protocols import Reply
from engine.storage.printing import say
from engine.vocabulary.architectures import short_name
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import AnyCommand, CommandFailed, DescribeModel
from engine.vocabulary.messages.base import DIGITS

MOST_KEPT = 64
AT_ONCE = 2  # processes: each takes a core, and some hundred MB

Key = tuple[RunConfig, Code, int]  # the number of classes


def key_of(config: RunConfig, code: Code, classes: int) -> Key:
    """Return what decides what a network is."""
    config = RunConfig(
        model=code.model, width=config.width, depth=config.depth, dropout=config.dropout, dropout2d=config.dropout2d
    )
    return config, code, classes


class NetworkChecks:
    """`result_of` belongs to the worker's thread; each process is waited for in a thread of its own."""

    def __init__(self, submit: Callable[[AnyCommand, Reply], None]) -> None:
        self._submit = submit
        self._known: dict[Key, CheckResult] = {}
        self._waiting: dict[Key, list[tuple[AnyCommand, Reply]]] = {}
        self._processes: dict[Key, CheckProcess] = {}
        self._places = threading.Semaphore(AT_ONCE)
        self._guard = threading.Lock()

    @property
    def busy(self) -> bool:
        return bool(self._waiting)

    @property
    def network(self) -> str:
        """The name of a network that is looked at, "" when none is."""
        with self._guard:
            return next((short_name(code.model) for _, code, _ in self._waiting), "")

    @property
    def starting(self) -> AnyCommand | None:
        """A command that waits for a check before it begins to train."""
        with self._guard:
            every = [command for waiting in self._waiting.values() for command, _ in waiting]
        return next((command for command in every if not isinstance(command, DescribeModel)), None)

    def result_of(
        self, config: RunConfig, code: Code, command: AnyCommand, reply: Reply, classes: int = len(DIGITS)
    ) -> CheckResult | None:
        """Return what is known of a network for so many classes, or None: the command is then submitted again when it
        is.

        What was wrong with it is told once, and looked for anew the next time.
        """
        key = key_of(config, code, classes)
        with self._guard:
            known = self._known.get(key)
            if known is not None:
                if known.described is None or not code.name.is_file:  # a package may have been mended
                    del self._known[key]
                return known
            self._waiting.setdefault(key, []).append((command, reply))
            if key not in self._processes:
                self._processes[key] = CheckProcess(*key)
                if not isinstance(command, DescribeModel):
                    say(f"{short_name(code.model)}: checking it in a separate process first")
                threading.Thread(target=self._wait, args=(key,), name="network check", daemon=True).start()
        return None

    def _wait(self, key: Key) -> None:
        while True:
            with self._places:
                look = self._processes[key].run()
            with self._guard:
                if self._processes[key].killed and key in self._waiting:  # asked for again since
                    self._processes[key] = CheckProcess(*key)
                    continue
                del self._processes[key]
                waiting = self._waiting.pop(key, [])
                break
        for line in look.printed if waiting else ():
            say(f"{short_name(key[1].model)} printed: {line}")
        with self._guard:
            if waiting:
                self._known[key] = look
                while len(self._known) > MOST_KEPT:
                    del self._known[next(iter(self._known))]
        for command, reply in waiting:
            self._submit(command, reply)

    def cancel(self, why: str, *, all: bool = False) -> bool:
        """Refuse the commands that wait to train, or all that wait; tell whether there were any."""
        with self._guard:
            refused = []
            for key, waiting in list(self._waiting.items()):
                gone = [each for each in waiting if all or not isinstance(each[0], DescribeModel)]
                refused += gone
                self._waiting[key] = [each for each in waiting if each not in gone]
                if not self._waiting[key]:
                    del self._waiting[key]
            idle = [process for key, process in self._processes.items() if key not in self._waiting]
        for process in idle:
            process.kill()
        for command, reply in refused:
            reply(CommandFailed(reason=why, reply_to=command.id))
        return bool(refused)
