"""The interfaces between server and worker; neither imports the other."""

from collections.abc import Callable
from typing import Protocol

from engine.vocabulary.messages import AnyCommand, AnyEvent, RunEvent

Reply = Callable[[AnyEvent], None]


class EventSink(Protocol):
    """Where the worker's events go: to every screen."""

    def publish(self, event: AnyEvent) -> None: ...

    def replace_history(self, events: list[RunEvent]) -> None: ...


class CommandSink(Protocol):
    """Where the server's commands go. `submit` may be called from any thread and never waits."""

    @property
    def busy(self) -> bool: ...

    @property
    def live_run(self) -> tuple[str, int, int]: ...

    @property
    def live_runs(self) -> frozenset[str]: ...

    @property
    def waits_for(self) -> str: ...

    def submit(self, command: AnyCommand, reply: Reply) -> None: ...
