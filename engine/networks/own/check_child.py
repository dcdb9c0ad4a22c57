"""python -m engine.networks.own.check_child FD: check a user's own network, and write to FD what it is.

Started by `engine/networks/own/check.py`.
"""

import contextlib
import faulthandler
import gc
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import torch
from torch import nn
from torch.utils import flop_counter

from engine.machine.process_settings import seed_all
from engine.networks.build import make_own
from engine.networks.own.check import CheckResult, Found, Question, Stage
from engine.networks.own.code import Code, NetworkError
from engine.networks.own.isolation import inside, isolation_of
from engine.networks.own.load import check_network, load_class, told
from engine.networks.own.unregistered_parameters import hidden_weights
from engine.networks.summary import count_and_describe
from engine.vocabulary.config import ConfigError

SEEDS = (0x5EED, 0xC0FFEE)  # two that no file will have chosen


def main() -> None:
    answer = int(sys.argv[1])
    os.set_inheritable(answer, False)
    question = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Question)
    bound(question)

    def say(line: Stage | Found) -> None:
        os.write(answer, msgspec.json.encode(line) + b"\n")

    result = check(question, lambda stage: say(Stage(stage)))
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    say(Found(result))
    os._exit(0)  # whatever threads and exit handlers there are


def check(question: Question, stage: Callable[[str], None]) -> CheckResult:
    """Return what a network is, or what is wrong with it, whatever its code raises; tell of each stage before it."""
    try:
        return describe(question, stage)
    except ConfigError as error:
        return CheckResult(problem=str(error))
    except MemoryError:
        return CheckResult(
            problem=f"{question.code.model}: takes more than the {question.memory >> 20:,} MiB of memory allowed"
        )
    except BaseException as error:
        return CheckResult(problem=f"{question.code.model}: {type(error).__name__}: {error}")


def bound(question: Question) -> None:
    """Have the system end this process where nobody else does, and before others, when memory runs out."""
    seconds = int(question.limit) + 30
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(2 * seconds)  # although the engine may have been killed meanwhile
    for limit, value in (
        (resource.RLIMIT_CPU, 2 * seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, in_use() + question.memory),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
        os.nice(5)
    faulthandler.enable()
    faulthandler.dump_traceback_later(max(0.1, question.limit - 1))  # in which line it hangs, if it does


def in_use() -> int:
    """Return the bytes that Python and torch have taken already."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    return 1 << 30


def describe(question: Question, stage: Callable[[str], None]) -> CheckResult:
    """Make the network twice, with two seeds, and look at what it is. Raises ConfigError."""
    code, config = question.code, question.config
    notes: list[str] = []
    isolation_of(code).say = notes.append
    with inside(code, loading=True):
        stage("load")
        kind = load_class(code)
        stage("make")
        models = []
        for seed in SEEDS:
            seed_all(seed)
            models.append(make_own(kind, config, code, question.classes))
        one, other = models
        stage("run")
        missed = check_network(one, code, question.classes)
        notes += missed
        found = seed_notes(one, other, code)
        check_state(one, other, code)
        with inside(code), told(code, "fails on an image"), quick_counter():
            network = count_and_describe(one, config)
        del other, models
        gc.collect()
        stage("train")
        with inside(code):
            found += training_notes(one, code, question.classes, told_already=bool(missed))
    return CheckResult(described=msgspec.structs.replace(network, notes=[*notes, *found]), found=tuple(found))


@contextlib.contextmanager
def quick_counter() -> Iterator[None]:
    """Count operations without torch's compiler, which torch imports for its counter alone (2 s), to leave it out."""
    mode = flop_counter._FlopCounterMode
    wrapped = mode.__torch_dispatch__
    setattr(mode, "__torch_dispatch__", getattr(wrapped, "__wrapped__", wrapped))  # noqa: B010
    try:
        yield
    finally:
        setattr(mode, "__torch_dispatch__", wrapped)  # noqa: B010


def seed_notes(one: nn.Module, other: nn.Module, code: Code) -> list[str]:
    weights = list(zip(one.parameters(), other.parameters(), strict=False))
    if all(torch.equal(first, second) for first, second in weights):
        return [
            f"{code.model}: starts with the same weights for every seed, as it seeds torch itself or has no random"
            " weights; runs with several seeds then differ only in the order of images, and say little about chance"
        ]
    return []


def check_state(one: nn.Module, other: nn.Module, code: Code) -> None:
    """Raise NetworkError for a network that another one cannot take over from its state, as a checkpoint does."""
    with told(code, "its state cannot be loaded into a network of the same class"):
        other.load_state_dict(one.state_dict())
    lost = [
        name
        for (name, first), (_, second) in zip(one.named_parameters(), other.named_parameters(), strict=False)
        if not torch.equal(first.detach().nan_to_num(), second.detach().nan_to_num())
    ]
    if lost:
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        raise NetworkError(
            f"{code.model}: its state_dict() does not hold {', '.join(lost[:3])}{more}, or load_state_dict() does not"
            " take it: a checkpoint would lose what was learned; do not override these two methods"
        )


def training_notes(model: nn.Module, code: Code, classes: int, *, told_already: bool) -> list[str]:
    """Take the loss of two images, and go backward from it; what fails is told, and the run would fail by it."""
    try:
        with told(code, "fails in training on two images"):
            model.train()
            loss = nn.functional.cross_entropy(
                model(torch.rand(2, 1, 28, 28)), torch.tensor([classes // 3, classes - 2])
            )
            hidden = hidden_weights(model, loss)
            loss.backward()  # type: ignore[no-untyped-call]
    except NetworkError as error:
        return [str(error)]
    if not hidden or told_already:
        return []
    return [
        f"{code.model}: uses {hidden:,} trainable values that are not among its parameters and are not trained; make"
        " layers attributes of the module"
    ]


if __name__ == "__main__":
    main()
