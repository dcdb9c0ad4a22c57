"""What cannot be begun, or not beside something else, is refused, and leaves nothing."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.tuning.files import study_names
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    FindRate,
    LoadData,
    ResumeRun,
    StartRun,
    StartStudy,
    StudyStarted,
)
from tests.engine.server.worker.driven_worker import Engine
from tests.engine.tuning.driven_study import BASE, SEARCH, START, finish, trials
from tests.engine.tuning.driven_study import engine_ as engine_


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (StartRun(config=BASE), "study study-0001 is tuning"),
        (ResumeRun(run="1"), "study study-0001 is tuning"),
        (START, "study study-0001 is tuning"),
        (FindRate(config=BASE), "study study-0001 is tuning"),
        (LoadData(path="/elsewhere"), "stop it before"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_one_thing_trains_at_a_time(engine_: Engine, command: Any, said: str) -> None:
    engine_.done(START)
    assert said in engine_.refused(command)
    assert finish(engine_).state == "finished"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"search": ["lr=5..1"]}, "second bound"),
        ({"search": []}, "give the study a name"),
        ({"storage": "/tmp/shared.journal"}, "give the study a name"),
        ({"name": "../x"}, "not allowed"),
        ({"search": ["batch_size=50,168"]}, "168 is more than the 167 images"),
        ({"base": RunConfig(batch_size=200)}, "200 is more than the 167 images"),
        ({"sampler": "magic"}, "give one of tpe, random"),
        ({"pruner": "magic"}, "give one of none, median, hyperband"),
        ({"base": RunConfig(device="cuda:99")}, "cuda:99"),
        ({"name": "one", "storage": "nonsense://x"}, "nonsense"),
        ({"base": RunConfig(model="/absent.py:Net")}, "does not exist"),
        ({"search": ["model=mlp,/absent.py:Net"]}, "does not exist"),
    ],
)
def test_what_cannot_be_begun_is_refused_and_leaves_nothing(
    engine_: Engine, changes: dict[str, Any], said: str
) -> None:
    command = StartStudy(**{"base": BASE, "search": SEARCH, "trials": 3, **changes})
    assert said in engine_.refused(command)
    assert not engine_.worker.busy
    assert study_names(engine_.checkpoints) == []
    assert not engine_.sink.of(StudyStarted)


def test_without_optuna_the_engine_says_what_to_install(engine_: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.server.worker.jobs.can_tune", lambda: False)
    assert "mnist-tui[tune]" in engine_.refused(START)


NETWORK = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(784, 10))
"""


def test_a_network_of_ones_own_is_trained_only_where_the_command_names_it(engine_: Engine, tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(NETWORK)
    own = BASE.replace({"model": f"{file}:Net", "epochs": 1})
    command = StartStudy(base=own, search=["lr=0.001,0.01"], trials=2, name="own")
    engine_.done(command)
    assert finish(engine_).state == "finished"
    assert [each.state for each in trials(engine_).values()] == ["finished"] * 2
    # By its name alone the study might be anybody's.
    assert "somebody's own code" in engine_.refused(StartStudy(base=BASE, name="own", trials=3))
    engine_.done(msgspec.structs.replace(command, trials=3))
    assert finish(engine_).state == "finished"

    among = [f"model=seed-cnn,{file}:Net"]
    engine_.done(StartStudy(base=BASE, search=among, trials=4, name="among", sampler="random"))
    assert finish(engine_).state == "finished"
    assert "somebody's own code" in engine_.refused(StartStudy(base=BASE, name="among", trials=5))
