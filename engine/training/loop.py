"""The training loop. It reads from top to bottom.

`train(run)` is a generator of events: to pause is not to ask for the next one, to stop is to close it, and it
yields only between two steps, so that a run can be steered, saved or asked for a prediction whenever it does.
"""

import math
import time
from collections.abc import Generator

import msgspec
import torch

from engine.machine.activity import ACTIVITY, STEP
from engine.networks.build import count_parameters
from engine.networks.own.isolation import isolated
from engine.training.diagnostics import ReluWatch, input_share
from engine.training.evaluation import evaluate
from engine.training.reseeding import ReseedGuard
from engine.training.run import Run, seed_of
from engine.training.step import Steps, TrainingFailed
from engine.training.validation import validated
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import (
    STEP_POINTS,
    CheckpointSaved,
    EpochDone,
    GraphsRefused,
    NetworkCompiled,
    RunEnded,
    RunEvent,
    RunStarted,
    StepsDone,
    ThreadsChanged,
    coarsen,
)

REPORT_EVERY = 0.1  # seconds between two readings of the losses, each of which waits for the device


def order_of(images: int, seed: int, epoch: int) -> torch.Tensor:
    """Return the permutation [images] of an epoch: a function of seed and epoch alone, so that a resumed run
    repeats no image and skips none."""
    return torch.randperm(images, generator=torch.Generator().manual_seed(seed_of(seed, epoch)))


def train(run: Run) -> Generator[RunEvent, None, None]:
    """Train until `run.config.epochs` are done.

    Raises TrainingFailed when the loss is no longer a number or memory runs out, and OSError when the run cannot be
    saved; `train(run)` then goes on where it was.
    """
    if run.config.threads:
        run.threads.begin_with(run.config.threads)
    yield started(run)
    events = train_epochs(run)
    with run.threads:
        for event in events if run.code is None else isolated(run.code, events):
            yield event
            # A network is compiled for a number of threads.
            fixed = run.config.threads or (run.threads.count if run.config.compile == "on" else 0)
            if isinstance(event, StepsDone) and run.threads.adapt(fixed):
                yield threads_changed(run)
    yield RunEnded(run=run.name, step=run.step, time=time.time(), state="finished", reason=reason_of_end(run))


def train_epochs(
    run: Run,
) -> Generator[StepsDone | EpochDone | CheckpointSaved | GraphsRefused | NetworkCompiled, None, None]:
    """Train the epochs that are left."""
    run.network.train()
    take_step = Steps(run)
    reseed_guard = ReseedGuard(run) if run.code is not None else None
    run.agree()
    while run.epoch < run.config.epochs and not run.out_of_patience:
        order = order_of(run.images, run.config.seed, run.epoch).to(run.device)
        order = order if run.kept is None else run.kept[order]
        batches = torch.split(order, run.batch_sizes)
        report = Report(run, take_step)
        while run.batch < len(batches):
            if told := take_step.compile():
                yield told
                report.begin()
            batch = batches[run.batch]
            ACTIVITY.begin(STEP)
            result = take_step(batch)
            run.batch += 1
            run.step += 1
            if reseed_guard is not None:
                reseed_guard.after_step()
            if report.add(result, len(batch)):
                yield report.event()
                if problem := take_step.untold_problem():
                    yield GraphsRefused(run=run.name, step=run.step, reason=problem)
                report.begin()
        if report.pending:
            yield report.event()
        if problem := take_step.untold_problem():
            yield GraphsRefused(run=run.name, step=run.step, reason=problem)

        ACTIVITY.begin("testing the network")
        yield finish_epoch(run)
        if run.folder is not None:
            yield run.save()
        run.agree()


def reason_of_end(run: Run) -> str:
    """Return why a run ended before its last epoch, "" when it did not."""
    if run.epoch >= run.config.epochs or not run.out_of_patience:
        return ""
    return (
        f"validation accuracy not better than {100 * run.best.accuracy:.2f} % of epoch {run.best.epoch} for"
        f" {counted(run.epoch - run.best.epoch, 'epoch')}"
    )


def started(run: Run) -> RunStarted:
    return RunStarted(
        run=run.name,
        time=time.time(),
        config=run.config,
        device=str(run.device),
        parameters=count_parameters(run.model),
        train_images=run.images,
        test_images=len(run.data.test_labels),
        sample=run.data.sample,
        steps_per_epoch=run.steps_per_epoch,
        step=run.step,
        epoch=run.epoch,
        threads=run.threads.count if run.device.type == "cpu" else 0,
        most_threads=run.threads.most if run.device.type == "cpu" else 0,
        check=run.data.check,
        classes=run.data.classes,
        **msgspec.structs.asdict(run.origin),
    )


def threads_changed(run: Run) -> ThreadsChanged:
    return ThreadsChanged(
        run=run.name,
        step=run.step,
        threads=run.threads.count,
        most_threads=run.threads.most,
        busy=not run.config.threads and run.threads.count < run.threads.most,
    )


def finish_epoch(run: Run) -> EpochDone:
    """Test the network, report the epoch and begin the next. Raises TrainingFailed."""
    began = time.perf_counter()
    tested = len(run.data.test_labels) if run.group.rank == 0 else 1  # the figures of the others go nowhere
    relus = ReluWatch()
    see = run.observer.see_test if run.observer is not None else None
    test = evaluate(run.tested, run.data.test_images[:tested], run.data.test_labels[:tested], relus, see)
    validation = temperature = None
    if len(run.held_out) and run.group.rank == 0:
        images, labels = run.data.train_images[run.held_out], run.data.train_labels[run.held_out]
        validation, temperature = validated(run.tested, images, labels)
    if not math.isfinite(test.loss):
        raise TrainingFailed(
            f"the test loss became {test.loss} after step {run.step} with learning rate {run.lr_of(run.step - 1):g};"
            " start again with a lower one"
        )
    run.epoch += 1
    run.temperature = temperature
    if run.observer is not None:
        run.observer.end_epoch(run.epoch)
    if validation is not None:
        run.best = run.best.after(run.epoch, validation.accuracy, validation.loss)
    train_loss = run.loss_sum / run.images
    if run.config.schedule == "plateau":
        run.plateau = run.plateau.after(train_loss if validation is None else validation.loss, run.config)
    event = EpochDone(
        run=run.name,
        epoch=run.epoch,
        step=run.step,
        train_loss=train_loss,
        train_accuracy=run.right / run.images,
        test_loss=test.loss,
        test_accuracy=test.accuracy,
        seconds=run.seconds,
        test_seconds=time.perf_counter() - began,
        lr=float(run.optimizer.param_groups[0]["lr"]),
        confusion=test.confusion,
        validation_loss=None if validation is None else validation.loss,
        validation_accuracy=None if validation is None else validation.accuracy,
        dead=relus.dead,
        input_share=input_share(run),
        lr_share=run.plateau.share,
        temperature=temperature,
    )
    run.batch, run.seconds, run.input_seconds = 0, 0.0, 0.0
    run.loss_sum, run.right = 0.0, 0
    return event


class Report:
    """Losses and right predictions of the last steps, on the device until they are read."""

    def __init__(self, run: Run, steps: Steps) -> None:
        self.run = run
        self.steps = steps
        self.alone = run.group.size == 1
        # Steps to ask for before a device that queues them is waited for: a pause would wait for all of them. Several
        # processes go by this number alone, as they have clocks of their own.
        self.most = math.inf if run.device.type == "cpu" and self.alone else 100
        self.begin()

    def begin(self) -> None:
        """Start an interval. What the reader of the events did in between, a pause say, is not training time."""
        self.pending: list[torch.Tensor] = []
        self.sizes: list[int] = []
        self.most = self.run.agree(self.most)
        self.since = time.perf_counter()

    def add(self, result: torch.Tensor, images: int) -> bool:
        """Take a step's loss and right predictions [2]; True when it is time to report."""
        self.pending.append(result)
        self.sizes.append(images)
        late = self.alone and time.perf_counter() - self.since >= REPORT_EVERY
        return late or len(self.pending) >= self.most

    def event(self) -> StepsDone:
        losses, right = zip(*self.run.collect(torch.stack(self.pending), self.sizes), strict=True)
        for offset, loss in enumerate(losses):
            if not math.isfinite(loss):
                step = self.run.step - len(losses) + offset + 1
                raise TrainingFailed(
                    f"the loss became {loss} at step {step} with learning rate {self.run.lr_of(step - 1):g};"
                    " start again with a lower one"
                )
        norm = self.steps.gradients.total_norm()  # once a report: a tenth of a percent of its time, and less
        seconds = time.perf_counter() - self.since
        self.run.seconds += seconds
        if self.most < math.inf:
            self.most = max(10, REPORT_EVERY * len(losses) / seconds)
        stride = math.ceil(len(losses) / STEP_POINTS)
        shares = [min(1.0, max(0.0, count / images)) for count, images in zip(right, self.sizes, strict=True)]
        return StepsDone(
            run=self.run.name,
            step=self.run.step,
            epoch=self.run.epoch,
            stride=stride,
            losses=[round(loss, 6) for loss in coarsen([(1, loss) for loss in losses], stride)],
            accuracies=[round(share, 5) for share in coarsen([(1, share) for share in shares], stride)],
            grad_norms=[] if norm is None else [(self.run.step, float(f"{norm:.5g}"))],
            images_per_s=round(sum(self.sizes) / seconds, 1),
            steps=len(losses),
        )
