"""What runs of users' own networks keep of each digit, and what is answered of it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.dataset import Dataset
from engine.insight.beliefs.history import read_beliefs
from engine.insight.beliefs.recorder import BeliefRecorder
from engine.networks.own.code import named_code
from engine.server.worker.inspection import Inspector
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.messages import AskGalleryNow, EpochDone
from tests.engine.networks.own.written import Write, config_of, network, same_weights

DRAWING = "images = images + 0.01 * torch.rand_like(images)"  # in a test as well
ATTENTION = """
self.read = nn.Linear(28, 20); self.attention = nn.MultiheadAttention(20, 2, batch_first=True)
"""
ATTENDING = """
rows = self.read(images.squeeze(1)); rows, _ = self.attention(rows, rows, rows)
return self.out(rows)[:, 0]
"""
LSTM = "self.rows = nn.LSTM(28, 20, batch_first=True)"
READING = "return self.out(self.rows(images.squeeze(1))[0][:, -1])"
REUSED = "self.register_buffer('answer', torch.zeros(1000, 10), persistent=False)"
REUSING = """
logits = self.out(torch.relu(self.hidden(images.flatten(1))))
answer = self.answer.detach(); answer[: len(logits)] = logits
return answer[: len(logits)]
"""


@pytest.mark.parametrize(
    "lines",
    [{}, {"forward": DRAWING}, {"init": ATTENTION, "forward": ATTENDING}, {"init": LSTM, "forward": READING},
     {"init": REUSED, "forward": REUSING}],
    ids=["mlp", "drawing", "attention", "lstm", "one place for all answers"],
)  # fmt: skip
def test_each_is_kept_as_it_answered_and_trains_the_same_bits(
    lines: dict[str, str], write: Write, digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.evaluation.BATCH", 40)  # several batches of 100 digits
    own = write(network(**lines))
    alone = Run(config_of(own), digits, code=named_code(own))
    figures = [event for event in train(alone) if isinstance(event, EpochDone)]
    watched = Run(config_of(own), digits, code=named_code(own), folder=tmp_path)
    watched.observer = BeliefRecorder(tmp_path, watched.data, watched.device)
    inspector = Inspector(tmp_path)
    for _ in train(watched):
        before = torch.get_rng_state()
        told = inspector.gallery(AskGalleryNow(), watched, None)
        assert torch.equal(before, torch.get_rng_state())
    assert same_weights(list(alone.model.parameters()), list(watched.model.parameters()))
    beliefs = read_beliefs(tmp_path)
    assert [beliefs.confusion(place).tolist() for place in range(2)] == [event.confusion for event in figures]
    assert not np.isnan(beliefs.trained_losses).any()
    assert beliefs.trained_losses.mean(1) == pytest.approx([event.train_loss for event in figures], rel=5e-3)
    if lines.get("forward") != DRAWING:
        assert list(told.predicted) == beliefs.predicted[-1].tolist()
