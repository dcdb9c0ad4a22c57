"""The weights belong to the user: they load where this project is not."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.data.find import load_data
from engine.storage.paths import sample_file
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochDone

# Written from the description of the network alone.
PLAIN = """
import sys, numpy as np, torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 10, 5), nn.Conv2d(10, 20, 5)
        self.fc1, self.fc2 = nn.Linear(320, 50), nn.Linear(50, 10)
        self.pool, self.drop2d, self.drop = nn.MaxPool2d(2), nn.Dropout2d(), nn.Dropout()

    def forward(self, x):
        x = self.pool(self.conv1(x)).relu()
        x = self.pool(self.drop2d(self.conv2(x))).relu()
        return self.fc2(self.drop(self.fc1(x.flatten(1)).relu()))

net = Net().eval()
net.load_state_dict(torch.load(sys.argv[1], weights_only=True)["model"])
digits = np.load(sys.argv[2])
images = torch.from_numpy(digits["test_images"]).float().div(255).unsqueeze(1)
right = (net(images).argmax(1) == torch.from_numpy(digits["test_labels"]).long()).sum()
print(int(right), len(images), "engine" in sys.modules)
"""


@pytest.mark.slow
def test_the_weights_load_into_a_plain_module_and_give_the_same_accuracy(tmp_path: Path) -> None:
    run = Run(RunConfig(epochs=2), load_data(sample_file()), folder=tmp_path)
    last = [event for event in train(run) if isinstance(event, EpochDone)][-1]
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, str(tmp_path / "last.pt"), str(sample_file())],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    right, images, imported = done.stdout.split()
    assert imported == "False"
    assert int(right) == round(last.test_accuracy * int(images))
