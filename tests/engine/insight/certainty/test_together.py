"""Several runs as one, and two digit by digit, asked of the engine."""

from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from engine.data.dataset import Dataset
from engine.insight.runs.network import network_in
from engine.storage.runs.checkpoint import load_checkpoint
from engine.storage.runs.folders import BEST, LAST
from engine.vocabulary.messages import (
    ComparePredictions,
    EvaluateTogether,
    FilesPredicted,
    PredictFiles,
    PredictionsCompared,
    StartRun,
    TogetherEvaluated,
)
from tests.engine.insight.certainty.asking import ask, fewer_digits, refused, trained
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine

__all__ = ["trained"]
RUNS = [RUN, "0002-seed-cnn", "0003-seed-cnn"]


def alone(engine: Engine, digits: Dataset) -> tuple[Tensor, list[float | None]]:
    """Return calibrated probabilities [runs, N, 10] of the weights that each run is reported with."""
    found, temperatures = [], []
    for run, file in zip(RUNS, (BEST, BEST, LAST), strict=True):
        path = engine.checkpoints / run / file
        state = load_checkpoint(path)
        temperatures.append(state["temperature"])
        found.append((network_in(path, state).logits(digits.test_images) / (state["temperature"] or 1.0)).softmax(1))
    return torch.stack(found), temperatures


def test_several_runs_answer_with_the_mean_of_their_calibrated_probabilities(trained: Engine, digits: Dataset) -> None:
    found = ask(trained, EvaluateTogether(runs=["1", "2", "3"]), TogetherEvaluated)
    each, temperatures = alone(trained, digits)
    labels, mean, predicted = digits.test_labels, each.mean(0), each.argmax(2)
    assert [member.run for member in found.members] == RUNS
    assert [member.temperature for member in found.members] == temperatures
    assert temperatures[2] is None
    assert found.right == int((mean.argmax(1) == labels).sum())
    likelihood = -mean[torch.arange(100), labels].log().mean().item()
    assert found.together.log_likelihood == pytest.approx(likelihood, abs=1e-9)
    for i, member in enumerate(found.members):
        assert member.right == int((predicted[i] == labels).sum())
        assert found.right - member.right == member.only_together - member.only_alone
    disputed = (predicted != predicted[0]).any(0)
    assert found.disputed == int(disputed.sum())
    assert [digit.index for digit in found.digits] == disputed.nonzero().flatten().tolist()
    first = found.digits[0]
    assert first.predicted == predicted[:, first.index].tolist()
    assert (first.actual, first.together) == (int(labels[first.index]), int(mean[first.index].argmax()))


def test_two_runs_are_compared_on_the_same_digits(trained: Engine, digits: Dataset) -> None:
    found = ask(trained, ComparePredictions(a="1", b="3"), PredictionsCompared)
    each, _ = alone(trained, digits)
    a, b, labels = each[0].argmax(1), each[2].argmax(1), digits.test_labels
    counts = [
        int((left & right).sum())
        for left in (a == labels, a != labels)
        for right in (b == labels, b != labels)
    ]  # fmt: skip
    assert [found.both, found.only_a, found.only_b, found.neither] == counts
    assert sum(counts) == found.images == 100
    assert [digit.index for digit in found.digits] == (a != b).nonzero().flatten().tolist()
    assert (found.a, found.b) == (RUN, "0003-seed-cnn")
    same = ask(trained, ComparePredictions(a="1", b="1"), PredictionsCompared)
    assert (same.only_a, same.only_b, same.differ, same.digits) == (0, 0, 0, [])


def test_files_are_classified_by_several_runs_as_one(trained: Engine, digits: Dataset, tmp_path: Path) -> None:
    picture = tmp_path / "digit.png"
    Image.fromarray(digits.test_images[0].numpy()).save(picture)
    found = trained.tell(PredictFiles(paths=[str(picture)], runs=["1", "2", "3"]))
    assert isinstance(found, FilesPredicted)
    each, temperatures = alone(trained, digits)
    assert (found.runs, found.temperatures) == (RUNS, temperatures)
    [file] = found.files
    assert file.votes == each[:, 0].argmax(1).tolist()
    assert file.probabilities == pytest.approx(each[:, 0].mean(0).tolist(), abs=1e-5)
    assert file.predicted == int(each[:, 0].mean(0).argmax())


def test_a_run_that_is_not_there_is_named(trained: Engine) -> None:
    assert "there is no run '8'" in refused(trained, EvaluateTogether(runs=["1", "8"]))
    assert "there is no run '8'" in trained.refused(PredictFiles(paths=["x"], runs=["1", "8"]))


def test_runs_that_were_tested_on_other_digits_are_neither_averaged_nor_compared(
    trained: Engine, tmp_path: Path
) -> None:
    other = fewer_digits(trained, tmp_path, 60)
    trained.done(StartRun(config=CONFIG.replace({"data": str(other), "epochs": 1})))
    trained.finish()
    for question in (EvaluateTogether(runs=["1", "4"]), ComparePredictions(a="1", b="4")):
        assert f"{RUN} was tested on" in refused(trained, question)
    named = ComparePredictions(a="1", b="4", data=str(other))
    assert ask(trained, named, PredictionsCompared).images == 60
