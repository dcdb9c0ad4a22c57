"""kill -9 in the middle of writing what a run thought: what was written is read, and the next writer goes on."""

import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from limits import LIMIT
from places import ROOT

from engine.insight.beliefs.history import read_beliefs
from engine.storage.runs.folders import RunError
from tests.engine.insight.beliefs.kept_epochs import beliefs_of, log_in

WRITER = """
import sys
from pathlib import Path
from tests.engine.insight.beliefs.kept_epochs import beliefs_of, log_in

folder, most, begin = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
log = log_in(folder, most)
log.resume(begin)
for epoch in range(begin + 1, begin + 100_000):
    log.append(epoch, beliefs_of(epoch))
    print(epoch, flush=True)
"""


def killed(folder: Path, most: int, begin: int, seconds: float) -> int:
    """Write epochs after `begin`, and kill the writer some time after the first; return the last that it told."""
    command = [sys.executable, "-c", WRITER, str(folder), str(most), str(begin)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = writer.stdout.readline()
        time.sleep(seconds)  # when it is killed is what a test wants at random
        writer.kill()
        rest = writer.stdout.read().splitlines()
        writer.wait(LIMIT)
    return int(([told.strip(), *rest])[-1])


@pytest.mark.parametrize("most", [256, 8], ids=["all epochs", "thinned"])
def test_nothing_of_a_killed_writer_is_damaged_and_the_next_goes_on(most: int, tmp_path: Path) -> None:
    chance, reached = random.Random(most), 0
    for _ in range(4):
        reached = killed(tmp_path, most, reached, chance.uniform(0, 0.01))
        found = read_beliefs(tmp_path)
        assert found.damaged == 0
        assert len(found.epochs) <= most
        if found.epochs[-1] < most - 1:  # beyond, every second epoch is kept
            assert found.epochs[:reached] == tuple(range(1, reached + 1))
        for epoch, each in zip(found.epochs, found.kept, strict=True):
            assert all(map(np.array_equal, each, beliefs_of(epoch)))
        log_in(tmp_path, most).resume(reached)
        assert read_beliefs(tmp_path).epochs[-1] <= reached


def test_a_writer_that_is_killed_before_its_first_epoch_leaves_nothing_that_hinders(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.path.touch()
    with pytest.raises(RunError):
        read_beliefs(tmp_path)
    log.append(1, beliefs_of(1))
    assert read_beliefs(tmp_path).epochs == (1,)
