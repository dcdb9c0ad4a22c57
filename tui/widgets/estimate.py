"""What the run of a form will take: its network, its steps, and an estimate of its time on this machine. Pure.

The estimate is from the speed of a run that is known: the latest of the same network, in the same size, with the same
batch size, precision, threads, processes and device; else of one that had other ones of these last four, which it then
names; else of any other, by the floating-point operations of an image, which is rough.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.vocabulary.batches import count_held_out, steps_per_epoch
from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import RunSummary
from tui.state.run import RunView
from tui.state.state import State, described
from tui.state.words.figures import duration
from tui.state.words.networks import known_size, network_of, operations, shown_name
from tui.state.words.runs import short_run_name

MACHINE = ("precision", "threads", "processes")
MNIST = 60_000, 10_000  # training and test images, as long as no data set is loaded


@dataclass(frozen=True)
class Known:
    """The speed of a run: images per second in training and, 0 where that is not known, in testing."""

    run: str
    config: RunConfig  # network, size, batch size and machine
    images_per_s: float
    tested_per_s: float = 0.0
    device: str = ""  # that it had, "" where that is not known


@dataclass(frozen=True)
class Plan:
    """What a run takes; parameters and FLOPs are None as long as they are not known, times where nothing is.

    `source` says from what the times are estimated, or what has to be done first.
    """

    network: str
    parameters: int | None
    flops: int | None
    images: int
    tested: int
    steps: int
    epochs: int
    epoch_seconds: float | None
    run_seconds: float | None
    source: str


def plan_of(config: RunConfig, state: State) -> Plan:
    """Return what a run with this config takes, as far as the state tells."""
    data = state.data
    train, test = (data.train, data.test) if data is not None else MNIST
    images = train - count_held_out(train, config.validation)
    parameters, flops = network_size(config, state)
    known, exact = nearest(config, state)
    seconds: float | None = None
    source = "not known yet: train once"
    if known is not None:
        factor = 1.0 if exact else operations_of(known.config, state) / max(1, flops or 1)
        seconds = images / (known.images_per_s * factor)
        tested = test + train - images  # validation images are tested too
        seconds += tested / (known.tested_per_s * factor) if known.tested_per_s else 0.0
        name = short_run_name(known.run)
        other = other_machine(known, config)
        if exact and other:
            source = f"rough: {name} with {other}"
        else:
            source = f"as {name}: {known.images_per_s:,.0f} images/s" if exact else f"roughly, by FLOPs of {name}"
    return Plan(
        network=shown_name(config.model),
        parameters=parameters,
        flops=flops,
        images=images,
        tested=test,
        steps=steps_per_epoch(images, config.batch_size),
        epochs=config.epochs,
        epoch_seconds=seconds,
        run_seconds=None if seconds is None else seconds * config.epochs,
        source=source,
    )


def nearest(config: RunConfig, state: State) -> tuple[Known | None, bool]:
    """Return the run whose speed says most about this config, and whether it is of the same network and batch size."""
    runs = sorted(known_speeds(state), key=lambda run: bool(other_machine(run, config)))
    for run in runs:
        if network_of(run.config) == network_of(config) and run.config.batch_size == config.batch_size:
            return run, True
    if not network_size(config, state)[1]:
        return None, False
    return next((run for run in runs if operations_of(run.config, state)), None), False


def other_machine(run: Known, config: RunConfig) -> str:
    """Return the first that a run had of the machine and this config has not: `2 threads`, `cpu`; "" where none is.

    What the config leaves to the machine (auto, 0) is as the run had it: a run records what it came to.
    """
    wanted = config.device.partition(":")[0]
    if run.device and wanted != "auto" and run.device.partition(":")[0] != wanted:
        return run.device
    for name in MACHINE:
        value, wished = getattr(run.config, name), getattr(config, name)
        if value != wished and wished not in ("auto", 0):
            return str(value) if name == "precision" else f"{value} {name}"
    return ""


def known_speeds(state: State) -> Iterator[Known]:
    """Yield what is known of speeds, the present run first, then the latest."""
    if state.run is not None and (known := speed_of_view(state.run)) is not None:
        yield known
    for run in sorted(state.runs, key=lambda run: run.started, reverse=True):
        if run.images_per_s and (config := config_of(run)) is not None:
            yield Known(run.run, config, run.images_per_s, run.tested_per_s, run.device)


def speed_of_view(view: RunView) -> Known | None:
    epoch = view.epochs[-1] if view.epochs else None
    speed = view.train_images / epoch.seconds if epoch is not None and epoch.seconds else view.images_per_s
    tested = view.test_images / epoch.test_seconds if epoch is not None and epoch.test_seconds else 0.0
    return Known(view.run, view.config, speed, tested, view.device) if speed else None


def config_of(run: RunSummary) -> RunConfig | None:
    """Return network, size, batch size and machine of a run in the list; None where they are of another version."""
    told = run.changes | run.machine
    chosen = {name: told.get(name, FIELDS[name].default) for name in ("width", "depth", "batch_size", *MACHINE)}
    config = RunConfig(model=run.model, **chosen)  # type: ignore[arg-type]
    return config if config.valid else None


def network_size(config: RunConfig, state: State) -> tuple[int | None, int | None]:
    """Return parameters and FLOPs an image, as far as they are known."""
    network = described(state, network_of(config))
    if network is not None:
        return network.parameters, network.flops
    return known_size(network_of(config)) or (None, None)


def operations_of(config: RunConfig, state: State) -> int:
    return network_size(config, state)[1] or 0


def plan_rows(plan: Plan) -> list[tuple[str, str]]:
    """Return labels and figures, the most important last: where room lacks, the first are left out."""
    unknown = "F8 tells"
    rows = [
        ("network", plan.network),
        ("parameters", unknown if plan.parameters is None else f"{plan.parameters:,}"),
        ("an image", unknown if plan.flops is None else operations(plan.flops)),
        ("images", f"{plan.images:,} + {plan.tested:,} to test"),
        ("steps", f"{plan.steps * plan.epochs:,}, {plan.steps:,} an epoch"),
    ]
    if plan.epoch_seconds is None or plan.run_seconds is None:
        return [*rows, ("time", plan.source)]
    run = f"about {estimated(plan.run_seconds)}"
    return [
        *rows,
        ("an epoch", f"about {estimated(plan.epoch_seconds)}"),
        (counted(plan.epochs, "epoch"), run),
        ("estimated", plan.source),
    ]


def estimated(seconds: float) -> str:
    """Return `0.4 s`, `12 s`, `2:05` or `3:10:00`."""
    return f"{seconds:.1f} s" if seconds < 9.95 else duration(seconds)
