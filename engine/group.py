"""Several processes that train one network: torch.distributed, started by torchrun.

Rank 0 is the engine, with socket, log and checkpoints; the others follow it (`engine/follower.py`). Each takes its
share of every batch, and the gradients are averaged by torch's DistributedDataParallel
(https://docs.pytorch.org/docs/stable/notes/ddp.html). What rank 0 decides goes to the others where all of them meet:
when a run begins, before each stretch of steps, and when it ends.
"""

from datetime import timedelta

import msgspec
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.rendezvous import rendezvous

from engine.config import RunConfig
from engine.torchrun import meeting, rank, restarts, world_size

GATHERING = timedelta(minutes=10)  # for all to be there
PATIENCE = timedelta(days=365)  # a paused run keeps the others waiting; one that is lost is noticed at once


class GroupBroken(Exception):
    """A process of the group is lost, or has failed: all of them have to start again, from the last checkpoint."""


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


class Alone:
    """One process: there is nobody to agree with."""

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


ALONE = Alone()


class Group(Alone):
    """The processes of a torchrun."""

    def __init__(self) -> None:
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        self.rank, self.size = rank(), world_size()
        if meeting():
            store = dist.FileStore(f"{meeting()}/store-{restarts()}", self.size)  # type: ignore[attr-defined]
            store.set_timeout(GATHERING)
        else:
            store, _, _ = next(rendezvous("env://", timeout=GATHERING))
        dist.init_process_group(backend, store=store, rank=self.rank, world_size=self.size, timeout=PATIENCE)

    def wrap(self, model: nn.Module) -> nn.Module:
        return nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=True)

    def share(self, batch: Tensor) -> Tensor:
        return batch.tensor_split(self.size)[self.rank]

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
        dist.broadcast(torch.tensor(len(content)), 0)
        dist.broadcast(content, 0)

    def receive(self) -> Order:
        """Wait for what rank 0 says; called by the others."""
        length = torch.tensor(0)
        dist.broadcast(length, 0)
        content = torch.empty(int(length), dtype=torch.uint8)
        dist.broadcast(content, 0)
        order: Order = msgspec.msgpack.decode(content.numpy().tobytes(), type=Order)
        return order


def join() -> Alone:
    """Return the group that torchrun has made this process a part of, once all are there."""
    return Group() if world_size() > 1 else ALONE
