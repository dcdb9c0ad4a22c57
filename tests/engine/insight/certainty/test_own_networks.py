"""Users' own networks are asked like all others, live and saved, and change nothing by it."""

import pytest
import torch

from engine.vocabulary.messages import (
    CalibrationMeasured,
    ComparePredictions,
    EvaluateTogether,
    MeasureCalibration,
    MeasureRobustness,
    PredictionsCompared,
    RobustnessMeasured,
    StartRun,
    Stop,
    TogetherEvaluated,
)
from tests.engine.insight.certainty.asking import ask, refused
from tests.engine.networks.own.conftest import _forgotten, engine  # noqa: F401  (fixtures)
from tests.engine.networks.own.written import Write, config_of, network, write
from tests.engine.server.worker.driven_worker import Engine

__all__ = ["write"]
ATTENTION = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(28, 4, batch_first=True)
            self.out = nn.Linear(28, 10)

        def forward(self, images):
            rows = images.squeeze(1)
            return self.out(self.attention(rows, rows, rows, need_weights=False)[0].mean(1))
"""
LSTM = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(28, 16, batch_first=True)
            self.out = nn.Linear(16, 10)

        def forward(self, images):
            return self.out(self.lstm(images.squeeze(1))[0][:, -1])
"""


def start(engine: Engine, model: str, **more: object) -> None:
    engine.tell(StartRun(config=config_of(model, validation=0.2, **more)))
    engine.train_until(lambda: engine.worker.jobs.live is None or engine.worker.jobs.live.epoch > 0)


@pytest.mark.parametrize("text", ["mlp", ATTENTION, LSTM], ids=["mlp", "attention", "lstm"])
def test_every_question_has_an_answer_live_and_saved(engine: Engine, write: Write, text: str) -> None:
    start(engine, write(network() if text == "mlp" else text), epochs=30)
    shift = MeasureRobustness(runs=[""], corruptions=["shift"], images=20)
    live = ask(engine, MeasureCalibration(), CalibrationMeasured)
    assert live.temperature is not None
    assert ask(engine, shift, RobustnessMeasured, train=True).done
    engine.done(Stop())
    saved = ask(engine, MeasureCalibration(best=False), CalibrationMeasured)
    assert saved.after is not None
    assert ask(engine, EvaluateTogether(runs=["1", "1"]), TogetherEvaluated).images == 100
    assert ask(engine, ComparePredictions(a="1", b="1"), PredictionsCompared).differ == 0


def test_one_that_draws_in_forward_takes_nothing_from_the_run_in_progress(engine: Engine, write: Write) -> None:
    start(engine, write(network(forward="images = images + 0 * torch.rand_like(images)")), epochs=30)
    before = torch.get_rng_state()
    ask(engine, MeasureRobustness(runs=[""], corruptions=["noise"], images=20), RobustnessMeasured)
    assert torch.equal(torch.get_rng_state(), before)
    engine.done(Stop())


def test_one_that_cannot_be_copied_says_so(engine: Engine, write: Write) -> None:
    text = network(init="import threading\nself.lock = threading.Lock()")
    start(engine, write(text), epochs=30)
    assert "cannot be copied while it trains" in refused(engine, MeasureCalibration())
    engine.done(Stop())
    assert ask(engine, MeasureCalibration(run="1"), CalibrationMeasured).images == 100


def test_one_that_fails_on_corrupted_digits_is_told_and_the_engine_goes_on(engine: Engine, write: Write) -> None:
    text = network(forward="if images[0, 0, 0, 0] > 0.3: raise ValueError('too bright')")
    start(engine, write(text), epochs=2)
    engine.finish()
    reason = refused(engine, MeasureRobustness(runs=["1"], corruptions=["brightness"]))
    assert "too bright" in reason
    assert ask(engine, MeasureCalibration(run="1"), CalibrationMeasured).images == 100
