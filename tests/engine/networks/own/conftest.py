from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.networks.own import isolation
from tests.engine.networks.own.written import instant_looks
from tests.engine.networks.own.written import write as write
from tests.engine.server.worker.driven_worker import Engine


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """No test leaves traces for another."""
    yield
    isolation.traces.clear()
    isolation.isolations.clear()


@pytest.fixture
def engine(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine with its data loaded, that looks at networks within this process."""
    made = Engine(checkpoints)
    made.worker.loader.load("")
    instant_looks(monkeypatch)
    return made
