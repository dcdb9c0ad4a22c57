"""Folders of runs as training leaves them, with curves that look like real ones: what a full list of runs costs.

python -m engine.benchmark.run_folders FOLDER --runs 500 --epochs 50
"""

import argparse
import math
import random
from pathlib import Path

from engine.storage.runs.event_log import EVENTS, seal
from engine.storage.runs.folders import LAST
from engine.storage.runs.record import RunRecord, write_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import MNIST_FINGERPRINT, EpochDone, RunEnded, RunEvent, RunStarted, StepsDone

STEPS = 50  # an epoch: the sample in batches of 80
SECONDS = 2.4  # an epoch
BEGAN = 1_790_000_000.0  # a day in September 2026
PARAMETERS = {"seed-cnn": 21_840, "fast-cnn": 18_426, "resnet-small": 174_970, "mlp": 269_322}  # networks


def write_runs(checkpoints: Path, runs: int, epochs: int) -> None:
    """Write so many finished runs of so many epochs. Raises OSError."""
    for number in range(1, runs + 1):
        write_run(checkpoints, number, epochs)


def write_run(checkpoints: Path, number: int, epochs: int) -> None:
    """Write a run with its record, its log, and an empty checkpoint, which the list only looks for."""
    noise = random.Random(number)
    model = list(PARAMETERS)[number % len(PARAMETERS)]
    config = RunConfig(epochs=epochs, model=model, lr=noise.choice((1e-3, 3e-3, 1e-2)), seed=number % 5)
    folder = checkpoints / f"{number:04d}-{model}"
    folder.mkdir(parents=True)
    started = BEGAN + 600.0 * number
    events = list(course(folder.name, config, started, noise))
    (folder / EVENTS).write_bytes(b"".join(map(seal, events)))
    (folder / LAST).touch()
    last = next(event for event in reversed(events) if isinstance(event, EpochDone))
    record = RunRecord(
        run=folder.name, state="finished", started=started, config=config, device="cpu", data=MNIST_FINGERPRINT,
        data_path="", sample=False, versions={}, epoch=epochs, step=last.step, test_loss=last.test_loss,
        test_accuracy=last.test_accuracy, parameters=PARAMETERS[model], seconds=SECONDS * epochs,
        images_per_s=25_000.0, tested_per_s=50_000.0, star=number % 10 == 0, note="a baseline" * (number % 20 == 0),
    )  # fmt: skip
    write_record(folder, record)


def course(run: str, config: RunConfig, started: float, noise: random.Random) -> list[RunEvent]:
    """Return the events of a run: losses that fall and scatter, accuracies that rise."""
    pace, top = noise.uniform(0.7, 1.4), noise.uniform(0.975, 0.994)
    events: list[RunEvent] = [
        RunStarted(
            run=run, time=started, config=config, device="cpu", parameters=PARAMETERS[config.model],
            train_images=60_000, test_images=10_000, sample=False, steps_per_epoch=STEPS, threads=2, most_threads=2,
        )
    ]  # fmt: skip
    confusion = [[noise.randrange(20) + 900 * (row == column) for column in range(10)] for row in range(10)]
    for epoch in range(1, config.epochs + 1):
        at = pace * epoch
        loss = 0.04 + 0.6 * math.exp(-at / 2) + 0.2 * math.exp(-at / 12)
        losses = [round(loss * noise.uniform(0.5, 1.6) + 1.7 * math.exp(-at - i / 10), 6) for i in range(STEPS)]
        shares = [round(min(1.0, 1 - 0.3 * each), 2) for each in losses]
        accuracy = round(top - 0.12 * math.exp(-at / 2) + noise.gauss(0, 0.0008), 4)
        events += [
            StepsDone(
                run=run, step=STEPS * epoch, epoch=epoch - 1, stride=1, losses=losses, images_per_s=25_000.0,
                steps=STEPS, accuracies=shares,
            ),
            EpochDone(
                run=run, epoch=epoch, step=STEPS * epoch, train_loss=round(loss, 6), train_accuracy=accuracy - 0.004,
                test_loss=round(loss * 0.9 + noise.gauss(0, 0.002), 6), test_accuracy=accuracy, seconds=SECONDS,
                test_seconds=0.2, lr=config.lr, confusion=confusion,
            ),
        ]  # fmt: skip
    ended = started + (SECONDS + 0.2) * config.epochs
    return [*events, RunEnded(run=run, step=STEPS * config.epochs, time=ended, state="finished")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m engine.benchmark.run_folders")
    parser.add_argument("checkpoints", type=Path)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    options = parser.parse_args()
    write_runs(options.checkpoints, options.runs, options.epochs)


if __name__ == "__main__":
    main()
