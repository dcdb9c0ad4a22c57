"""Several processes that train one network: torch.distributed, started by torchrun.

Rank 0 is the engine, with socket, log and checkpoints; the others follow it (`engine/training/worker_rank.py`). Each
takes its share of every batch, and the gradients are averaged by torch's DistributedDataParallel
(https://docs.pytorch.org/docs/stable/notes/ddp.html). What rank 0 decides goes to the others where all of them meet:
when a run begins, before each stretch of steps, and when it ends.
"""

import contextlib
import hashlib
import socket
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.rendezvous import rendezvous

from engine.machine.torchrun import rank, rendezvous_folder, restarts, world_size
from engine.storage.runs.checkpoint import brief
from engine.vocabulary.config import ConfigError, RunConfig

LONGEST_ANSWER = 8192  # bytes
GATHERING = timedelta(minutes=10)  # for all to be there
PATIENCE = timedelta(days=365)  # a paused run keeps the others waiting; one that is lost is noticed at once


class GroupBroken(Exception):
    """A process of the group is lost, or has failed: all of them have to start again, from the last checkpoint."""


class NotBuilt(ConfigError):
    """Another process of the group cannot train a run; the message names it and its reason."""


class RunOver(Exception):
    """Rank 0 has ended the run."""


class Begin(msgspec.Struct, tag=True, frozen=True):
    """Train this, on that data; `state` is a checkpoint to continue from, or empty.

    `folder` is the run's: a user's own network is read there, and no code is ever sent.
    """

    config: RunConfig
    data_path: str
    fingerprint: str
    state: bytes
    folder: str = ""


class Stretch(msgspec.Struct, tag=True, frozen=True):
    """Take so many steps with this configuration, which may have been steered, and with this share of its learning
    rate; 0: none yet."""

    config: RunConfig
    steps: int
    share: float


class End(msgspec.Struct, tag=True, frozen=True):
    """The run is over."""


class Leave(msgspec.Struct, tag=True, frozen=True):
    """The engine ends."""


Order = Begin | Stretch | End | Leave


class Built(msgspec.Struct, frozen=True):
    """What each process answers to Begin: why it cannot train that ("": it can), and a digest of the network it has."""

    reason: str
    host: str
    network: str


class ProcessGroup:
    """The processes that train a network; of this kind there is one, which has nobody to agree with."""

    rank, size = 0, 1

    def wrap(self, model: nn.Module) -> nn.Module:
        """Return the network to train through."""
        return model

    def share(self, batch: Tensor) -> Tensor:
        """Return this process's part of the indices of a batch."""
        return batch

    def total(self, *sums: Tensor) -> None:
        """Add up each tensor over all processes, in place."""

    def agree(self, config: RunConfig, steps: float, share: float) -> tuple[RunConfig, float, float]:
        """Return the configuration, the number of steps to take with it, and the share of its learning rate, that
        rank 0 has in mind.

        Raises RunOver in the other ranks.
        """
        return config, steps, share

    def tell(self, order: Order) -> None:
        """Tell the other processes; called by rank 0."""

    def answer(self, error: BaseException | None = None, network: str = "") -> None:
        """Tell all processes whether this one can train the run that was begun, and hear it of all others.

        `network` is a digest of what has to be the same everywhere. Does nothing where that was told already. Raises
        NotBuilt when another process cannot, but where this one itself has an `error`.
        """

    def end(self) -> None:
        """Have the others end the run, if they train one; called by rank 0."""


ALONE = ProcessGroup()


class TorchrunGroup(ProcessGroup):
    """The processes of a torchrun."""

    def __init__(self) -> None:
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        self.rank, self.size = rank(), world_size()
        self._asked = False  # whether a Begin is to be answered
        self._begun = False  # whether the others train a run, or are about to
        if rendezvous_folder():
            store = dist.FileStore(f"{rendezvous_folder()}/store-{restarts()}", self.size)  # type: ignore[attr-defined]
            store.set_timeout(GATHERING)
        else:
            store, _, _ = next(rendezvous("env://", timeout=GATHERING))
        dist.init_process_group(backend, store=store, rank=self.rank, world_size=self.size, timeout=PATIENCE)

    def wrap(self, model: nn.Module) -> nn.Module:
        with together():
            return nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=True)

    def share(self, batch: Tensor) -> Tensor:
        # None of a single image, of which batch normalisation could take no statistics: the last ones get none then.
        shares = batch.tensor_split(max(1, min(self.size, len(batch) // 2)))
        return shares[self.rank] if self.rank < len(shares) else batch[:0]

    def total(self, *sums: Tensor) -> None:
        for each in sums:
            dist.all_reduce(each)

    def agree(self, config: RunConfig, steps: float, share: float) -> tuple[RunConfig, float, float]:
        if self.rank == 0:
            self.tell(Stretch(config, int(steps), share))
            return config, int(steps), share
        order = self.receive()
        if isinstance(order, End):
            raise RunOver
        if not isinstance(order, Stretch):
            raise GroupBroken(f"rank 0 said {type(order).__name__} in the middle of a run")
        return order.config, order.steps, order.share

    def tell(self, order: Order) -> None:
        content = torch.frombuffer(bytearray(msgspec.msgpack.encode(order)), dtype=torch.uint8)
        with together():
            dist.broadcast(torch.tensor(len(content)), 0)
            dist.broadcast(content, 0)
        self._asked = isinstance(order, Begin)
        self._begun = isinstance(order, Begin) or (self._begun and not isinstance(order, End))

    def receive(self) -> Order:
        """Wait for what rank 0 says; called by the others."""
        with together():
            length = torch.tensor(0)
            dist.broadcast(length, 0)
            content = torch.empty(int(length), dtype=torch.uint8)
            dist.broadcast(content, 0)
        order: Order = msgspec.msgpack.decode(content.numpy().tobytes(), type=Order)
        self._asked = isinstance(order, Begin)
        return order

    def answer(self, error: BaseException | None = None, network: str = "") -> None:
        if not self._asked:
            return
        self._asked = False
        answers = self._exchange(Built(reason_of(error), socket.gethostname()[:100], network))
        failed = next((each for each in answers if each.reason), None)
        if failed is None and any(each.network != answers[0].network for each in answers):
            failed = msgspec.structs.replace(answers[-1], reason="it has a different network from the first process")
        if failed is None:
            return
        self._begun = False
        if error is None:
            number = answers.index(failed) if failed in answers else self.size - 1
            raise NotBuilt(f"process {number + 1} of {self.size} (on {failed.host}) cannot train this: {failed.reason}")

    def _exchange(self, mine: Built) -> list[Built]:
        """Return the answers of all processes, by rank."""
        content = torch.frombuffer(bytearray(msgspec.json.encode(mine).ljust(LONGEST_ANSWER)), dtype=torch.uint8)
        all_of_them = [torch.empty_like(content) for _ in range(self.size)]
        with together():
            dist.all_gather(all_of_them, content)
        return [msgspec.json.decode(each.numpy().tobytes(), type=Built) for each in all_of_them]

    def end(self) -> None:
        if self._begun:
            self.tell(End())


@contextlib.contextmanager
def together() -> Iterator[None]:
    """What fails while all processes meet, fails because one is lost."""
    try:
        yield
    except RuntimeError as error:
        raise GroupBroken(f"a process of the group is lost: {brief(error)}") from error


def reason_of(error: BaseException | None) -> str:
    """Return in a line why a run cannot be built, "" for no error."""
    if error is None:
        return ""
    named = str(error) if isinstance(error, ConfigError | ValueError) else f"{type(error).__name__}: {error}"
    return (next(iter(named.splitlines()), "") or type(error).__name__)[:1000]


def digest_of(model: nn.Module) -> str:
    """Return what tells a network apart from others by its parameters and buffers, whatever their values."""
    parts = [f"{name} {tuple(each.shape)} {each.dtype} {each.requires_grad}" for name, each in all_tensors(model)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def all_tensors(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    yield from model.named_parameters()
    yield from model.named_buffers()


def join() -> ProcessGroup:
    """Return the group that torchrun has made this process a part of, once all are there."""
    return TorchrunGroup() if world_size() > 1 else ALONE
