"""What a run thinks of each digit, taken from what it computes anyway: logits of its steps, and of its tests.

A training image is judged as the step saw it: distorted, with dropout, and by the weights of that moment. That costs
next to nothing, as the numbers are there; to test all training images after an epoch would cost a third of its time.
Their mean over epochs is what tells likely label errors (engine/insight/beliefs/label_errors.py).
"""

from pathlib import Path

import torch
from torch import Tensor

from engine.data.dataset import Dataset
from engine.insight.beliefs.belief_log import BeliefLog
from engine.insight.beliefs.quantised import FINE, FINE_LOSS, FINENESS, LEAST, LOSS_STEP, NOT_SEEN, Bytes
from engine.insight.beliefs.records import EpochBeliefs
from engine.training.run import Run

MOST_LOGITS = 25_000_000  # of training images, 100 MB on the device; where there are more, they are left out
HIGHEST = 60_000.0  # nats, in half precision


class BeliefRecorder:
    """Of a run on one device. Nothing but `end_epoch` waits for it."""

    def __init__(self, folder: Path, data: Dataset, device: torch.device, copies: bool = True) -> None:
        """Without `copies` each logits that it sees must be a tensor of their own, which nobody writes to again."""
        classes = len(data.classes)
        tested, trained = as_bytes(data.test_labels), as_bytes(data.train_labels)
        if len(trained) * classes > MOST_LOGITS:
            trained = trained[:0]
        self.log = BeliefLog(folder, classes, tested, trained)
        self._test_labels = data.test_labels[: self.log.shape.tested].to(device)
        self._train_labels = data.train_labels[: self.log.shape.trained].to(device)
        self._all_tested = len(data.test_labels)
        self._tests: list[Tensor] = []  # of the last test, after those of one that was broken off
        self._copies = copies
        self._seen: list[tuple[Tensor, Tensor]] = []  # steps of this epoch: indices [b], logits [b, C]
        # Where steps are queued they may be a graph, which can only write to the same place each time.
        queues = device.type != "cpu"
        self._steps = torch.full((self.log.shape.trained * queues, classes), torch.nan, device=device)
        self._unwritten: tuple[int, EpochBeliefs] | None = None

    def see_step(self, indices: Tensor, logits: Tensor, share: Tensor | None) -> None:
        """Take what a step made of training images: indices [b], logits [b, C]; the share [b] of each that was left
        where it was mixed with another one, which is then what the network is asked for if less than half is left."""
        if not self.log.shape.trained:
            return
        if share is not None:
            logits = logits.masked_fill((share < 0.5)[:, None], torch.nan)
        if self._steps.is_cpu:
            self._seen.append((indices, logits.clone() if self._copies else logits))
        else:
            self._steps.index_copy_(0, indices, logits)

    def see_test(self, logits: Tensor) -> None:
        """Take the logits [b, C] of the next test digits."""
        self._tests.append(logits.clone() if self._copies else logits)

    def end_epoch(self, epoch: int) -> None:
        """Take all that was seen for what the run thinks after this epoch."""
        logits = torch.cat(self._tests)[-self._all_tested :][: self.log.shape.tested].float()
        self._tests.clear()
        trained, trained_predicted = self._end_steps()
        self._unwritten = (
            epoch,
            EpochBeliefs(
                probability_codes(logits).cpu().numpy(),
                as_bytes(logits.argmax(1)),
                losses_for(logits, self._test_labels).clamp(0, HIGHEST).to(torch.float16).cpu().numpy(),
                trained.cpu().numpy(),
                as_bytes(trained_predicted),
            ),
        )

    def _end_steps(self) -> tuple[Tensor, Tensor]:
        """Return the codes of the losses [M] of this epoch's training images, and the predictions [M]."""
        if not self._steps.is_cpu:
            found = loss_codes(losses_for(self._steps, self._train_labels)), self._steps.argmax(1)
            self._steps.fill_(torch.nan)
            return found
        codes = torch.full_like(self._train_labels, NOT_SEEN, dtype=torch.uint8)
        predicted = torch.zeros_like(codes)
        if self._seen:
            indices, logits = (torch.cat(each) for each in zip(*self._seen, strict=True))
            codes[indices] = loss_codes(losses_for(logits, self._train_labels[indices]))
            predicted[indices] = logits.argmax(1).to(torch.uint8)
            self._seen.clear()
        return codes, predicted

    def write(self) -> None:
        """Write what is not yet written. Raises OSError; it may then be tried again."""
        if self._unwritten is not None:
            self.log.append(*self._unwritten)
            self._unwritten = None


def watch(run: Run, folder: Path) -> None:
    """Have a run keep what it thinks of each digit; what was kept of epochs that it trains again is dropped.

    Raises OSError.
    """
    # A user's own network, or a compiled one, may write its next answer to where the last one is.
    copies = run.code is not None or run.config.compile == "on"
    run.observer = recorder = BeliefRecorder(folder, run.data, run.device, copies)
    recorder.log.resume(run.epoch)


def losses_for(logits: Tensor, labels: Tensor) -> Tensor:
    """Return losses [N], in nats, for logits [N, C] and labels [N].

    As torch.logsumexp: on a CPU, F.cross_entropy takes ten times as long for as few classes.
    """
    return torch.logsumexp(logits, 1) - logits.gather(1, labels[:, None])[:, 0]


def probability_codes(logits: Tensor) -> Tensor:
    """Return codes uint8 [N, C] of the probabilities of logits [N, C] (engine/insight/beliefs/quantised.py)."""
    odds = torch.logit((logits - torch.logsumexp(logits, 1, keepdim=True)).exp_(), eps=LEAST)
    return (odds.abs() / FINE).log1p_().mul_(FINENESS).copysign_(odds).add_(127.5).round_().to(torch.uint8)


def loss_codes(losses: Tensor) -> Tensor:
    """Return codes uint8 [N] of losses [N]; NOT_SEEN for what is no number."""
    codes = torch.log1p(losses.clamp(min=0) / FINE_LOSS).div_(LOSS_STEP).round_().clamp_(max=NOT_SEEN - 1)
    return codes.nan_to_num_(NOT_SEEN).to(torch.uint8)


def as_bytes(labels: Tensor) -> Bytes:
    found: Bytes = labels.to(torch.uint8).cpu().numpy()
    return found
