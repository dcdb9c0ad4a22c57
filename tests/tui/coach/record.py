"""Train the runs that the rules of the coach are tested on, and keep their events, thinned, beside this file.

    python -m tests.tui.coach.record --data FOLDER [NAME...]

FOLDER holds the full MNIST; where that is not needed, the sample that ships with the program serves. Each takes from
a second to two minutes on one core.
"""

import argparse
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from unittest.mock import patch

import msgspec
import numpy as np
from torch import nn

import engine.training.run
from engine.data.dataset import ARRAYS, Dataset, make_dataset
from engine.data.find import load_data
from engine.storage.paths import sample_file
from engine.training.loop import train
from engine.training.run import Run
from engine.training.step import TrainingFailed
from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.messages import EpochDone, RunEnded, RunEvent, RunStarted, Steered, StepsDone, coarsen, encode
from engine.vocabulary.presets import PRESETS

HERE = Path(__file__).parent / "recorded"
POINTS = 20  # losses kept of an epoch
RARE = 15  # images that stay of a digit that is made rare


@dataclass(frozen=True)
class Recording:
    """A run: on the first `images` of the sample (0: on the full MNIST), for `epochs` of those in its config."""

    changes: dict[str, Value] = field(default_factory=dict)
    images: int = 0
    epochs: int = 0  # 0: all of them
    rare: int = -1  # a digit of which hardly any training images are left
    steered: dict[int, dict[str, Value]] = field(default_factory=dict)  # changes after so many epochs
    network: Callable[..., nn.Module] | None = None  # instead of that of the config


BARE: dict[str, Value] = {"dropout": 0.0, "dropout2d": 0.0}
BF16: dict[str, Value] = {"precision": "bf16"}
RECORDINGS = {
    "not-a-number": Recording({"lr": 0.1, "beta1": 0.99, "beta2": 0.0}, 400),
    "rate-too-high": Recording({"lr": 0.05, "epochs": 5}, 4000),
    "diverging": Recording({"lr": 0.01, "beta2": 0.5, "epochs": 3}, 4000),
    "dead-units": Recording({"optimizer": "sgd", "lr": 0.3, "seed": 1, "epochs": 8, **BARE}, 4000),
    "rate-too-low": Recording({"lr": 1e-4}, 4000),
    "rate-far-too-low": Recording({"lr": 1e-5, "epochs": 5}, 4000),
    "over-fitting": Recording({"lr": 0.003, "epochs": 24, **BARE}, 400),
    "plateau": Recording({"lr": 0.02, **BF16}, epochs=9),
    "uneven-mistakes": Recording({"lr": 0.003, "epochs": 5}, 4000, rare=9),
    "input-bound": Recording(
        {"elastic": 1.0, "rotation": 10.0, "epochs": 4},
        4000,
        network=lambda *_: nn.Sequential(nn.Flatten(), nn.Linear(784, 10)),
    ),
    "steered": Recording({"lr": 1e-4, "epochs": 14}, 4000, steered={10: {"lr": 1e-3}}),
    "healthy-sample": Recording({"epochs": 20}, 4000),
    "healthy-seed": Recording(BF16),
    "healthy-fast": Recording({**PRESETS["fast"].changes, **BF16}),
    "healthy-best": Recording({**PRESETS["best"].changes, **BF16}, epochs=2),
}


def data_for(recording: Recording, full: str) -> Dataset:
    if not recording.images:
        return load_data(full)
    with np.load(sample_file()) as content:
        arrays = {name: content[name] for name in ARRAYS}
    keep = np.arange(len(arrays["train_labels"])) < recording.images
    if recording.rare >= 0:
        of_it = np.flatnonzero(keep & (arrays["train_labels"] == recording.rare))
        keep[of_it[RARE:]] = False
    arrays |= {name: arrays[name][keep] for name in ("train_images", "train_labels")}
    return make_dataset(arrays, "sample", sample_file(), sample=True)


def record(name: str, recording: Recording, full: str = "") -> list[RunEvent]:
    """Return the events of the run as they are kept."""
    config = RunConfig().replace({"device": "cpu", "precision": "fp32", **recording.changes})
    with patch("engine.training.run.build_model", recording.network or engine.training.run.build_model):
        run = Run(config, data_for(recording, full), name=f"0001-{config.model}")
    return recorded(run, recording.epochs, recording.steered)


def recorded(
    run: Run, epochs: int = 0, steered: Mapping[int, dict[str, Value]] = MappingProxyType({})
) -> list[RunEvent]:
    """Train a run, or so many epochs of it, and return its events as they are kept."""
    events: list[RunEvent] = []
    steps: list[StepsDone] = []
    try:
        for event in train(run):
            if isinstance(event, StepsDone):
                steps.append(event)
                continue
            events += thinned(steps)
            steps = []
            events.append(_without_path(event))
            if isinstance(event, EpochDone) and event.epoch == epochs:
                break
            if isinstance(event, EpochDone) and (changes := steered.get(event.epoch)):
                run.steer(changes)
                events.append(Steered(run=run.name, step=run.step, changes=changes, config=run.config))
    except TrainingFailed as error:
        ended = RunEnded(run=run.name, step=run.step, time=time.time(), state="failed", reason=str(error))
        events += [*thinned(steps), ended]
    return events


def thinned(steps: list[StepsDone]) -> list[StepsDone]:
    """Return one event for neighbours, with POINTS losses at most."""
    if not steps:
        return []
    losses = [
        (min(event.stride, event.steps - i * event.stride), loss)
        for event in steps
        for i, loss in enumerate(event.losses)
    ]
    count = sum(event.steps for event in steps)
    stride = math.ceil(count / POINTS)
    means = [round(loss, 4) for loss in coarsen(losses, stride)]
    return [msgspec.structs.replace(steps[-1], stride=stride, losses=means, steps=count)]


def _without_path(event: RunEvent) -> RunEvent:
    if isinstance(event, RunStarted):
        return msgspec.structs.replace(event, config=event.config.replace({"data": ""}))
    return event


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="", help="folder of the full MNIST")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RECORDINGS))
    arguments = parser.parse_args()
    for name in arguments.names or RECORDINGS:
        recording = RECORDINGS[name]
        if not recording.images and not arguments.data:
            raise SystemExit(f"{name} needs the full MNIST: give its folder with --data")
        began = time.perf_counter()
        events = record(name, recording, arguments.data)
        (HERE / f"{name}.jsonl").write_bytes(b"".join(map(encode, events)))
        print(f"{name}: {len(events)} events in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
