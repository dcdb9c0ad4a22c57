"""Settings of torch, Python and the process that the engine keeps, whatever a user's code sets.

They are read before that code runs and put back after it, so that nothing of one network reaches another.
"""

import gc
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import numpy
import torch


class Setting(NamedTuple):
    """`get` returns a value that `put` takes; two values that are equal mean the same. Either may raise."""

    name: str
    get: Callable[[], Any]
    put: Callable[[Any], object]


def torch_flag(name: str, getter: str, setter: str) -> Setting:
    return Setting(name, getattr(torch._C, getter, lambda: None), getattr(torch._C, setter, lambda value: None))


def autocast(device: str) -> tuple[Setting, Setting]:
    return (
        Setting(
            f"autocast ({device})",
            lambda: torch.is_autocast_enabled(device),
            lambda value: torch.set_autocast_enabled(device, value),
        ),
        Setting(
            f"autocast dtype ({device})",
            lambda: torch.get_autocast_dtype(device),
            lambda value: torch.set_autocast_dtype(device, value),
        ),
    )


# ------------------------------------------------------- what is more than a flag


def put_modes(depth: tuple[int, int]) -> None:
    """Leave the modes of torch that were entered and not left; a default device is one."""
    while torch._C._len_torch_function_stack() > depth[0]:
        torch._C._pop_torch_function_stack()
    while torch._C._len_torch_dispatch_stack() > depth[1]:
        torch._C._pop_torch_dispatch_stack(None)


def default_device() -> object:
    context = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)
    return None if context is None else context.device


def put_inference_mode(value: bool) -> None:
    kept_guards.append(torch._C._InferenceMode(value))  # in force as long as it is there


kept_guards: list[object] = []


def flushes_denormals() -> bool:
    return bool((torch.full((1,), 1e-40, dtype=torch.float32, device="cpu") * 1 == 0).item())


SIGNALS = [
    getattr(signal, name)
    for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGABRT", "SIGSEGV", "SIGFPE", "SIGPIPE", "SIGALRM", "SIGTERM",
                 "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGCONT", "SIGTSTP")
    if hasattr(signal, name)
]  # fmt: skip


def handlers() -> dict[int, Any]:
    return {number: signal.getsignal(number) for number in SIGNALS}


def put_handlers(before: dict[int, Any]) -> None:
    if threading.current_thread() is not threading.main_thread():
        return  # where none can have been set
    for number, handler in before.items():
        if handler is not None and signal.getsignal(number) != handler:
            signal.signal(number, handler)


def put_environment(before: dict[str, str]) -> None:
    for name in [name for name in os.environ if name not in before]:
        del os.environ[name]
    os.environ.update(before)


def umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def put_filters(before: list[Any]) -> None:
    warnings.filters[:] = before  # type: ignore[index]
    if mutated := getattr(warnings, "_filters_mutated", None):
        mutated()


def put_path(before: list[str]) -> None:
    sys.path[:] = before


def python_attribute(owner: Any, name: str) -> Setting:
    return Setting(
        f"{owner.__name__}.{name}", lambda: Same(getattr(owner, name)), lambda kept: setattr(owner, name, kept.value)
    )


class Same:
    """A value that equals only itself."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


SETTINGS = (
    Setting("the default device", default_device, torch.set_default_device),  # a mode that torch knows by name
    Setting(
        "modes of torch",
        lambda: (torch._C._len_torch_function_stack(), torch._C._len_torch_dispatch_stack()),
        put_modes,
    ),
    Setting("inference mode", torch.is_inference_mode_enabled, put_inference_mode),
    Setting("the default dtype", torch.get_default_dtype, torch.set_default_dtype),
    Setting("grad mode", torch.is_grad_enabled, torch._C._set_grad_enabled),
    Setting("the number of threads", torch.get_num_threads, torch.set_num_threads),
    Setting(
        "deterministic algorithms",
        lambda: (torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()),
        lambda value: torch._C._set_deterministic_algorithms(value[0], warn_only=value[1]),
    ),
    Setting(
        "anomaly detection",
        lambda: (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
        lambda value: torch.autograd.set_detect_anomaly(*value),
    ),
    Setting("the precision of products", torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
    Setting("flushing of denormals", flushes_denormals, torch.set_flush_denormal),
    torch_flag("cudnn", "_get_cudnn_enabled", "_set_cudnn_enabled"),
    torch_flag("cudnn.benchmark", "_get_cudnn_benchmark", "_set_cudnn_benchmark"),
    torch_flag("cudnn.deterministic", "_get_cudnn_deterministic", "_set_cudnn_deterministic"),
    torch_flag("cudnn.allow_tf32", "_get_cudnn_allow_tf32", "_set_cudnn_allow_tf32"),
    torch_flag("mkldnn", "_get_mkldnn_enabled", "_set_mkldnn_enabled"),
    torch_flag("flash attention", "_get_flash_sdp_enabled", "_set_sdp_use_flash"),
    torch_flag("memory-efficient attention", "_get_mem_efficient_sdp_enabled", "_set_sdp_use_mem_efficient"),
    torch_flag("attention by products", "_get_math_sdp_enabled", "_set_sdp_use_math"),
    Setting(
        "fast paths of attention", torch.backends.mha.get_fastpath_enabled, torch.backends.mha.set_fastpath_enabled
    ),
    *autocast("cpu"),
    *autocast("cuda"),
    Setting("the cache of autocast", torch.is_autocast_cache_enabled, torch.set_autocast_cache_enabled),
    Setting("numpy's handling of errors", numpy.geterr, lambda value: numpy.seterr(**value)),
    Setting("the working directory", os.getcwd, os.chdir),
    Setting("the environment", lambda: dict(os.environ), put_environment),
    Setting("the umask", umask, os.umask),
    Setting("sys.path", lambda: list(sys.path), put_path),
    Setting("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    Setting("the switch interval", sys.getswitchinterval, sys.setswitchinterval),
    Setting("garbage collection", gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
    Setting("its thresholds", gc.get_threshold, lambda value: gc.set_threshold(*value)),
    Setting("signal handlers", handlers, put_handlers),
    Setting("filters of warnings", lambda: list(warnings.filters), put_filters),
    *(python_attribute(sys, name) for name in ("stdin", "stdout", "stderr", "excepthook", "argv")),
    python_attribute(warnings, "showwarning"),
    python_attribute(threading, "excepthook"),
)


@contextmanager
def kept_settings() -> Iterator[list[str]]:
    """Put all settings back on leaving. Yields a list that then holds the names of those that were changed."""
    before = []
    for setting in SETTINGS:
        with suppress(Exception):  # a working directory that was deleted, a flag that this torch has not
            before.append((setting, setting.get()))
    changed: list[str] = []
    try:
        yield changed
    finally:
        for setting, value in before:
            with suppress(Exception):
                try:
                    same = bool(setting.get() == value)
                except Exception:
                    same = False
                if not same:
                    setting.put(value)
                    changed.append(setting.name)


@contextmanager
def kept_generators() -> Iterator[None]:
    """Give the global generators of torch, Python and numpy their state back: they belong to the run in progress."""
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()  # type: ignore[no-untyped-call]
    python, of_numpy = random.getstate(), numpy.random.get_state()
    with torch.random.fork_rng(devices=devices):
        try:
            yield
        finally:
            random.setstate(python)
            numpy.random.set_state(of_numpy)


def seed_all(seed: int) -> None:
    """Seed torch's, Python's and numpy's global generators."""
    torch.manual_seed(seed)
    seed_others(seed)


def seed_others(seed: int) -> None:
    random.seed(seed)
    numpy.random.seed(seed % 2**32)
