"""What there is to show: runs with curves as real ones have, digits of the sample, studies. Always the same."""

import math
import random

import numpy as np
from fake_engine import READY, RUN, started

from engine.storage.paths import sample_file
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    DataCheck,
    DataReady,
    EpochDone,
    EpochFigures,
    ImportancesTold,
    PartFacts,
    RunEnded,
    RunEvent,
    RunSummary,
    Snapshot,
    StateEvent,
    StepsDone,
    StudyEvent,
    StudyStarted,
    StudySummary,
    TrialSummary,
    TrialTold,
)

NOW = 1_790_000_000.0  # a day in September 2026
DAY = 86_400.0
STEPS = 40  # an epoch
CONFUSED = {(4, 9): 7, (9, 4): 3, (3, 5): 4, (5, 3): 2, (7, 2): 2, (7, 1): 2, (8, 3): 1, (2, 7): 1, (6, 0): 1}


def sample_data() -> DataReady:
    """Return what an engine tells of the sample."""
    with np.load(sample_file()) as content:
        images, labels = content["train_images"], content["train_labels"]
    of_class = [images[labels == label] for label in range(10)]
    parts = [
        PartFacts(images=sum(classes), classes=classes, mean=33.3, deviation=10.8, low=0, high=255)
        for classes in (list(map(len, of_class)), [100] * 10)
    ]
    return DataReady(
        kind="sample", path="Dataset/mnist-5k.npz", train=4000, test=1000, sample=True, fingerprint="f", seconds=0.1,
        check=DataCheck(train=parts[0], test=parts[1]),
        examples=[[image.tobytes() for image in each[:3]] for each in of_class],
    )  # fmt: skip


DATA = sample_data()
STUDY = "study-0003"


def loss_at(step: float) -> float:
    return 0.08 + 2.2 * math.exp(-step / 25) + 0.15 * math.exp(-step / 150)


def losses(first: int, last: int, seed: int = 0) -> list[float]:
    noise = random.Random(seed * 100_003 + first)
    return [round(loss_at(step) * noise.uniform(0.8, 1.25), 4) for step in range(first, last)]


def confusion(right: float) -> list[list[int]]:
    wrong = 1 + round(40 * max(0.0, 0.98 - right))
    rows = [[CONFUSED.get((actual, predicted), 0) * wrong for predicted in range(10)] for actual in range(10)]
    for digit, row in enumerate(rows):
        row[digit] = 100 - sum(row)
    return rows


def epoch(number: int, run: str = RUN, seed: int = 0, **more) -> EpochDone:
    noise = random.Random(seed * 1009 + number)
    loss = loss_at(STEPS * number)
    accuracy = round(0.985 - 0.12 * math.exp(-number / 1.6) + noise.uniform(-0.002, 0.002), 4)
    return EpochDone(
        run=run, epoch=number, step=STEPS * number, train_loss=round(loss * 1.1, 4),
        train_accuracy=round(accuracy - 0.012, 4), test_loss=round(0.055 + 0.5 * math.exp(-number / 1.8), 4),
        test_accuracy=accuracy, seconds=2.4, test_seconds=0.4, lr=1e-3, confusion=confusion(accuracy), **more,
    )  # fmt: skip


def steps_to(last: int, first: int = 0, run: str = RUN, seed: int = 0) -> StepsDone:
    told = losses(first, last, seed)
    return StepsDone(
        run=run, step=last, epoch=(last - 1) // STEPS, stride=1, losses=told, images_per_s=25_100.0,
        accuracies=[round(max(0.05, 0.99 - 0.39 * loss), 3) for loss in told],
        grad_norms=[(step, round(0.4 + loss, 3)) for step, loss in enumerate(told, first + 1) if step % 10 == 0],
    )  # fmt: skip


def run_until(step: int, run: str = RUN, seed: int = 0, **config) -> tuple[RunEvent, ...]:
    """Return a run's events up to a step."""
    events: list[RunEvent] = [started(run, **config)]
    for begin in range(0, step, STEPS):
        end = min(begin + STEPS, step)
        events.append(steps_to(end, begin, run, seed))
        if end == begin + STEPS:
            events.append(epoch(end // STEPS, run, seed))
    return tuple(events)


def run_summary(number: int, state: str = "finished", **more) -> RunSummary:
    models = ("seed-cnn", "fast-cnn", "mlp", "seed-cnn")
    model = models[number % 4]
    done = 10 if state == "finished" else 1 + number % 7
    values = {
        "run": f"{number:04d}-{model}", "state": state, "started": NOW - (40 - number) * DAY / 3, "model": model,
        "epoch": done, "epochs": 10, "sample": True, "test_accuracy": round(0.9652 + (number * 37 % 23) / 1000, 4),
        "test_loss": 0.07 + (number * 31 % 17) / 500, "lr": 0.001, "resumable": state != "finished",
        "parameters": {"seed-cnn": 21_840, "fast-cnn": 114_154, "mlp": 109_386}[model], "device": "cpu",
        "seconds": 2.4 * done, "images_per_s": 25_100.0, "tested_per_s": 48_000.0,
        "changes": ({"lr": 0.0003}, {"batch_size": 50, "dropout": 0.25}, {}, {"seed": number})[number % 4],
        **more,
    }  # fmt: skip
    return RunSummary(**values)  # type: ignore[arg-type]


def history_of(summary: RunSummary) -> list[RunEvent]:
    """Return the events of a run of the list, until it ended."""
    number = int(summary.run[:4])
    step = STEPS * summary.epoch + (12 if summary.epoch < summary.epochs else 0)
    began = started(summary.run, **{"model": summary.model, "epochs": summary.epochs, **summary.changes})
    ended = RunEnded(run=summary.run, step=step, time=NOW, state=summary.state, reason=summary.problem)
    return [began, *run_until(step, summary.run, number)[1:], ended]


RUNS = tuple(
    run_summary(number, "failed" if number == 9 else "stopped" if number % 5 == 0 else "finished", **(
        {"problem": "loss is nan", "test_accuracy": None, "test_loss": None} if number == 9 else
        {"best": EpochFigures(epoch=7, test_loss=0.06, test_accuracy=0.9801, validation_loss=0.07,
                              validation_accuracy=0.978), "validation_accuracy": 0.976} if number == 6 else {}))
    for number in range(31, 1, -1)
)  # fmt: skip


def study(trials: int, *, target: int = 20, running: bool = True, study: str = STUDY) -> tuple[StudyEvent, ...]:
    """Return a study with so many trials that ended, some of them pruned, and one in progress."""
    noise = random.Random(7)
    events: list[StudyEvent] = [
        StudyStarted(
            study=study, time=NOW - 600, base=RunConfig(epochs=3),
            search=["lr=log:0.0001..0.1", "batch_size=50,100,200", "dropout=0..0.5"], trials=target, sampler="tpe",
            pruner="median", storage=f"checkpoints/studies/{study}.journal", validation_images=800,
        )
    ]  # fmt: skip
    for number in range(trials):
        changes = {} if number == 0 else {
            "lr": round(10 ** noise.uniform(-4, -1), 5), "batch_size": noise.choice((50, 100, 200)),
            "dropout": round(noise.uniform(0, 0.5), 3),
        }  # fmt: skip
        distance = abs(math.log10(changes.get("lr", 0.001)) + 2.6)
        accuracy = round(0.975 - 0.05 * distance**2 + noise.uniform(-0.004, 0.004), 4)
        pruned = number > 4 and accuracy < 0.94
        last = 1 if pruned else 3
        more = intermediate_values([round(accuracy - 0.02 * (3 - epoch), 4) for epoch in range(1, last + 1)])
        told = TrialSummary(
            number=number, state="failed" if number == 7 else "pruned" if pruned else "finished", changes=changes,
            accuracy=None if number == 7 else round(accuracy - 0.02 * (3 - last), 4), loss=0.1, epochs=last,
            seconds=2.5 * last, base=number == 0, reason="loss is nan" if number == 7 else "", **more,
        )  # fmt: skip
        events.append(TrialTold(study=study, trial=told))
    if running:
        told = TrialSummary(
            number=trials, state="running", changes={"lr": 0.002, "batch_size": 100, "dropout": 0.1}, accuracy=0.951,
            epochs=1, seconds=2.5, **intermediate_values([0.951]),
        )  # fmt: skip
        events.append(TrialTold(study=study, trial=told))
    if trials > 4:
        events.append(ImportancesTold(study=study, importances={"lr": 0.81, "dropout": 0.12, "batch_size": 0.07}))
    return tuple(events)


def study_summary(name: str, days: float, trials: int = 20, accuracy: float = 0.978, **more) -> StudySummary:
    best = TrialSummary(number=trials // 2, state="finished", changes={"lr": 0.004}, accuracy=accuracy)
    base = TrialSummary(number=0, state="finished", accuracy=0.9671, base=True)
    search = ["lr=log:0.0001..0.1", "batch_size=50,100,200", "dropout=0..0.5"]
    values = {"changed": NOW - days * DAY, "trials": trials, "target": 20, "epochs": 3, "best": best, "base": base,
              "search": search, **more}  # fmt: skip
    return StudySummary(study=name, **values)  # type: ignore[arg-type]


STUDIES = (
    study_summary(STUDY, 0.02, 12),
    study_summary("night", 1, 20, 0.9812),
    StudySummary(study="broken", changed=NOW - 3 * DAY, problem="checkpoints/studies/broken.journal: is not an Optuna"
                 " journal, or is damaged (no line of a journal); restore it, or use another study"),
    study_summary("widths", 40, 17, 0.9744, damage="1 line cannot be read and is passed over"),
)  # fmt: skip


def intermediate_values(values: list[float]) -> dict[str, list[float]]:
    return {"course": values} if "course" in TrialSummary.__struct_fields__ else {}


def said(*events: StateEvent) -> Snapshot:
    """Return a snapshot of an engine that has the sample and these events."""
    return Snapshot(events=[READY, DATA, *events])
