"""One training step: gather, augment, forward, backward, optimizer.

On CUDA the whole step is one graph (https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs): a network as
small as ours spends more time on the start of its kernels than in them, and a graph starts all of them with one call.
Elsewhere, and where a step cannot be captured, the same lines run one by one.
"""

import math
import time
from collections.abc import Callable
from contextlib import nullcontext

import torch
from torch import Tensor, nn

from engine.data.cache import cache_folder
from engine.machine.activity import ACTIVITY
from engine.machine.device import Graph, graphs_for
from engine.machine.process_group import GroupBroken
from engine.networks.build import as_input
from engine.networks.compiled import CompiledNetwork, CompileFailed, compile_network
from engine.storage.printing import say
from engine.storage.runs.checkpoint import brief
from engine.techniques.augmentation import augment
from engine.techniques.branch import Branch, CudaBranch, WeightsBeside
from engine.techniques.mixup import mix, mixed_loss
from engine.techniques.optimizers import set_learning_rate
from engine.techniques.precision import logits_of, products_in
from engine.training.diagnostics import Gradients, gradients_of
from engine.training.memory import fitting_batch, is_out_of_memory
from engine.training.run import Run
from engine.vocabulary.messages import NetworkCompiled

IN_LINE = Branch()
NOT_AT_ALL = "not compiled"
WARM_UP = 3  # steps before a capture: what is made at first use (moments, workspaces) must not be made within one


class TrainingFailed(Exception):
    """Training cannot go on; the message says at which step and why."""


def compiled(run: Run) -> CompiledNetwork:
    """Return a run's network, compiled for its batches. Raises CompileFailed."""
    if run.group.size > 1:
        raise CompileFailed(f"{run.group.size} processes train together")
    size = run.batch_sizes[0]
    images = as_input(run.data.train_images[:size])

    def logits(network: nn.Module) -> Tensor:
        with products_in(run.precision, run.device, run.conventions.exact):
            return logits_of(network, images, run.precision)

    return compile_network(run.model, size, logits, run.device, cache_folder() / "compiled")


def branch_for(run: Run) -> WeightsBeside | None:
    """Return where a captured step computes the gradients of weights, None for in line.

    A user's own network may have hooks, or use what a convolution returns in ways that no other does. A compiled one
    has its own gradients.
    """
    inline = run.device.type != "cuda" or run.code is not None or isinstance(run.network, CompiledNetwork)
    return None if inline else WeightsBeside(CudaBranch(run.device))


class Steps:
    """The steps of a run: one graph for each size of batch, the last of an epoch being smaller."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._problem = ""
        self.new_graph = graphs_for(run.device)
        if self.new_graph and run.group.size > 1:
            self.new_graph = None
            self._problem = f"{run.group.size} processes train together"
        self._config = run.config
        self._lr = math.nan
        self._graphs: dict[int, CapturedStep] = {}
        self._compiled_for: object = None
        self._replayed: Gradients | None = None  # where the last step was a graph, which has its own

    @property
    def gradients(self) -> Gradients:
        """Those of the last step, as long as no other is taken."""
        return self._replayed or gradients_of(self.run)

    def untold_problem(self) -> str:
        """Return, once, why the steps are no graphs on a device that has them; "" where they are."""
        problem, self._problem = self._problem, ""
        return problem

    def compile(self) -> NetworkCompiled | None:
        """Compile the network where that is asked for, and again when what it was compiled for has changed; return what
        came of it. Otherwise None."""
        run = self.run
        if run.config.compile == "off":
            return None
        wanted = run.config.dropout, run.config.dropout2d, torch.get_num_threads()
        if wanted == self._compiled_for or self._compiled_for == NOT_AT_ALL:
            return None
        ACTIVITY.begin("compiling the network")
        began = time.perf_counter()
        self._graphs.clear()
        self._compiled_for, reason = wanted, ""
        try:
            run.network = compiled(run)
        except CompileFailed as error:
            self._compiled_for, reason = NOT_AT_ALL, str(error)
            say(f"{run.name} trains without a compiled network: {reason}")
        seconds = time.perf_counter() - began
        return NetworkCompiled(run=run.name, step=run.step, seconds=round(seconds, 1), reason=reason)

    def __call__(self, batch: Tensor) -> Tensor:
        """Train on the images of a batch of indices [b]; return [2], on the device: its mean loss, and how many
        predictions were right. Raises TrainingFailed."""
        run = self.run
        if run.lr != self._lr:  # on a GPU it is a kernel
            self._lr = run.lr
            set_learning_rate(run.optimizer, run.lr)
        try:
            loss = self._captured(batch, self.new_graph) if self.new_graph else counted_step(run, batch)
            if run.average:  # its share of each step depends on the step, which no graph may do
                run.average.update(run.step + 1, run.config.ema)
            return loss
        except ValueError as error:
            if len(batch) > 1 or "more than 1 value per channel" not in str(error):
                raise
            raise TrainingFailed(
                f"Batch size (batch_size): {run.config.batch_size}, but batch normalisation needs more than one image,"
                f" at step {run.step + 1}; give 2 or more"
            ) from error
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        self._graphs.clear()
        fitting = fitting_batch(run)  # out of the handler: the error holds on to the memory of the failed step
        remedy = f"{fitting} would fit" if fitting else "not even one image fits; free some memory"
        size = f"a batch of {run.config.batch_size} on {run.device}"
        message = f"not enough memory for {size} at step {run.step + 1}; {remedy}"
        # The other processes wait for this one in the middle of the step.
        raise TrainingFailed(message) if run.group.size == 1 else GroupBroken(message)

    def _captured(self, batch: Tensor, new_graph: Callable[[], Graph]) -> Tensor:
        if self.run.config is not self._config:  # steered: a graph keeps the rates that it was captured with
            self._graphs.clear()
            self._config = self.run.config
        step = self._graphs.get(len(batch))
        if step is None:
            step = self._graphs[len(batch)] = CapturedStep(self.run, len(batch), new_graph())
        try:
            result = step(batch)
            self._replayed = step.gradients
            return result
        except CaptureFailed as error:
            self._problem = str(error)
            say(f"{self.run.name} trains without CUDA graphs: {error}")
            self.new_graph = None
            self._graphs.clear()
            self._replayed = None
            return counted_step(self.run, batch)


class CaptureFailed(Exception):
    """A step that cannot be captured; the message is torch's."""


class CapturedStep:
    """A step on batches of one size: WARM_UP times as it is, then as a graph."""

    def __init__(self, run: Run, size: int, graph: Graph) -> None:
        self.run = run
        self.graph = graph
        self.beside = branch_for(run)
        self.indices = torch.zeros(size, dtype=torch.int64, device=run.device)
        self.warm_up = WARM_UP
        self.captured = False
        self.gradients: Gradients | None = None  # in the memory of the graph

    def __call__(self, batch: Tensor) -> Tensor:
        """Raises CaptureFailed, with nothing changed."""
        self.indices.copy_(batch)
        if self.warm_up:
            self.warm_up -= 1
            return self.graph.warm_up(self._compute)
        if not self.captured:
            try:
                self.graph.capture(self._compute)
            except RuntimeError as error:
                if is_out_of_memory(error):
                    raise
                raise CaptureFailed(brief(error)) from error
            self.captured = True
            self.gradients = gradients_of(self.run)
        return self.graph.replay()

    def _compute(self) -> Tensor:
        return counted_step(self.run, self.indices, self.beside)


def train_step(run: Run, batch: Tensor) -> Tensor:
    """Train on a batch of indices [b] and return its mean loss, or this process's part of it."""
    return counted_step(run, batch)[0]


def counted_step(run: Run, batch: Tensor, beside: WeightsBeside | None = None) -> Tensor:
    """Train on a batch of indices [b] and return [2]: its mean loss and the number of right predictions, or this
    process's part of them; what can be is computed `beside` the rest.

    Nothing here waits for the device.
    """
    branch = beside.branch if beside else IN_LINE
    mine = run.group.share(batch)
    part = len(mine) / len(batch)
    mine = mine if part else batch[:2]  # with a weight of nought: every process takes part in every step
    actual = run.data.train_labels[mine]
    run.optimizer.zero_grad(set_to_none=True)
    began = time.perf_counter()
    images = augment(as_input(run.data.train_images.index_select(0, mine)), run.config)
    images, other, share = mix(images, run.config)
    run.input_seconds += time.perf_counter() - began
    label = actual if other is None or share is None else torch.where(share < 0.5, actual[other], actual)
    with products_in(run.precision, run.device, run.conventions.exact):
        with beside or nullcontext():
            logits = logits_of(run.network, images, run.precision)
        answers = logits.detach()
        right = branch.run(lambda: (answers.argmax(1) == label).sum(dtype=answers.dtype), (answers, label))
        if run.observer is not None and part:
            seen = run.observer.see_step
            branch.run(lambda: seen(mine, answers, share), (answers, mine))
        loss = mixed_loss(logits, actual, other, share, run.config.label_smoothing)
        weight = part * run.group.size  # gradients are averaged over processes, whose parts may differ by an image
        (loss if weight == 1 else loss * weight).backward()  # type: ignore[no-untyped-call]
    if beside:
        beside.join()
    run.clipped_norm = None
    if run.config.clip:
        run.clipped_norm = nn.utils.clip_grad_norm_(run.model.parameters(), run.config.clip)
    run.optimizer.step()
    loss = loss.detach() if part == 1 else loss.detach() * part
    if not part:
        return torch.stack((loss, torch.zeros_like(loss)))
    return torch.stack((loss, right))
