"""The training loop. It reads from top to bottom.

`train(run)` is a generator of events: to pause is not to ask for the next one, to stop is to close it, and it
yields only between two steps, so that a run can be steered, saved or asked for a prediction whenever it does.
"""

import hashlib
import math
import time
from collections.abc import Generator

import torch
from torch.nn import functional as F

from engine.evaluate import evaluate
from engine.memory import fitting_batch, is_out_of_memory
from engine.messages import STEP_POINTS, CheckpointSaved, EpochDone, RunEnded, RunStarted, StepsDone, coarsen
from engine.models import count_parameters
from engine.precision import logits_of
from engine.run import Run

REPORT_EVERY = 0.1  # seconds between two readings of the losses, each of which waits for the device


class TrainingFailed(Exception):
    """Training cannot go on; the message says at which step and why."""


def order_of(images: int, seed: int, epoch: int) -> torch.Tensor:
    """Return the permutation [images] of an epoch: a function of seed and epoch alone, so that a resumed run
    repeats no image and skips none."""
    digest = hashlib.sha256(f"{seed}/{epoch}".encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
    return torch.randperm(images, generator=generator)


def train(run: Run) -> Generator[RunStarted | StepsDone | EpochDone | CheckpointSaved | RunEnded, None, None]:
    """Train until `run.config.epochs` are done.

    Raises TrainingFailed when the loss is no longer a number or memory runs out, and OSError when the run cannot be
    saved; `train(run)` then goes on where it was.
    """
    run.model.train()
    yield started(run)

    while run.epoch < run.config.epochs:
        order = order_of(len(run.data.train_labels), run.config.seed, run.epoch).to(run.device)
        batches = torch.split(order, run.config.batch_size)
        report = Report(run)
        while run.batch < len(batches):
            batch = batches[run.batch]
            loss = take_step(run, batch)
            run.batch += 1
            run.step += 1
            if report.add(loss, len(batch)):
                yield report.event()
                report.begin()
        if report.pending:
            yield report.event()

        yield finish_epoch(run)
        if run.folder is not None:
            yield run.save()
    yield RunEnded(run=run.name, step=run.step, time=time.time(), state="finished")


def take_step(run: Run, batch: torch.Tensor) -> torch.Tensor:
    """Train on the images of a batch of indices [b]; return its mean loss, on the device. Raises TrainingFailed."""
    try:
        actual = run.data.train_labels[batch]
        run.optimizer.zero_grad(set_to_none=True)
        logits = logits_of(run.model, run.data.train_images[batch], run.precision)
        loss = F.cross_entropy(logits, actual, label_smoothing=run.config.label_smoothing)
        loss.backward()  # type: ignore[no-untyped-call]
        run.optimizer.param_groups[0]["lr"] = run.lr
        run.optimizer.step()
        # Sums stay on the device: reading one here would wait for the device at every step.
        loss = loss.detach()
        run.loss_sum += loss * len(batch)
        run.right += (logits.detach().argmax(1) == actual).sum()
        return loss
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
    fitting = fitting_batch(run)  # out of the handler: the error holds on to the memory of the failed step
    size = run.config.batch_size
    remedy = f"{fitting} would fit" if fitting else "not even one image fits; free some memory"
    raise TrainingFailed(f"no memory for a batch of {size} on {run.device} at step {run.step + 1}; {remedy}")


def started(run: Run) -> RunStarted:
    return RunStarted(
        run=run.name,
        time=time.time(),
        config=run.config,
        device=str(run.device),
        parameters=count_parameters(run.model),
        train_images=len(run.data.train_labels),
        test_images=len(run.data.test_labels),
        sample=run.data.sample,
        steps_per_epoch=run.steps_per_epoch,
        step=run.step,
        epoch=run.epoch,
    )


def finish_epoch(run: Run) -> EpochDone:
    """Test the network, report the epoch and begin the next. Raises TrainingFailed."""
    began = time.perf_counter()
    test = evaluate(run.model, run.data.test_images, run.data.test_labels)
    if not math.isfinite(test.loss):
        raise TrainingFailed(
            f"the test loss became {test.loss} after step {run.step} with learning rate {run.lr:g};"
            " start again with a lower one"
        )
    count = len(run.data.train_labels)
    run.epoch += 1
    event = EpochDone(
        run=run.name,
        epoch=run.epoch,
        step=run.step,
        train_loss=run.loss_sum.item() / count,
        train_accuracy=run.right.item() / count,
        test_loss=test.loss,
        test_accuracy=test.accuracy,
        seconds=run.seconds,
        test_seconds=time.perf_counter() - began,
        lr=run.optimizer.param_groups[0]["lr"],
        confusion=test.confusion,
    )
    run.batch, run.seconds = 0, 0.0
    run.loss_sum.zero_()
    run.right.zero_()
    return event


class Report:
    """Losses of the last steps, on the device until they are read."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.begin()

    def begin(self) -> None:
        """Start an interval. What the reader of the events did in between, a pause say, is not training time."""
        self.pending: list[torch.Tensor] = []
        self.images = 0
        self.since = time.perf_counter()

    def add(self, loss: torch.Tensor, images: int) -> bool:
        """Take a step's loss; True when it is time to report."""
        self.pending.append(loss)
        self.images += images
        return time.perf_counter() - self.since >= REPORT_EVERY

    def event(self) -> StepsDone:
        losses = torch.stack(self.pending).tolist()
        for offset, loss in enumerate(losses):
            if not math.isfinite(loss):
                step = self.run.step - len(losses) + offset + 1
                raise TrainingFailed(
                    f"the loss became {loss} at step {step} with learning rate {self.run.lr:g};"
                    " start again with a lower one"
                )
        seconds = time.perf_counter() - self.since
        self.run.seconds += seconds
        stride = math.ceil(len(losses) / STEP_POINTS)
        return StepsDone(
            run=self.run.name,
            step=self.run.step,
            epoch=self.run.epoch,
            stride=stride,
            losses=[round(loss, 6) for loss in coarsen([(1, loss) for loss in losses], stride)],
            images_per_s=round(self.images / seconds, 1),
            steps=len(losses),
        )
