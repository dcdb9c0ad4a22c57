"""Other ways to train the seed network, which `mnist-tui bench` compares this program with.

    python -m engine.benchmark.baselines prepare FOLDER --data PATH
        writes the data set as PNG and as IDX files
    python -m engine.benchmark.baselines ROW FOLDER
        prints {"ready": true}, then for each line on stdin trains that many batches (0: an epoch) and prints
        {"seconds": ...}; for "test" {"accuracy": ...}

One process a row: none inherits the threads, caches or settings of another.
"""

import argparse
import dataclasses
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torch.utils.flop_counter import FlopCounterMode
from torchvision import datasets, transforms

from engine.data.dataset import DataError
from engine.data.find import load_data
from engine.data.folder import export_pngs
from engine.data.idx import write_idx_folder
from engine.machine.device import DeviceError, choose_device
from engine.networks.build import as_input
from engine.networks.catalogue.seed import SeedCNN
from engine.training.evaluation import evaluate
from engine.vocabulary.messages.base import DIGITS

BATCH, RATE = 100, 1e-3  # the seed notebook's
PNG = "png"
ENOUGH = 0.02  # seconds: a product that takes so long can be measured
Batches = Iterable[tuple[torch.Tensor, torch.Tensor]]


class Row(Protocol):
    model: SeedCNN

    def train(self, most: int) -> float:
        """Train so many batches, 0 for a whole epoch; return the seconds that took."""
        ...


def prepare(work: Path, data_path: str, count: int) -> int:
    """Write what the rows read: PNG and IDX files of the first `count` training images (0: of all)."""
    data = load_data(data_path)
    if data.classes != DIGITS:
        raise DataError(f"{data.path}: has other classes than digits, which all rows train; leave out --data")
    count = min(count or len(data.train_labels), len(data.train_labels))
    data = dataclasses.replace(data, train_images=data.train_images[:count], train_labels=data.train_labels[:count])
    write_idx_folder(work / "MNIST" / "raw", data)
    export_pngs(data, work / PNG)
    return count


def notebook(work: Path, device: torch.device) -> Row:
    """The seed as it is: image files, opened, decoded and converted each time they are needed."""
    treatment = transforms.Compose([transforms.Grayscale(), transforms.ToTensor()])
    files = datasets.ImageFolder(str(work / PNG / "train"), treatment)
    return Loop(DataLoader(files, batch_size=BATCH, shuffle=True), device)


def torchvision(work: Path, device: torch.device, workers: int) -> Row:
    """What tutorials and the official example do."""
    treatment = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
    images = datasets.MNIST(str(work), train=True, transform=treatment)
    return Loop(DataLoader(images, batch_size=BATCH, shuffle=True, num_workers=workers), device)


def resident(work: Path, device: torch.device) -> Row:
    """A plain fp32 loop over tensors that lie on the device: the strong baseline."""
    data = load_data(work)
    images, labels = data.train_images.to(device), data.train_labels.to(device)

    class Shuffled:
        def __iter__(self) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
            for batch in torch.split(torch.randperm(len(images), device=device), BATCH):
                yield as_input(images[batch]), labels[batch]

    return Loop(Shuffled(), device)  # type: ignore[arg-type]


class Plain(SeedCNN):
    """The network with torch's own layers alone."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = F.relu(F.max_pool2d(self.conv1(images), 2))
        x = F.relu(self.dropout2d(F.max_pool2d(self.conv2(x), 2)))
        x = F.relu(self.fc1(x.flatten(1)))
        logits: torch.Tensor = self.fc2(self.dropout(x))
        return logits


class Loop:
    """Training as every notebook writes it."""

    def __init__(self, batches: Batches, device: torch.device) -> None:
        self.batches = batches
        self.device = device
        self.model: SeedCNN = Plain().to(device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=RATE)

    def train(self, most: int) -> float:
        began = time.perf_counter()
        self.model.train()
        loss_sum = torch.zeros((), device=self.device)
        for images, labels in itertools.islice(self.batches, most or None):
            images, labels = images.to(self.device), labels.to(self.device)
            self.optimizer.zero_grad()
            loss = F.cross_entropy(self.model(images), labels)
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            loss_sum += loss.detach() * len(labels)
        loss_sum.item()  # waits for the device
        return time.perf_counter() - began


class Limit:
    """The arithmetic of the network at the speed at which this device multiplies large matrices."""

    def __init__(self, work: Path, device: torch.device, dtype: torch.dtype) -> None:
        data = load_data(work)
        self.model = SeedCNN().train()
        with FlopCounterMode(display=False) as counter:
            logits = self.model(as_input(data.train_images[:BATCH]))
            F.cross_entropy(logits, data.train_labels[:BATCH]).backward()  # type: ignore[no-untyped-call]
        self.operations: float = counter.get_total_flops() / BATCH * len(data.train_labels)
        largest = 8192 if device.type == "cuda" else 2048
        self.side = 128
        self._prepare(device, dtype)
        while self.side < largest and self._multiply() < ENOUGH:  # where a type is emulated, small ones take long
            self.side *= 2
            self._prepare(device, dtype)

    def _prepare(self, device: torch.device, dtype: torch.dtype) -> None:
        self.a, self.b = (torch.randn(self.side, self.side, device=device).to(dtype) for _ in range(2))
        self._multiply()  # the first loads libraries

    def train(self, most: int) -> float:
        seconds = min(self._multiply() for _ in range(5))
        return self.operations * seconds / (2 * self.side**3)

    def _multiply(self) -> float:
        began = time.perf_counter()
        (self.a @ self.b)[0, 0].item()
        return time.perf_counter() - began


ROWS: dict[str, Callable[[Path, torch.device], Row]] = {
    "notebook": notebook,
    "torchvision": lambda work, device: torchvision(work, device, 0),
    "torchvision, 1 worker": lambda work, device: torchvision(work, device, 1),
    "resident": resident,
    "limit fp32": lambda work, device: Limit(work, device, torch.float32),
    "limit bf16": lambda work, device: Limit(work, device, torch.bfloat16),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m engine.benchmark.baselines")
    parser.add_argument("row", choices=["prepare", *ROWS])
    parser.add_argument("work", type=Path)
    parser.add_argument("--data", default="")
    parser.add_argument("--images", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    try:
        if options.row == "prepare":
            tell(ready=prepare(options.work, options.data, options.images))
            return
        device = choose_device(options.device)
        torch.manual_seed(options.seed)
        row = ROWS[options.row](options.work, device)
    except (DataError, DeviceError, OSError) as error:
        tell(failed=str(error))
        sys.exit(1)
    tell(ready=True)
    data = None
    for line in sys.stdin:
        if line.strip() == "test":
            data = data or load_data(options.work).to(device)
            tell(accuracy=evaluate(row.model, data.test_images, data.test_labels).accuracy)
        else:
            tell(seconds=row.train(int(line)))


def tell(**answer: object) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
