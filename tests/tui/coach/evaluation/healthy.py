"""Runs on which the coach has to be silent."""

from engine.vocabulary.config import Value
from tests.tui.coach.evaluation.case import (
    ADAM,
    ADAMW,
    AUGMENTED,
    BARE,
    FAST,
    LENET,
    MLP,
    MUON,
    NESTEROV,
    NORM,
    RMSPROP,
    SEED,
    SGD,
    Case,
)


def healthy() -> list[Case]:
    """Sound configurations on sound data. Half of them, every other one, is held out."""
    several: dict[str, dict[str, Value]] = {
        "mlp adam": {**MLP, **ADAM},
        "mlp adam, bare": {**MLP, **ADAM, **BARE},
        "mlp sgd": {**MLP, **SGD},
        "mlp sgd one-cycle": {**MLP, **SGD, "lr": 0.1, "schedule": "one-cycle"},
        "mlp nesterov cosine": {**MLP, **NESTEROV, "schedule": "cosine"},
        "mlp adamw cosine": {**MLP, **ADAMW, "schedule": "cosine"},
        "mlp rmsprop": {**MLP, **RMSPROP, "lr": 5e-4},
        "mlp muon": {**MLP, **MUON},
        "mlp smoothed": {**MLP, **ADAM, "label_smoothing": 0.1},
        "mlp smoothed, bare": {**MLP, **ADAM, **BARE, "label_smoothing": 0.2},
        "mlp mixup": {**MLP, **ADAM, "mixup": 0.4},
        "mlp decay": {**MLP, **ADAM, "weight_decay": 1e-4},
        "mlp adamw decay": {**MLP, **ADAMW, "weight_decay": 0.05},
        "mlp ema": {**MLP, **ADAM, "ema": 0.99},
        "mlp validation": {**MLP, **ADAM, "validation": 0.1},
        "mlp warm-up": {**MLP, **ADAMW, "warmup": 2.0, "schedule": "cosine"},
        "mlp step": {**MLP, **ADAMW, "schedule": "step"},
        "mlp augmented": {**MLP, **ADAMW, **AUGMENTED, "dropout": 0.0},
        "mlp dropout": {**MLP, **ADAMW, "dropout": 0.7},
        "mlp deep": {**MLP, **ADAM, "depth": 4, "dropout": 0.2},
        "mlp long": {**MLP, **ADAM, "epochs": 16},
        "mlp large batch": {**MLP, **ADAM, "batch_size": 200, "lr": 3e-3},
        "lenet5 adam": {**LENET, **ADAM, "lr": 2e-3},
        "lenet5 sgd": {**LENET, **SGD},
        "lenet5 one-cycle": {**LENET, **ADAM, "lr": 5e-3, "schedule": "one-cycle"},
        "lenet5 nesterov": {**LENET, **NESTEROV, "weight_decay": 5e-4},
        "lenet5 muon cosine": {**LENET, **MUON, "schedule": "cosine"},
        "lenet5 augmented": {**LENET, **ADAM, "lr": 2e-3, **AUGMENTED},
        "lenet5 cutmix": {**LENET, **ADAM, "lr": 3e-3, "cutmix": 1.0},
        "seed-cnn adam": {**SEED, **ADAM},
        "seed-cnn adam, batch of 100": {**SEED, **ADAM, "batch_size": 100, "epochs": 10},
        "seed-cnn bare": {**SEED, **ADAM, **BARE},
        "seed-cnn sgd": {**SEED, **SGD, "lr": 0.02},
        "seed-cnn cosine": {**SEED, **ADAMW, "schedule": "cosine"},
        "seed-cnn one-cycle": {**SEED, **ADAM, "lr": 5e-3, "schedule": "one-cycle"},
        "seed-cnn rmsprop": {**SEED, **RMSPROP},
        "seed-cnn augmented": {**SEED, **ADAM, **BARE, **AUGMENTED},
        "seed-cnn dropped": {**SEED, **ADAM, "dropout": 0.25, "dropout2d": 0.25},
        "seed-cnn-bn adam": {**NORM, **ADAM},
        "seed-cnn-bn sgd": {**NORM, **SGD},
        "seed-cnn-bn muon": {**NORM, **MUON, "epochs": 6},
        "seed-cnn-bn plateau": {**NORM, **ADAMW, "schedule": "plateau", "decay_every": 2},
        "fast-cnn one-cycle": {**FAST, **ADAM, **BARE, "lr": 0.01, "schedule": "one-cycle", "label_smoothing": 0.1},
        "fast-cnn adam": {**FAST, **ADAM, **BARE, "lr": 2e-3, "epochs": 6},
        "fast-cnn sgd": {**FAST, **SGD, **BARE, "epochs": 6},
        "fast-cnn recipe": {**FAST, **ADAM, **BARE, **AUGMENTED, "lr": 0.01, "schedule": "one-cycle",
                            "label_smoothing": 0.1, "scale": 0.1},
        "fast-cnn one epoch": {**FAST, **ADAM, **BARE, "lr": 0.01, "schedule": "one-cycle", "epochs": 1},
    }  # fmt: skip
    cases = [Case(f"healthy: {name}", changes, held=i % 2 == 1) for i, (name, changes) in enumerate(several.items())]
    again = ("mlp adam", "mlp adam, bare", "mlp sgd", "lenet5 adam", "lenet5 sgd", "seed-cnn adam", "seed-cnn bare",
             "seed-cnn-bn adam", "fast-cnn adam", "mlp long")  # fmt: skip
    cases += [
        Case(f"healthy: {name}, seed {seed}", {**several[name], "seed": seed}, held=True)
        for name, seed in zip(again, range(1, 20), strict=False)
    ]
    return cases
