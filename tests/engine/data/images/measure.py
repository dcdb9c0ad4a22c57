"""How well pictures of digits are read: the accuracy of a run's network under each condition of `conditions.py`.

mnist-tui train --preset fast --data FOLDER --checkpoints RUNS
python -m tests.engine.data.images.measure --data FOLDER --checkpoints RUNS
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from engine.data.dataset import Dataset
from engine.data.find import load_data
from engine.data.images.decode import decode_pixels
from engine.data.images.preprocess import preprocess
from engine.insight.runs.network import network_in
from engine.storage.runs.checkpoint import load_last
from engine.storage.runs.folders import LAST, find_run
from engine.storage.runs.record import read_record
from engine.training.evaluation import predict
from engine.vocabulary.preprocessing import MNIST, Preprocessing

from .conditions import CONDITIONS, Draw


def read(draw: Draw, data: Dataset, count: int, preprocessing: Preprocessing = MNIST) -> tuple[np.ndarray, int, float]:
    """Draw the first test digits and read them: images [count, 28, 28], how many are refused, CPU seconds for each."""
    images, refused, seconds = np.zeros((count, 28, 28), np.uint8), 0, 0.0
    for place in range(count):
        random = np.random.default_rng(place)
        content = draw(data.test_images[place].numpy(), random)
        began = time.process_time()
        pixels, _ = preprocess(decode_pixels("digit", content), preprocessing)
        seconds += time.process_time() - began
        if pixels is None:
            refused += 1
        else:
            images[place] = pixels
    return images, refused, seconds / count


def accuracy(model: torch.nn.Module, images: np.ndarray, labels: torch.Tensor) -> float:
    predicted, _ = predict(model, torch.from_numpy(images))
    return float((predicted == labels).float().mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="", help="folder with MNIST")
    parser.add_argument("--checkpoints", type=Path, required=True, help="folder with the run")
    parser.add_argument("--run", default="", help="the latest unless named")
    parser.add_argument("--count", type=int, default=500, help="of test digits")
    parser.add_argument("--only", default="", help="conditions with these words in their name")
    options = parser.parse_args()
    data = load_data(options.data)
    folder = find_run(options.checkpoints, options.run)
    model = network_in(folder / LAST, load_last(folder)[0]).model
    preprocessing = read_record(folder).treatment
    labels = data.test_labels[: options.count]
    print(
        f"| {options.count} test digits, read by {folder.name} | accuracy | at least | CPU ms each |\n|---|---|---|---|"
    )
    for name, (draw, least) in CONDITIONS.items():
        if options.only in name:
            images, refused, seconds = read(draw, data, options.count, preprocessing)
            share = accuracy(model, images, labels)
            problem = f" ({refused} refused)" * bool(refused) + " MISSED" * (least is not None and share < least)
            wanted = "" if least is None else f"{100 * least:g} %"
            print(f"| {name} | {100 * share:.1f} %{problem} | {wanted} | {1000 * seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
