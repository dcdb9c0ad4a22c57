"""Events of a run, from its start to its end: they are its log, too."""

import typing

import msgspec

from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.messages.base import (
    DIGITS,
    STEP_POINTS,
    Classes,
    Confusion,
    Count,
    Event,
    Loss,
    Positive,
    Seconds,
    Share,
    Size,
    Text,
)
from engine.vocabulary.messages.data_facts import DataCheck
from engine.vocabulary.messages.machine_events import MachineMeasured


class RunStarted(Event, frozen=True):
    """A run began, or was resumed when `step` is not 0.

    `threads` of `most_threads` compute on a CPU; 0 elsewhere, and in logs of versions that did not tell. `check` is
    what was seen of its data set, `classes` the names of its labels. A fork has the name of its `parent`, and where
    that one's checkpoint was taken: its first step follows that. `queued` is the number under which the run has
    waited, 0 where it has not.
    """

    run: Text
    time: Seconds
    config: RunConfig
    device: Text
    parameters: Count
    train_images: Size
    test_images: Size
    sample: bool
    steps_per_epoch: Size
    step: Count = 0
    epoch: Count = 0
    threads: Count = 0
    most_threads: Count = 0
    check: DataCheck | None = None
    classes: Classes = DIGITS
    parent: Text = ""
    parent_epoch: Count = 0
    parent_step: Count = 0
    queued: Count = 0
    resumed: bool = False  # told of forks, which begin at a step other than 0

    @property
    def resumes(self) -> bool:
        """Whether it goes on with a run that has been in the log before; a fork begins at the step of its parent."""
        return bool(self.step) and (self.resumed or not self.parent)


class StepsDone(Event, frozen=True):
    """Training losses since the last one. `losses` are means over `stride` steps each, ending at `step`.

    Together they stand for `steps` steps, the last of them for fewer where that is no multiple of `stride`
    (0: it is one). `accuracies` are the shares of right predictions of the same batches, in as many points; empty in
    logs of versions that did not tell. `grad_norms` are (step, 2-norm of all gradients as one vector, before clipping),
    of about ten steps a second.
    """

    run: Text
    step: Count
    epoch: Count
    stride: Size
    losses: typing.Annotated[list[Loss], msgspec.Meta(max_length=STEP_POINTS)]
    images_per_s: Positive
    steps: Count = 0
    accuracies: typing.Annotated[list[Share], msgspec.Meta(max_length=STEP_POINTS)] = []
    grad_norms: typing.Annotated[list[tuple[Count, Positive]], msgspec.Meta(max_length=STEP_POINTS)] = []

    @property
    def before(self) -> int:
        """The step that these steps follow."""
        return self.step - (self.steps or self.stride * len(self.losses))

    @property
    def ends(self) -> list[int]:
        """The step with which each of the losses, and of the accuracies, ends."""
        before = self.before
        return [min(before + i * self.stride, self.step) for i in range(1, len(self.losses) + 1)]


class EpochDone(Event, frozen=True):
    """An epoch and its test. Training figures are running means over the epoch, with dropout on.

    `confusion[actual][predicted]` counts test images. `seconds` are of training, without the test. The validation
    figures are of the training images that are held out, None where there are none. `dead` is the share of units that
    no test image makes fire, `input_share` that of a step's time in which its images are made
    (engine/training/diagnostics.py), `lr_share` what plateaus have left of the learning rate. `temperature` is fitted
    to the images held out: logits divided by it give probabilities that are as sure as they are right.
    """

    run: Text
    epoch: Count
    step: Count
    train_loss: Loss
    train_accuracy: Share
    test_loss: Loss
    test_accuracy: Share
    seconds: Seconds
    test_seconds: Seconds
    lr: Positive
    confusion: Confusion
    validation_loss: Loss | None = None
    validation_accuracy: Share | None = None
    dead: Share = 0.0
    input_share: Share = 0.0
    lr_share: Share = 1.0
    temperature: Positive | None = None

    def __post_init__(self) -> None:
        lengths = {len(row) for row in self.confusion}
        if len(lengths) > 1 or any(length < len(self.confusion) for length in lengths):
            raise ValueError("the rows of the confusion matrix have another length than there are classes")


class EpochFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures after an epoch; those of validation are None where no images are held out."""

    epoch: Count
    test_loss: Loss
    test_accuracy: Share
    validation_loss: Loss | None = None
    validation_accuracy: Share | None = None


class Steered(Event, frozen=True):
    """Hyperparameters changed; `config` is what holds from `step` on."""

    run: Text
    step: Count
    changes: dict[str, Value]
    config: RunConfig


class Paused(Event, frozen=True):
    run: Text
    step: Count


class Continued(Event, frozen=True):
    run: Text
    step: Count


class ThreadsChanged(Event, frozen=True):
    """From `step` on so many threads compute, of those that the machine has; `busy` when other programs are why."""

    run: Text
    step: Count
    threads: Count
    most_threads: Count
    busy: bool = False


class GraphsRefused(Event, frozen=True):
    """On a device that has graphs, steps are taken one kernel after the other from `step` on, which is slower: `reason`
    says why."""

    run: Text
    step: Count
    reason: Text


class NetworkCompiled(Event, frozen=True):
    """From `step` on, the network that is trained is compiled, which took so many seconds; or it is not, where that was
    asked for: `reason` says why."""

    run: Text
    step: Count
    seconds: Seconds
    reason: Text = ""


class CheckpointSaved(Event, frozen=True):
    run: Text
    step: Count
    file: Text


class SavingFailed(Event, frozen=True):
    """The disk does not take the run's log or checkpoint: the run waits, in memory, until it does.

    Told anew when the reason changes; any later event of the run means that it goes on. It is in no log.
    """

    run: Text
    step: Count
    reason: Text


class RunEnded(Event, frozen=True):
    """`state` is finished, stopped or failed; `reason` says why when it failed."""

    run: Text
    step: Count
    time: Seconds
    state: Text
    reason: Text = ""


RunEvent = (
    RunStarted
    | StepsDone
    | EpochDone
    | Steered
    | Paused
    | Continued
    | ThreadsChanged
    | GraphsRefused
    | NetworkCompiled
    | MachineMeasured
    | CheckpointSaved
    | SavingFailed
    | RunEnded
)
