"""A user's own network changes nothing for others: settings, chance, patches, exceptions."""

import builtins
import contextlib
import math
import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy
import pytest
import torch
from fake_engine import READY
from own_networks import instant_looks, network
from torch.nn import functional

from engine.data.dataset import Dataset
from engine.machine.process_settings import SETTINGS, kept_settings
from engine.networks.own import isolation
from engine.networks.own.code import named_code
from engine.networks.own.monkey_patches import Snapshot
from engine.training.loop import train
from engine.training.run import Run
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
    RatesTried,
    StartRun,
    StartStudy,
    Stop,
)
from tests.engine.networks.own.written import Write, build, config_of, write  # noqa: F401  (write is a fixture)
from tests.engine.server.worker.driven_worker import Engine


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """No test leaves traces for another."""
    yield
    isolation.traces.clear()
    isolation.isolations.clear()


@pytest.fixture
def engine(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine(checkpoints)
    made.worker.loader.load("")
    instant_looks(monkeypatch)
    return made


def trained(config: object, digits: Dataset) -> list[torch.Tensor]:
    run = Run(config, digits, code=named_code(config.model))  # type: ignore[arg-type, attr-defined]
    list(train(run))
    return [each.detach().clone() for each in run.model.parameters()]


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return len(one) == len(other) and all(map(torch.equal, one, other))


def values() -> dict[str, object]:
    return {setting.name: setting.get() for setting in SETTINGS}


PLAIN: list[torch.Tensor] = []  # what a network ends with that sets nothing
SETTING = {
    "float64": "torch.set_default_dtype(torch.float64)",
    "double tensors": "torch.set_default_tensor_type(torch.DoubleTensor)",
    "device": "torch.set_default_device('meta')",
    "no grad": "torch.set_grad_enabled(False)",
    "no grad entered": "GUARD = torch.no_grad(); GUARD.__enter__()",
    "inference": "GUARD = torch.inference_mode(); GUARD.__enter__()",
    "threads": "torch.set_num_threads(torch.get_num_threads() + 1)",
    "deterministic": "torch.use_deterministic_algorithms(True)",
    "matmul": "torch.set_float32_matmul_precision('medium')",
    "cudnn": "torch.backends.cudnn.benchmark = True; torch.backends.cudnn.deterministic = True",
    "mkldnn": "torch._C._set_mkldnn_enabled(False)",
    "autocast": "GUARD = torch.autocast('cpu', torch.bfloat16); GUARD.__enter__()",
    "anomaly": "torch.autograd.set_detect_anomaly(True)",
    "denormals": "torch.set_flush_denormal(True)",
    "mode": "from torch.overrides import TorchFunctionMode as M; GUARD = M(); GUARD.__enter__()",
    "warnings": "import warnings; warnings.simplefilter('error')",
    "signals": "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "folder": "import os; os.chdir('/')",
    "environment": "import os; os.environ['OWN'] = '1'; os.environ.pop('PATH')",
    "path": "import sys; sys.path.insert(0, '/nowhere'); sys.argv = ['x']",
    "streams": "import sys, io; sys.stdout = io.StringIO(); sys.stderr = None",
    "umask": "import os; os.umask(0)",
    "recursion": "import sys; sys.setrecursionlimit(5000)",
    "numpy": "import numpy; numpy.seterr(all='raise')",
    "collection": "import gc; gc.disable()",
}


@pytest.mark.parametrize("line", SETTING.values(), ids=SETTING)
def test_what_a_file_sets_is_undone_before_anybody_else_computes(
    write: Write,
    digits: Dataset,
    line: str,
) -> None:
    before = values()
    if not PLAIN:
        PLAIN.extend(trained(config_of(write(network(), "plain.py")), digits))
    assert same(trained(config_of(write(network(top=line))), digits), PLAIN)
    assert values() == before


@pytest.mark.parametrize("where", ["init", "forward"])
@pytest.mark.parametrize("line", [SETTING["float64"], SETTING["no grad"], SETTING["device"], SETTING["folder"]])
def test_what_a_network_sets_later_does_not_leave_it_either(
    write: Write,
    digits: Dataset,
    line: str,
    where: str,
) -> None:
    """Whether it can be trained so, or fails."""
    before = values()
    own = config_of(write(network(**{where: f"import random; {line}"})))
    with contextlib.suppress(Exception):
        list(train(Run(own, digits, code=named_code(own.model))))
    assert values() == before


def test_what_was_set_is_told_once(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    own = write(network(top="torch.set_default_dtype(torch.float64)"))
    build(own)
    build(own)
    assert capsys.readouterr().out.count("sets the default dtype; this is undone") == 1


def test_all_settings_can_be_read_and_put_back() -> None:
    for setting in SETTINGS:
        setting.put(setting.get())
    with kept_settings() as changed:
        pass
    assert changed == []


def test_a_run_in_progress_trains_on_as_if_nobody_had_asked(engine: Engine, write: Write) -> None:
    def weights(asks: bool) -> list[torch.Tensor]:
        engine.done(StartRun(config=config_of("seed-cnn")))
        run = engine.worker.jobs.live
        assert run is not None
        if asks:
            for name, line in (("a", "torch.set_default_dtype(torch.float64); torch.manual_seed(1)"),
                               ("b", "torch.set_default_device('meta')"), ("c", "torch.set_grad_enabled(False)"),
                               ("d", "torch.nn.functional.relu = None"), ("e", "raise KeyboardInterrupt")):  # fmt: skip
                engine.tell(DescribeModel(config=config_of(write(network(top=line), f"{name}.py"))))
        assert engine.finish().state == "finished"
        return [each.detach().clone() for each in run.model.parameters()]

    assert same(weights(asks=False), weights(asks=True))


# --------------------------------------------------------------------- seeds


def first_weights(own: str, digits: Dataset, seed: int) -> list[torch.Tensor]:
    run = Run(config_of(own, seed=seed), digits, code=named_code(own))
    return [each.detach().clone() for each in run.model.parameters()]


def test_first_weights_follow_the_seed_whatever_a_file_seeds_at_its_top(write: Write, digits: Dataset) -> None:
    plain, seeding = write(network(), "plain.py"), write(network(top="torch.manual_seed(0); X = torch.rand(3)"))
    for seed in (0, 1):
        assert same(first_weights(seeding, digits, seed), first_weights(plain, digits, seed))
    assert not same(first_weights(seeding, digits, 0), first_weights(seeding, digits, 1))


def test_pythons_and_numpys_chance_follow_the_seed_too(write: Write, digits: Dataset) -> None:
    drawing = "import random, numpy; self.out.bias.data += random.random() + numpy.random.rand()"
    own = write(network(init=drawing, top="import random; random.seed(3)"))
    assert same(first_weights(own, digits, 1), first_weights(own, digits, 1))
    assert not same(first_weights(own, digits, 1), first_weights(own, digits, 2))


@pytest.mark.parametrize("seed", [0, 5])
def test_a_class_that_seeds_itself_is_told_and_what_is_drawn_later_follows_the_seed(
    write: Write,
    digits: Dataset,
    capsys: pytest.CaptureFixture[str],
    seed: int,
) -> None:
    own = write(network(init="torch.manual_seed(7); self.out = nn.Linear(20, 10)"))
    Run(config_of(own, seed=seed), digits, code=named_code(own))
    assert torch.initial_seed() == seed
    assert "the same for every seed" in capsys.readouterr().out


@pytest.mark.parametrize("seeding", ["torch.manual_seed(0)", "torch.manual_seed(5)"])
def test_distortions_follow_the_seed_although_the_forward_pass_seeds_torch(
    write: Write,
    digits: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    seeding: str,
) -> None:
    """Also where the run has the very seed that the file gives."""
    drawn: list[torch.Tensor] = []
    from engine.training import step

    before = step.augment

    def watched(images: torch.Tensor, config: object) -> torch.Tensor:
        drawn.append(before(torch.ones_like(images), config))  # type: ignore[arg-type]
        return drawn[-1]

    monkeypatch.setattr(step, "augment", watched)
    own = write(network(forward=seeding))
    list(train(Run(config_of(own, seed=0, noise=0.5, epochs=1), digits, code=named_code(own))))
    assert len(drawn) == 4
    assert not any(torch.equal(one, other) for i, one in enumerate(drawn[1:]) for other in drawn[i + 2 :])
    assert "seeds torch while it trains" in capsys.readouterr().out


# ------------------------------------------------------------------- patches

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
    engine.worker.inspector._kept = None
    assert engine.tell(Evaluate(run="1")) == before  # between two steps
    assert isinstance(engine.tell(DescribeModel(config=config_of("mlp"))), ModelDescribed)
    assert engine.finish().state == "finished"
    assert isinstance(engine.tell(Evaluate(run="2")), Evaluated)  # the network that was kept, and then a loaded one
    engine.worker.inspector._kept = None
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


# ---------------------------------------------------------------- exceptions


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "GeneratorExit", "Own", "SystemExit(3)", "CancelledError"])
@pytest.mark.parametrize("where", ["top", "init", "forward"])
def test_no_exception_of_a_network_ends_the_engine(engine: Engine, write: Write, error: str, where: str) -> None:
    raising = f"from asyncio import CancelledError\nclass Own(BaseException): pass\nraise {error}".replace(
        "\n", ";" if where == "" else "\n"
    )
    own = write(network(**{where: raising}))
    reason = engine.refused(StartRun(config=config_of(own)))
    assert error.partition("(")[0] in reason
    assert "net.py:Net" in reason
    engine.done(StartRun(config=config_of("seed-cnn")))
    engine.done(Stop())


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "GeneratorExit"])
def test_what_is_raised_in_training_ends_the_run_alone(engine: Engine, write: Write, error: str) -> None:
    engine.done(StartRun(config=config_of(write(network(forward=f"if self.training: raise {error}")))))
    ended = engine.finish()
    assert ended.state == "failed"
    assert error in ended.reason
    engine.done(StartRun(config=config_of("seed-cnn")))
    assert engine.finish().state == "finished"


def test_a_process_that_a_network_forks_does_not_go_on_as_a_second_engine(write: Write) -> None:
    code = named_code(write(network()))
    with isolation.inside(code):
        child = os.fork()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_code_that_was_not_looked_at_is_looked_at_before_it_runs_beside_a_run(
    engine: Engine,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine.done(StartRun(config=config_of(write(network()))))
    assert engine.finish().state == "finished"
    fresh = Engine(engine.checkpoints)
    fresh.worker.loader.load("")
    assert isinstance(fresh.tell(Evaluate(run="1")), Evaluated)  # nothing trains: at once
    fresh.done(StartRun(config=config_of("seed-cnn")))
    fresh.worker.inspector._kept = None
    answers: list[object] = []
    fresh.worker.carry_out(Evaluate(run="1"), answers.append)
    assert answers == []
    assert isinstance(fresh.tell(Evaluate(run="1")), Evaluated)
    fresh.done(Stop())


def test_the_rate_finder_is_within_the_same_walls(engine: Engine, write: Write) -> None:
    before = values()
    own = write(network(forward="torch.set_default_dtype(torch.float64) if self.training else None"))
    engine.done(FindRate(config=config_of(own), new=True))
    while engine.worker.jobs.finding is not None:
        engine.worker.jobs.advance()
        assert values() == before
    engine.done(FindRate(config=config_of(write(network(forward="if self.training: raise KeyboardInterrupt")))))
    while engine.worker.jobs.finding is not None:
        engine.worker.jobs.advance()
    assert "KeyboardInterrupt" in engine.sink.of(RatesTried)[-1].problem
