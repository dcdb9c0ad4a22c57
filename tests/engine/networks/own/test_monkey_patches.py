"""What a user's own network replaces in other modules is its own affair alone, and told."""

import builtins
import contextlib
import math
import random
import sys
from collections.abc import Callable

import numpy
import pytest
import torch
from fake_engine import READY
from torch.nn import functional

from engine.networks.own import isolation
from engine.networks.own.monkey_patches import Snapshot
from engine.vocabulary.messages import (
    CommandDone,
    CommandFailed,
    DescribeModel,
    EngineReady,
    Evaluate,
    Evaluated,
    FindRate,
    ModelDescribed,
    Pause,
    StartRun,
    StartStudy,
    Stop,
)
from tests.engine.networks.own.written import Write, build, config_of, network
from tests.engine.server.worker.driven_worker import Engine

PATCHES = {
    "function": ("torch.nn.functional.relu = torch.nn.functional.gelu", lambda: functional.relu),
    "its own": ("torch.nn.functional.relu = lambda x, inplace=False: x * 0", lambda: functional.relu),
    "method": ("nn.Linear.forward = lambda self, x: x[:, :10]", lambda: torch.nn.Linear.forward),
    "tensor": ("torch.Tensor.view = torch.Tensor.reshape", lambda: torch.Tensor.view),
    "added": ("torch.Tensor.swish = lambda self: self", lambda: getattr(torch.Tensor, "swish", None)),
    "seed": ("torch.manual_seed = lambda seed: None", lambda: torch.manual_seed),
    "builtin": ("import builtins; builtins.sum = lambda *a: 3", lambda: builtins.sum),
    "constant": ("import math; math.pi = 3", lambda: math.pi),
    "numpy": ("import numpy; numpy.array = None", lambda: numpy.array),
    "random": ("import random; random.random = lambda: 0.5", lambda: random.random),
    "module": ("import sys; sys.modules['json'] = sys", lambda: sys.modules["json"]),
    "module gone": ("import sys; del sys.modules['json']", lambda: sys.modules.get("json")),
    "engine": (
        "import engine.training.step; engine.training.step.train_step = None",
        lambda: sys.modules["engine.training.step"].train_step,
    ),
    "hook": (
        "nn.modules.module.register_module_forward_hook(lambda m, i, o: o * 0)",
        lambda: dict(torch.nn.modules.module._global_forward_hooks),
    ),
}


@pytest.mark.parametrize(("line", "look"), PATCHES.values(), ids=PATCHES)
def test_what_a_file_replaces_in_other_modules_is_undone_and_told(
    write: Write,
    capsys: pytest.CaptureFixture[str],
    line: str,
    look: Callable[[], object],
) -> None:
    before = look()
    assert isolation.traces_of_others(None) == ""
    with contextlib.suppress(Exception):  # that it harms itself is its own affair
        build(write(network(top=line)))
    assert look() == before
    assert "in other modules; the next run gets a new engine" in capsys.readouterr().out
    assert "net.py:Net replaces " in isolation.traces_of_others(None)


def test_its_own_patches_are_there_whenever_a_network_computes_and_for_nobody_else(
    engine: Engine,
    write: Write,
) -> None:
    patching = "torch.Tensor.twice = lambda self: 2 * self\ntorch.nn.functional.relu = lambda x, inplace=False: x * 0"
    engine.done(StartRun(config=config_of("seed-cnn")))
    assert engine.finish().state == "finished"
    before = engine.tell(Evaluate(run="1"))
    own = write(network(top=patching, forward="images = images.twice()"))
    engine.done(StartRun(config=config_of(own)))
    engine.worker.jobs.advance()
    assert not hasattr(torch.Tensor, "twice")
    engine.worker.inspector.runs._kept = None
    assert engine.tell(Evaluate(run="1")) == before  # between two steps
    assert isinstance(engine.tell(DescribeModel(config=config_of("mlp"))), ModelDescribed)
    assert engine.finish().state == "finished"
    assert isinstance(engine.tell(Evaluate(run="2")), Evaluated)  # the network that was kept, and then a loaded one
    engine.worker.inspector.runs._kept = None
    assert isinstance(engine.tell(Evaluate(run="2")), Evaluated)
    assert not hasattr(torch.Tensor, "twice")


def test_libraries_that_are_imported_or_wrap_their_own_functions_are_no_patches() -> None:
    snapshot = Snapshot()
    import logging.config  # noqa: F401
    import wave  # noqa: F401

    import torch.utils.flop_counter
    import torchvision.transforms  # noqa: F401

    with torch.utils.flop_counter.FlopCounterMode(display=False):  # which imports torch's compiler, as it is
        torch.nn.Linear(2, 2)(torch.zeros(1, 2))
    assert [patch.title for patch in snapshot.patches(lambda name: False)] == []


def test_threads_that_a_file_leaves_behind_are_told(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    own = write(
        network(
            top="""
        import threading
        END = threading.Event()
        threading.Thread(target=END.wait, name="theirs").start()
    """
        )
    )
    build(own)
    sys.modules[isolation.MODULE].END.set()
    assert "started threads that keep running (theirs); the next run gets a new engine" in capsys.readouterr().out


def test_every_screen_is_told_once_that_the_engine_is_stale(engine: Engine, write: Write) -> None:
    engine.worker.ready = READY
    engine.worker.tell_traces()
    assert engine.sink.of(EngineReady) == []
    engine.done(StartRun(config=config_of(write(network(top="torch.nn.functional.gelu = torch.relu")))))
    engine.done(Stop())
    engine.worker.tell_traces()
    engine.worker.tell_traces()
    [told] = engine.sink.of(EngineReady)
    assert "torch.nn.functional.gelu" in told.stale


def test_the_next_run_of_other_code_wants_a_new_engine_and_that_of_the_same_does_not(
    engine: Engine,
    write: Write,
) -> None:
    own = write(network(top="torch.nn.functional.gelu = torch.nn.functional.relu"))
    for _ in range(2):
        engine.done(StartRun(config=config_of(own)))
        engine.done(Stop())
    refused = engine.tell(StartRun(config=config_of("seed-cnn")))
    assert isinstance(refused, CommandFailed)
    assert refused.renew
    assert "torch.nn.functional.gelu" in refused.reason
    assert "mnist-tui engine stop" in refused.reason


def test_a_study_and_a_search_for_a_rate_want_a_new_engine_too_but_not_beside_a_paused_run(
    engine: Engine,
    write: Write,
) -> None:
    own = write(network(top="torch.nn.functional.gelu = torch.nn.functional.relu"))
    engine.done(StartRun(config=config_of(own)))
    engine.done(Pause())
    assert isinstance(engine.tell(FindRate(config=config_of("seed-cnn"), new=True)), CommandDone)
    engine.done(Stop())
    for command in (
        FindRate(config=config_of("seed-cnn"), new=True),
        StartStudy(base=config_of("seed-cnn"), search=["lr=log:1e-4..1e-1"], trials=1),
        StartStudy(base=config_of("seed-cnn"), search=["model=mlp,lenet5"], trials=1),
    ):
        refused = engine.tell(command)
        assert isinstance(refused, CommandFailed)
        assert refused.renew, refused.reason
        assert "torch.nn.functional.gelu" in refused.reason
    assert isinstance(engine.tell(FindRate(config=config_of(own), new=True)), CommandDone)
    engine.done(StartStudy(base=config_of(own), search=[f"model={own},mlp"], trials=1))
    engine.done(Stop())
