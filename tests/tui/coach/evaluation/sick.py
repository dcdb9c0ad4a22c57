"""Runs with something wrong: in the labels, in the other data, in decay and dropout, in the rate."""

from dataclasses import replace

from engine.vocabulary.config import Value
from tests.tui.coach.evaluation.case import ADAM, BARE, FAST, LENET, MLP, NESTEROV, NORM, RMSPROP, SEED, SGD, Case
from tests.tui.coach.evaluation.damage import (
    blank,
    inverted,
    label_noise,
    leaked,
    mirrored_test,
    missing,
    next_digit,
    rare,
    relabelled,
    shuffled_test,
    swapped,
)

NOISE = ("label noise", "over-fitting")
LOW, HIGH = ("rate too low",), ("rate too high", "diverging", "dead units", "not a number")


def noisy() -> list[Case]:
    networks: dict[str, dict[str, Value]] = {
        "mlp, bare": {**MLP, **ADAM, **BARE},
        "mlp": {**MLP, **ADAM},
        "lenet5": {**LENET, **ADAM, "lr": 2e-3},
        "seed-cnn, bare": {**SEED, **ADAM, **BARE},
        "seed-cnn": {**SEED, **ADAM},
        "fast-cnn cosine": {**FAST, **ADAM, **BARE, "lr": 3e-3, "schedule": "cosine"},
    }
    cases = []
    for i, (name, changes) in enumerate(networks.items()):
        for j, share in enumerate((0.1, 0.2, 0.4)):
            changed = {**changes, "seed": j, "epochs": 8 if "fast" in name or "seed" in name else 12}
            cases.append(
                Case(f"label noise {share:.0%}: {name}", changed, NOISE, (label_noise, (share,)), held=(i + j) % 2 == 1)
            )
    both, nothing = ("train", "test"), ("data at fault", "nothing learned", "label noise")
    cases += [
        Case("label noise 20% in test too: mlp", {**MLP, **ADAM, **BARE}, NOISE, (label_noise, (0.2, both))),
        Case("label noise 20% in test too: lenet5", {**LENET, **ADAM, "lr": 2e-3, "epochs": 12}, NOISE,
             (label_noise, (0.2, both)), held=True),
        Case("label noise 30%: mlp sgd", {**MLP, **SGD, **BARE, "epochs": 12}, NOISE, (label_noise, (0.3,)), held=True),
        Case("labels at random: mlp", {**MLP, **ADAM, **BARE}, nothing, (label_noise, (0.9,))),
        Case("labels at random: lenet5", {**LENET, **SGD}, nothing, (label_noise, (0.9,)), held=True),
    ]  # fmt: skip
    return cases


def spoilt() -> list[Case]:
    """Faults of the data other than noise in its labels."""
    mlp, lenet = {**MLP, **ADAM, **BARE}, {**LENET, **ADAM, "lr": 2e-3}
    seed, fast = {**SEED, **ADAM, **BARE}, {**FAST, **ADAM, **BARE, "lr": 2e-3, "epochs": 5}
    absent, uneven = ("data at fault", "missing digits"), ("uneven mistakes", "missing digits", "odd data")
    torn, unlike = uneven[:2], ("data at fault", "test part unlike")  # the check at load does not see half of a digit
    nothing = ("data at fault", "nothing learned")
    return [
        Case("3, 5, 8 missing: mlp", mlp, absent, (missing, (3, 5, 8))),
        Case("0, 1, 2 missing: seed-cnn", seed, absent, (missing, (0, 1, 2)), held=True),
        Case("7 missing: lenet5", lenet, absent, (missing, (7,)), held=True),
        Case("7 missing: mlp with dropout", {**MLP, **ADAM}, absent, (missing, (7,))),
        Case("all 4s called 9: mlp", mlp, absent, (relabelled, (4, 9))),
        Case("all 4s called 9: seed-cnn", {**SEED, **ADAM}, absent, (relabelled, (4, 9)), held=True),
        Case("half of the 4s called 9: mlp", mlp, torn, (relabelled, (4, 9, 0.5))),
        Case("half of the 1s called 7: lenet5", lenet, torn, (relabelled, (1, 7, 0.5)), held=True),
        Case("15 images of a 9: mlp", mlp, uneven, (rare, (9, 15))),
        Case("15 images of a 9: seed-cnn", {**SEED, **ADAM, "lr": 3e-3}, uneven, (rare, (9, 15))),
        Case("10 images of a 2: lenet5", lenet, uneven, (rare, (2, 10)), held=True),
        Case("test inverted: mlp", mlp, unlike, (inverted, ("test",))),
        Case("test inverted: fast-cnn", fast, unlike, (inverted, ("test",)), held=True),
        Case("test inverted: lenet5", lenet, unlike, (inverted, ("test",)), held=True),
        Case("training inverted: seed-cnn", seed, unlike, (inverted, ("train",))),
        Case("test labels shuffled: mlp", mlp, unlike, (shuffled_test, ())),
        Case("test turned: lenet5", lenet, unlike, (mirrored_test, ()), held=True),
        Case("all images black: mlp", mlp, nothing, (blank, ())),
        Case("all images black: seed-cnn", seed, nothing, (blank, ()), held=True),
        Case("500 images: mlp", {**mlp, "epochs": 30}, ("over-fitting",), images=500),
        Case("500 images: seed-cnn", {**seed, "lr": 2e-3, "epochs": 30}, ("over-fitting",), images=500),
        Case("500 images: lenet5", {**lenet, "epochs": 30}, ("over-fitting",), images=500, held=True),
        Case("200 images: mlp sgd", {**MLP, **SGD, **BARE, "epochs": 30}, ("over-fitting",), images=200, held=True),
    ]  # fmt: skip


def strained() -> list[Case]:
    """Decay and dropout that leave nothing to learn with."""
    decay, dropout = ("decay too strong",), ("dropout too strong",)
    return [
        Case("decay 0.5: mlp", {**MLP, **ADAM, "weight_decay": 0.5}, decay),
        Case("decay 0.5: seed-cnn", {**SEED, **ADAM, "weight_decay": 0.5}, decay),
        Case("decay 0.1: lenet5", {**LENET, **ADAM, "weight_decay": 0.1}, decay, held=True),
        Case("decay 0.5: mlp sgd", {**MLP, **SGD, "weight_decay": 0.5}, decay, held=True),
        Case("decay 0.5: mlp sgd cosine", {**MLP, **SGD, "weight_decay": 0.5, "schedule": "cosine"}, decay),
        Case("decay 0.5: seed-cnn-bn", {**NORM, **ADAM, "weight_decay": 0.5}, decay, held=True),
        Case("decay 0.5: seed-cnn one-cycle", {**SEED, **ADAM, "weight_decay": 0.5, "schedule": "one-cycle"}, decay,
             held=True),
        Case("dropout 0.95: mlp", {**MLP, **ADAM, "dropout": 0.95}, dropout),
        Case("dropout 0.95: seed-cnn", {**SEED, **ADAM, "dropout": 0.95, "dropout2d": 0.95}, dropout),
        Case("dropout 0.95: seed-cnn sgd", {**SEED, **SGD, "dropout": 0.95}, dropout, held=True),
        Case("dropout 0.9: seed-cnn", {**SEED, **ADAM, "dropout": 0.9, "dropout2d": 0.9}, dropout, held=True),
        Case("dropout 0.95: seed-cnn-bn", {**NORM, **ADAM, "dropout": 0.95, "dropout2d": 0.95}, dropout, held=True),
    ]  # fmt: skip


def rates() -> list[Case]:
    """The good rate, times what the name says."""
    good = {"adam": 2e-3, "sgd": 0.05, "nesterov": 0.03, "adamw": 2e-3, "rmsprop": 1e-3, "muon": 3e-3}
    several: list[tuple[str, str, str, float, dict[str, Value]]] = [
        ("mlp", "adam", "constant", 1 / 1000, {}),
        ("mlp", "adam", "cosine", 1 / 1000, {}),
        ("lenet5", "adam", "one-cycle", 1 / 1000, {}),
        ("seed-cnn", "sgd", "cosine", 1 / 1000, {}),
        ("mlp", "sgd", "constant", 1 / 1000, {}),
        ("fast-cnn", "sgd", "one-cycle", 1 / 1000, {"epochs": 5}),
        ("mlp", "muon", "cosine", 1 / 1000, {}),
        ("seed-cnn", "rmsprop", "step", 1 / 1000, {}),
        ("mlp", "adam", "constant", 1 / 100, {}),
        ("seed-cnn", "adam", "one-cycle", 1 / 100, {}),
        ("lenet5", "sgd", "constant", 1 / 100, {}),
        ("mlp", "nesterov", "one-cycle", 1 / 100, {}),
        ("seed-cnn-bn", "adam", "constant", 1 / 100, {"epochs": 6}),
        ("lenet5", "adamw", "cosine", 1 / 100, {}),
        ("lenet5", "adam", "constant", 1 / 30, {}),
        ("seed-cnn", "adam", "constant", 1 / 30, {}),
        ("seed-cnn", "adam", "constant", 1 / 10, {}),
        ("mlp", "sgd", "constant", 1 / 30, {}),
        ("mlp", "adam", "constant", 20, {}),
        ("lenet5", "adam", "constant", 20, {}),
        ("fast-cnn", "adam", "constant", 50, {}),
        ("mlp", "sgd", "constant", 20, {}),
        ("lenet5", "nesterov", "constant", 30, {}),
        ("seed-cnn", "adam", "one-cycle", 50, {}),
        ("mlp", "adamw", "cosine", 100, {}),
        ("seed-cnn", "sgd", "constant", 20, {}),
        ("seed-cnn-bn", "adam", "constant", 100, {"epochs": 6}),
        ("fast-cnn", "sgd", "constant", 100, {"epochs": 6}),
        ("lenet5", "rmsprop", "cosine", 100, {}),
        ("mlp", "muon", "constant", 100, {}),
        ("mlp", "adam", "constant", 1000, {}),
        ("lenet5", "sgd", "one-cycle", 100, {}),
        ("seed-cnn", "adam", "constant", 1000, {}),
        ("fast-cnn", "adam", "constant", 1000, {"epochs": 6}),
    ]
    return [
        Case(
            f"rate x{factor:g}: {model} {optimizer} {schedule}".replace(" constant", ""),
            {"model": model, "optimizer": optimizer, "schedule": schedule,
             "lr": min(10.0, float(f"{good[optimizer] * factor:.3g}")), **BARE, "seed": i % 3, **more},
            LOW if factor < 1 else HIGH,
            held=i % 2 == 1,
        )
        for i, (model, optimizer, schedule, factor, more) in enumerate(several)
    ]  # fmt: skip


def others() -> list[Case]:
    """Faults of other kinds, written when the rules were done."""
    bare = {**MLP, **ADAM, **BARE}
    cases = [
        Case("3 and 5 swapped: mlp", bare, ("data at fault", "uneven mistakes", "missing digits"), (swapped, (3, 5))),
        Case("400 test images trained on: mlp", bare, ("odd data",), (leaked, (400,))),
        Case("a third called by the next digit: mlp", bare, NOISE, (next_digit, (0.33,))),
        Case("label noise 20%: mlp nesterov, validation", {**MLP, **NESTEROV, **BARE, "validation": 0.1}, NOISE,
             (label_noise, (0.2,))),
        Case("rate x0.002: mlp sgd without momentum", {**MLP, **SGD, "lr": 1e-3, "momentum": 0.0}, LOW),
        Case("decay 0.1: mlp rmsprop", {**MLP, **RMSPROP, "weight_decay": 0.1}, ("decay too strong",)),
    ]  # fmt: skip
    shown = [
        Case("500 images, augmented: mlp", {**bare, "rotation": 5.0, "epochs": 30}, ("over-fitting",), images=500),
        Case("Adam without memory: seed-cnn", {**SEED, "lr": 0.1, "beta1": 0.99, "beta2": 0.0}, HIGH[-1:] + HIGH[:-1],
             images=400),
        Case("rate x200: mlp sgd", {**MLP, **SGD, **BARE, "lr": 10.0}, HIGH),
    ]  # fmt: skip
    return [*(replace(case, held=True) for case in cases), *shown]
