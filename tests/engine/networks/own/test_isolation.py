"""A user's own network changes nothing for others: neither what it sets nor what it raises reaches them."""

import contextlib
import os

import pytest
import torch

from engine.data.dataset import Dataset
from engine.machine.process_settings import SETTINGS, kept_settings
from engine.networks.own import isolation
from engine.networks.own.code import named_code
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.messages import (
    DescribeModel,
    Evaluate,
    Evaluated,
    FindRate,
    RatesTried,
    StartRun,
    Stop,
)
from tests.engine.networks.own.written import Write, build, config_of, network, same_weights
from tests.engine.server.worker.driven_worker import Engine


def trained(config: object, digits: Dataset) -> list[torch.Tensor]:
    run = Run(config, digits, code=named_code(config.model))  # type: ignore[arg-type, attr-defined]
    list(train(run))
    return [each.detach().clone() for each in run.model.parameters()]


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
    assert same_weights(trained(config_of(write(network(top=line))), digits), PLAIN)
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

    assert same_weights(weights(asks=False), weights(asks=True))


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
    fresh.worker.inspector.runs._kept = None
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
