"""RunConfig: every hyperparameter of a run, declared once.

The form, the command-line options, the messages for bad values and `run.json` all derive from the fields here.
To add a hyperparameter, add one line to RunConfig.
"""

import difflib
import typing
from collections.abc import Mapping
from typing import Annotated

import msgspec

from engine.vocabulary.architectures import CATALOGUE, size_problem
from engine.vocabulary.fields import ConfigError, FieldInfo, Value, field

__all__ = ["FIELDS", "ConfigError", "RunConfig", "Value", "parse_values"]


class RunConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hyperparameters of one run. The defaults are the seed notebook's."""

    # A table: one field after the other, its label and help first.
    # fmt: off
    epochs: Annotated[int, field(
        "Epochs", "Passes over the training images.", "Training", unit="epochs", low=1, high=100_000, live=True)] = 10
    batch_size: Annotated[int, field(
        "Batch size", "Training images per step.", "Training", unit="images", low=1, high=60_000)] = 100
    seed: Annotated[int, field(
        "Seed", "Seeds the random generators: first weights, order of images, dropout, augmentation.",
        "Training", low=0, high=2**63 - 1)] = 0
    validation: Annotated[float, field(
        "Validation",
        "Share of each class's training images to hold out. They choose the best epoch, not the test images.",
        "Training", low=0, high=0.5)] = 0.0
    patience: Annotated[int, field(
        "Patience", "Stop after this many epochs without a better validation accuracy (0: never).",
        "Training", unit="epochs", low=0, high=100_000, live=True)] = 0
    optimizer: Annotated[str, field(
        "Optimizer", "Turns gradients into steps. nesterov is a kind of sgd, muon for hidden layers.",
        "Optimizer", choices=("adam", "adamw", "sgd", "nesterov", "rmsprop", "muon"))] = "adam"
    lr: Annotated[float, field(
        "Learning rate", "Step size of the optimizer.", "Optimizer", low=0, low_open=True, high=10, live=True)] = 1e-3
    weight_decay: Annotated[float, field(
        "Weight decay", "L2 penalty on all weights. adamw and muon instead shrink them by this times the rate.",
        "Optimizer", low=0, high=1, live=True)] = 0.0
    momentum: Annotated[float, field(
        "Momentum", "Share of the previous step to keep (sgd, nesterov), or of the previous gradients (muon).",
        "Optimizer", low=0, high=0.9999, live=True)] = 0.9
    beta1: Annotated[float, field(
        "Beta 1", "Share of the running mean of the gradient to keep at each step (adam, adamw).",
        "Optimizer", low=0, high=0.9999, live=True)] = 0.9
    beta2: Annotated[float, field(
        "Beta 2", "The same for the squared gradient (adam, adamw, rmsprop).",
        "Optimizer", low=0, high=0.999999, live=True)] = 0.999
    clip: Annotated[float, field(
        "Clipping", "Largest norm of the gradient of all weights together; a larger one is scaled down (0: no limit).",
        "Optimizer", low=0, high=1000, live=True)] = 0.0
    schedule: Annotated[str, field(
        "Schedule", "How the learning rate changes; the rate you give is its highest value.",
        "Schedule", choices=("constant", "step", "cosine", "one-cycle", "plateau"), live=True)] = "constant"
    warmup: Annotated[float, field(
        "Warm-up", "The rate first rises linearly for this long.",
        "Schedule", unit="epochs", low=0, high=1000, live=True)] = 0.0
    decay: Annotated[float, field(
        "Decay", "Factor by which step and plateau lower the rate, down to 1/250,000 of the highest.",
        "Schedule", low=0, low_open=True, high=1, live=True)] = 0.5
    decay_every: Annotated[int, field(
        "Decay every", "step: lower the rate after this many epochs; plateau: after this many without a lower loss.",
        "Schedule", unit="epochs", low=1, high=100_000, live=True)] = 3
    label_smoothing: Annotated[float, field(
        "Label smoothing", "Share of the label to spread evenly over classes; raises the training loss.",
        "Regularisation", low=0, high=0.9, live=True)] = 0.0
    mixup: Annotated[float, field(
        "Mixup", "Blend pairs of images and their labels, in shares drawn from Beta(a, a) (0: off).",
        "Regularisation", low=0, high=10, live=True)] = 0.0
    cutmix: Annotated[float, field(
        "CutMix", "Paste in a part of another image, its share drawn from Beta(a, a) (0: off).",
        "Regularisation", low=0, high=10, live=True)] = 0.0
    ema: Annotated[float, field(
        "EMA", "Test with a moving average of the weights that keeps this share at each step, less at first (0: off).",
        "Regularisation", low=0, high=0.99999)] = 0.0
    rotation: Annotated[float, field(
        "Rotation", "Rotate each training image by up to this angle, either way.",
        "Augmentation", unit="degrees", low=0, high=180, live=True)] = 0.0
    shift: Annotated[float, field(
        "Shift", "Move it by up to this distance along each axis.",
        "Augmentation", unit="pixels", low=0, high=14, live=True)] = 0.0
    scale: Annotated[float, field(
        "Scale", "Enlarge or shrink it by a factor of up to 1 + this.", "Augmentation", low=0, high=1, live=True)] = 0.0
    shear: Annotated[float, field(
        "Shear", "Slant it by up to this angle, either way.",
        "Augmentation", unit="degrees", low=0, high=60, live=True)] = 0.0
    elastic: Annotated[float, field(
        "Elastic", "Bend it by smooth random displacements of this standard deviation (after Simard 2003).",
        "Augmentation", unit="pixels", low=0, high=5, live=True)] = 0.0
    erasing: Annotated[float, field(
        "Erasing",
        "Fill a rectangle of up to this share of each image with random values; it may extend past the edge.",
        "Augmentation", low=0, high=0.5, live=True)] = 0.0
    noise: Annotated[float, field(
        "Noise", "Add Gaussian noise of this standard deviation (white is 1); the result is clipped to 0..1.",
        "Augmentation", low=0, high=1, live=True)] = 0.0
    model: Annotated[str, field(
        "Network",
        "What to train; `mnist-tui models` lists all. FILE.py:Class is your own code and runs with your rights.",
        "Network", choices=tuple(CATALOGUE), own=True)] = "seed-cnn"
    width: Annotated[float, field(
        "Width", "Multiplies the channels or units of each hidden layer, in networks that allow it.",
        "Network", low=0.25, high=8)] = 1.0
    depth: Annotated[int, field(
        "Depth", "Blocks or layers per stage, or hidden layers, in networks that allow it (0: the network's default).",
        "Network", low=0, high=32)] = 0
    dropout2d: Annotated[float, field(
        "Dropout2d", "Probability of dropping each feature map after the last convolution, in networks that use it.",
        "Network", low=0, high=0.95, live=True)] = 0.5
    dropout: Annotated[float, field(
        "Dropout", "Probability of dropping each unit before the last layer, in networks that use it.",
        "Network", low=0, high=0.95, live=True)] = 0.5
    device: Annotated[str, field(
        "Device", "auto (CUDA, else MPS, else CPU), cpu, cuda, cuda:1, mps.", "Machine")] = "auto"
    precision: Annotated[str, field(
        "Precision",
        "auto: the fastest that learns as well: tf32 or bf16 on a GPU, bf16 on some CPUs, else fp32. Tests are fp32.",
        "Machine", choices=("auto", "fp32", "tf32", "bf16"))] = "auto"
    compile: Annotated[str, field(
        "Compile",
        "on: compile the network first (torch.compile), for some minutes. For long runs on a GPU; no gain on CPUs.",
        "Machine", choices=("off", "on"))] = "off"
    processes: Annotated[int, field(
        "Processes", "Number of processes that train together (torchrun), each with its share of every batch.",
        "Machine", low=1, high=1024)] = 1
    threads: Annotated[int, field(
        "Threads", "Threads that compute on the CPU (0: one per core, fewer while other programs need them).",
        "Machine", low=0, high=1024, live=True)] = 0
    data: Annotated[str, field(
        "Data folder",
        "Folder of images or IDX files, or an .npz file (empty: the loaded data, else what is in Dataset/). Or a name:"
        " fashion, kmnist; `mnist-tui data known` lists them.",
        "Machine")] = ""
    keep_every: Annotated[int, field(
        "Keep every", "Every how many epochs to keep a separate checkpoint (0: only the last). Each has about 12"
        " bytes a parameter: 0.3 MB of seed-cnn, 134 MB of resnet18.",
        "Machine", unit="epochs", low=0, high=100_000)] = 0
    log_to: Annotated[str, field(
        "Log to",
        "Send the run live to tensorboard, mlflow=URL or trackio, several with commas between them.",
        "Machine", live=True)] = ""
    # fmt: on

    def replace(self, changes: Mapping[str, object]) -> "RunConfig":
        """Return a copy with the changes parsed and checked. Raises ConfigError on the first bad one."""
        changed = msgspec.structs.replace(self, **parse_values(changes))
        changed.check()
        return changed

    def check(self) -> None:
        """Raise ConfigError where fields that are right alone do not go together."""
        if self.patience and not self.validation:
            raise ConfigError(
                f"Patience (patience): {self.patience} waits for a better validation accuracy, but no images are held"
                " out; set Validation (validation) to 0.1, say, or patience to 0"
            )
        sizes = {name: (getattr(self, name), FIELDS[name].default) for name in ("width", "depth")}
        if problem := size_problem(self.model, sizes):
            raise ConfigError(problem)
        if self.optimizer == "nesterov" and not self.momentum:
            raise ConfigError(
                "Momentum (momentum): 0, but nesterov needs momentum; give 0.9, say, or use the optimizer sgd"
            )
        if self.mixup and self.cutmix:
            raise ConfigError(
                f"CutMix (cutmix): {self.cutmix:g}, but mixup is {self.mixup:g}; an image can be mixed in one way only:"
                " set one of them to 0"
            )
        if self.warmup and self.schedule == "one-cycle":
            raise ConfigError(
                f"Warm-up (warmup): {self.warmup:g}, but one-cycle includes a warm-up; give 0, or use"
                " another schedule, cosine say"
            )
        if self.warmup > self.epochs:
            raise ConfigError(
                f"Warm-up (warmup): {self.warmup:g} epochs, but the run has {self.epochs}; give at most {self.epochs},"
                " or train for more epochs"
            )

    @property
    def valid(self) -> bool:
        """Whether a form would take it. What is read from a file or a socket may be of another version, or by hand."""
        try:
            self.replace(msgspec.structs.asdict(self))
        except ConfigError:
            return False
        return True

    def differences(self) -> dict[str, Value]:
        """Return the fields that are not at their default."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value != FIELDS[name].default}


def _read_fields() -> dict[str, FieldInfo]:
    hints = typing.get_type_hints(RunConfig, include_extras=True)
    defaults = msgspec.structs.asdict(RunConfig())
    fields = {}
    for name in RunConfig.__struct_fields__:
        kind, info = typing.get_args(hints[name])
        fields[name] = FieldInfo(name=name, kind=kind, default=defaults[name], **info)
    return fields


FIELDS: dict[str, FieldInfo] = _read_fields()


def parse_values(raw: Mapping[str, object]) -> dict[str, Value]:
    """Parse and check a mapping of field names to values. Raises ConfigError, which suggests the nearest name."""
    values = {}
    for name, text in raw.items():
        if name not in FIELDS:
            names = {field.label.lower().replace(" ", "_"): each for each, field in FIELDS.items()} | {
                each: each for each in FIELDS
            }
            near = difflib.get_close_matches(name.lower(), names, n=1)
            hint = f"did you mean {names[near[0]]}?" if near else f"the names are {', '.join(FIELDS)}"
            raise ConfigError(f"there is no hyperparameter {name!r}; {hint}")
        values[name] = FIELDS[name].parse(text)
    return values
