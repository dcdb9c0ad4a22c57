"""What a run takes of memory: the data set once, and no more than a bound beside it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from limits import LIMIT
from memory import MIB, measured
from places import ROOT

from engine.data.dataset import SIDE, make_dataset
from engine.data.idx import write_idx_folder

BESIDE_THE_DATA = 400 * MIB  # over what torch takes for itself

# Prints what this process takes after the import of torch, and at the most while a preset trains for an epoch.
PROGRAM = """
import json, sys
from pathlib import Path
import torch
def used(name):
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024
bare = used("VmRSS")
from engine.vocabulary.presets import PRESETS
from engine.vocabulary.config import RunConfig
from engine.data.find import load_data
from engine.training.run import Run
from engine.training.loop import train
config = RunConfig().replace({**PRESETS[sys.argv[2]].changes, "epochs": 1, "device": "cpu"})
list(train(Run(config, load_data(sys.argv[1]))))
print(json.dumps([bare, used("VmHWM")]))
"""


@pytest.mark.slow
@measured
@pytest.mark.parametrize(("preset", "images"), [("seed", 60_000), ("fast", 60_000), ("best", 5_000)])
def test_a_run_takes_the_data_once_and_a_bounded_rest(preset: str, images: int, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", images), ("test", images // 6)):
        arrays[f"{split}_images"] = random.integers(0, 256, (count, SIDE, SIDE), np.uint8)
        arrays[f"{split}_labels"] = (np.arange(count) % 10).astype(np.uint8)
    write_idx_folder(tmp_path / "data", make_dataset(arrays, "IDX files", tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "data"), preset],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=LIMIT,
    )  # fmt: skip
    bare, most = json.loads(done.stdout)
    data = (images + images // 6) * (SIDE * SIDE + 8)
    assert most - bare - data < BESIDE_THE_DATA, f"{(most - bare - data) / MIB:.0f} MiB beside the data"
    print(f"{preset}: {(most - bare - data) / MIB:.0f} MiB beside the data of {data / MIB:.0f}")
