"""What to say when memory runs out: which batch size would fit. Also gives memory back to the system."""

import contextlib
import ctypes
import gc

import torch
from torch.nn import functional as F

from engine.networks.build import as_input
from engine.techniques.augmentation import augment
from engine.techniques.precision import logits_of
from engine.training.run import Run
from engine.vocabulary.batches import batch_sizes

# The CPU's allocator has no class of its own, and oneDNN, which compiles its kernels at their first use, has no words.
CPU_WORDS = ("DefaultCPUAllocator", "bad allocation", "could not create a primitive")


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error means that the device, or this machine, has no memory left."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in CPU_WORDS)


def give_back() -> None:
    """Return to the system what a run needs no longer: glibc and torch keep it, which is gigabytes after a large
    network."""
    gc.collect()  # a run and its events know each other
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
    with contextlib.suppress(OSError, AttributeError):  # where another libc is
        ctypes.CDLL(None).malloc_trim(0)


def fitting_batch(run: Run) -> int:
    """Return the largest halving of the run's batch size that a step has memory for, 0 when none has.

    Tries it: weights stay, gradients are dropped, the generator of dropout moves on.
    """
    size = run.config.batch_size // 2
    while size:
        if _fits(run, max(batch_sizes(run.images, size, run.conventions.joined))):
            return size
        size //= 2
    return 0


def _fits(run: Run, size: int) -> bool:
    try:
        images = augment(as_input(run.data.train_images[:size]), run.config)
        logits = logits_of(run.model, images, run.precision)
        F.cross_entropy(logits, run.data.train_labels[:size]).backward()  # type: ignore[no-untyped-call]
    except (RuntimeError, MemoryError):  # whatever the kernels call it when they have no room
        return False
    finally:
        run.optimizer.zero_grad(set_to_none=True)
        if run.device.type == "cuda":
            torch.cuda.empty_cache()
    return True
