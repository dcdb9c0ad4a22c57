"""What an engine would answer about the inside of a network; nothing is trained, and all is the same each time."""

from functools import cache

import numpy as np

from engine.storage.paths import sample_file
from engine.vocabulary.messages import (
    AnyEvent,
    AskPixels,
    ChangeFound,
    Command,
    DigitsMapped,
    Explain,
    Explained,
    FiltersShown,
    FindChange,
    Histogram,
    LayerFigures,
    LayerShown,
    LayersMeasured,
    LayersShown,
    MapDigits,
    Maps,
    MeasureLayers,
    PixelsTold,
    ShowFilters,
    ShowLayers,
    pack_floats,
)

RUN = "0001-seed-cnn"
STEP = 250
LAYERS = (
    ("conv1", "Conv2d", 10, 24),
    ("conv1 > relu", "ReLU", 10, 12),
    ("conv2", "Conv2d", 20, 8),
    ("drop", "Dropout2d", 80, 4),
    ("fc1", "Linear", 1, 50),
    ("fc1 > relu", "ReLU", 1, 50),
    ("fc2", "Linear", 1, 10),
)


@cache
def sample() -> tuple[np.ndarray, np.ndarray]:
    with np.load(sample_file()) as content:
        return content["test_images"], content["test_labels"]


def maps_of(values: np.ndarray, first: int = 0, most: int = 64) -> Maps:
    """Return values [maps, height, width] as the engine does."""
    some = values[first : first + most]
    low, high = float(some.min()), float(some.max())
    pixels = np.round((some - low) / ((high - low) or 1) * 255).astype(np.uint8)
    return Maps(pixels=pixels.tobytes(), shown=len(some), count=len(values), height=some.shape[1], width=some.shape[2],
                low=low, high=high, first=first)  # fmt: skip


@cache
def filters() -> np.ndarray:
    return np.random.RandomState(1).uniform(-0.25, 0.3, (10, 5, 5))


def values_of(number: int, index: int) -> np.ndarray:
    """Return what a layer makes of a digit: maps that look like it, with a gain and an offset each."""
    _, kind, count, size = LAYERS[number]
    chance = np.random.RandomState(100 * number + 7)
    if count == 1:
        values = np.random.RandomState(number + 31 * index).normal(0.4, 1.5, (1, 1, size))
    else:
        digit = sample()[0][index].astype(float) / 255
        places = np.linspace(0, 27, size).astype(int)
        small = digit[np.ix_(places, places)]
        values = np.stack([chance.uniform(-2, 3) * small + chance.uniform(-0.4, 0.4) for _ in range(count)])
    return np.maximum(values, 0) if kind == "ReLU" else values


def histogram(seed: int, spread: float, zero: float = 0.0) -> Histogram:
    counts, edges = np.histogram(np.random.RandomState(seed).normal(0, spread, 4000), 32)
    counts = counts.tolist()
    if zero:
        counts = [round(sum(counts) * zero), *sorted(counts[1:], reverse=True)]
    return Histogram(counts=counts, low=0.0 if zero else float(edges[0]), high=float(edges[-1]), mean=0.01,
                     deviation=spread, zero=zero)  # fmt: skip


def predicted_of(index: int) -> int:
    actual = int(sample()[1][index])
    return (actual + 5) % 10 if index % 9 == 4 else actual


def probabilities_of(index: int) -> list[float]:
    shares = [0.02] * 10
    shares[int(sample()[1][index])] += 0.2
    shares[predicted_of(index)] += 0.6
    return shares


def heat_of(index: int, label: int, method: str) -> list[float]:
    digit = sample()[0][index].astype(float).ravel() / 255
    seed = 10 * label + {"integrated": 0, "gradient": 1, "occlusion": 2}[method]
    wave = np.sin(np.arange(784) / (40 + 3 * seed) + seed)
    return [float(each) for each in digit * wave]


def inside_answer(command: Command) -> AnyEvent | None:
    """Return the answer to a question of the screen Inside, None for any other command."""
    images, labels = sample()
    match command:
        case ShowFilters():
            return FiltersShown(run=command.run, step=STEP, layer="conv1", kind="Conv2d", reply_to=command.id,
                                maps=maps_of(filters(), command.first))  # fmt: skip
        case ShowLayers():
            index = command.picture.index
            shown = [
                LayerShown(name=name, kind=kind, shape=[count, size, size] if count > 1 else [size],
                           maps=maps_of(values_of(number, index), command.first, command.maps))
                for number, (name, kind, count, size) in list(enumerate(LAYERS))[command.start :][: command.count]
            ]  # fmt: skip
            return LayersShown(
                run=command.run, step=STEP, layers=shown,
                start=command.start, layers_in_all=len(LAYERS), pixels=images[index].tobytes(),
                predicted=predicted_of(index), actual=int(labels[index]), reply_to=command.id,
            )  # fmt: skip
        case MeasureLayers():
            figures = [
                LayerFigures(
                    name=name, kind=kind, weights=histogram(number, 0.1) if kind in ("Conv2d", "Linear") else None,
                    activations=histogram(50 + number, 1.2, 0.4 if kind == "ReLU" else 0.0),
                    units=(10, 50)[number > 2] if kind == "ReLU" else None,
                    dead=(0, 3)[number > 2] if kind == "ReLU" else None,
                    dead_units=[3, 17, 41] if kind == "ReLU" and number > 2 else [],
                ) for number, (name, kind, _, _) in enumerate(LAYERS)
            ]  # fmt: skip
            return LayersMeasured(run=command.run, step=STEP, layers=figures, digits=256, reply_to=command.id)
        case Explain():
            index = command.picture.index
            label = predicted_of(index) if command.label < 0 else command.label
            return Explained(
                run=command.run, step=STEP, method=command.method, label=label,
                heat=pack_floats(heat_of(index, label, command.method)), pixels=images[index].tobytes(),
                predicted=predicted_of(index), probabilities=probabilities_of(index), output=9.25, empty_output=-0.5,
                gap=0.03, steps=64, actual=int(labels[index]), reply_to=command.id,
            )  # fmt: skip
        case FindChange():
            index = command.picture.index
            label = (predicted_of(index) + 1) % 10 if command.label < 0 else command.label
            changed = np.clip(images[index].astype(int) + np.roll(images[index], 3, 1).astype(int) // 4, 0, 255)
            after = [0.05] * 10
            after[label] = 0.55
            return ChangeFound(
                run=command.run, step=STEP, label=label, pixels=images[index].tobytes(),
                predicted=predicted_of(index), probabilities=probabilities_of(index), actual=int(labels[index]),
                changed=changed.astype(np.uint8).tobytes(), changed_probabilities=after, distance=1.31, largest=0.25,
                pixels_changed=212, reply_to=command.id,
            )  # fmt: skip
        case MapDigits():
            chance = np.random.RandomState(3)
            turn = 2 * np.pi * (labels + chance.uniform(-0.7, 0.7, len(labels))) / 10  # a sector of a square a class
            ways = np.stack([np.cos(turn), np.sin(turn)], 1)
            points = ways / abs(ways).max(1, keepdims=True) * np.sqrt(chance.uniform(0, 16, (len(labels), 1)))
            return DigitsMapped(
                run=command.run, step=STEP, epoch=6, points=pack_floats([float(each) for each in points.ravel()]),
                indices=np.arange(len(labels), dtype="<u4").tobytes(), actual=bytes(map(int, labels)),
                predicted=bytes(map(predicted_of, range(len(labels)))), shares=(0.31, 0.22), images=len(labels),
                layer="fc2", features=50, aligned=200, reply_to=command.id,
            )  # fmt: skip
        case AskPixels():
            return PixelsTold(
                run=command.run, part="test", indices=command.indices, labels=bytes(int(labels[i]) for i in
                command.indices), pixels=b"".join(images[i].tobytes() for i in command.indices), reply_to=command.id,
            )  # fmt: skip
    return None
