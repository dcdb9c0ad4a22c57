"""Questions about networks: the live one, one that just ended, one on disk."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from engine.data.dataset import Dataset, write_npz
from engine.server.worker.inspection import Inspector
from engine.storage.runs.checkpoint import CheckpointError
from engine.training.evaluation import evaluate
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochDone, Evaluate, Predict, PredictFiles, ResumeRun, StartRun, Stop
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine


@pytest.fixture
def trained(checkpoints: Path) -> Engine:
    """An engine with two finished runs; the second is longer."""
    engine = Engine(checkpoints)
    engine.worker.loader.load("")
    for config in (CONFIG.replace({"epochs": 1}), CONFIG.replace({"epochs": 2, "seed": 3})):
        engine.done(StartRun(config=config))
        engine.finish()
    return engine


def probabilities(inspector: Inspector, data: Dataset | None, run: str = "") -> list[float]:
    [digit] = inspector.walk(Predict(start=3, run=run), None, data).digits
    return digit.probabilities


def test_a_saved_network_answers_as_it_did_in_memory(trained: Engine) -> None:
    worker = trained.worker
    in_memory = worker.inspector.walk(Predict(start=3, count=5), None, worker.loader.data)
    from_disk = Inspector(trained.checkpoints).walk(Predict(start=3, count=5), None, worker.loader.data)
    assert from_disk == in_memory
    assert (from_disk.run, from_disk.step) == ("0002-seed-cnn", 8)


def test_a_run_is_named_or_the_latest(trained: Engine) -> None:
    inspector, data = Inspector(trained.checkpoints), trained.worker.loader.data
    latest, first = probabilities(inspector, data), probabilities(inspector, data, "1")
    assert first != latest
    assert probabilities(inspector, data, RUN) == first
    assert probabilities(inspector, data, "0002-seed-cnn") == latest


def test_the_live_run_comes_first_and_others_can_be_named_beside_it(trained: Engine) -> None:
    before = probabilities(Inspector(trained.checkpoints), trained.worker.loader.data, "2")
    trained.done(StartRun(config=CONFIG))
    live = trained.worker.jobs.live
    inspector = trained.worker.inspector
    assert inspector.walk(Predict(start=0), live, None).run == "0003-seed-cnn"
    [digit] = inspector.walk(Predict(start=3, run="2"), live, trained.worker.loader.data).digits
    assert digit.probabilities == before
    trained.done(Stop())


def test_asking_about_another_run_draws_nothing_from_the_live_ones_generator(trained: Engine) -> None:
    before = torch.get_rng_state()
    inspector = Inspector(trained.checkpoints)
    inspector.walk(Predict(start=0, run="1"), None, trained.worker.loader.data)
    inspector.evaluate(Evaluate(run="2"), None, trained.worker.loader.data)
    assert torch.equal(before, torch.get_rng_state())


def test_a_network_is_read_again_when_its_checkpoint_changed(trained: Engine) -> None:
    inspector = Inspector(trained.checkpoints)
    first = probabilities(inspector, trained.worker.loader.data)
    other = Engine(trained.checkpoints)
    other.worker.jobs.resume(ResumeRun(run="2", changes={"epochs": 3}))
    other.finish()
    assert probabilities(inspector, trained.worker.loader.data) != first


def test_an_evaluation_gives_the_figures_of_the_last_epoch(trained: Engine) -> None:
    last = trained.sink.of(EpochDone)[-1]
    result = Inspector(trained.checkpoints).evaluate(Evaluate(), None, None)  # reads the run's own data
    assert (result.run, result.images) == ("0002-seed-cnn", 100)
    assert (result.loss, result.accuracy, result.confusion) == (last.test_loss, last.test_accuracy, last.confusion)


def test_a_run_is_measured_on_its_own_data_unless_other_is_named(
    trained: Engine, digit_arrays: dict[str, object], tmp_path: Path
) -> None:
    other = tmp_path / "other.npz"
    few = {name: array[:40] for name, array in digit_arrays.items()}  # type: ignore[index]
    other.write_bytes(write_npz(few, ()))
    trained.worker.loader.load(str(other))
    inspector = trained.worker.inspector
    assert inspector.evaluate(Evaluate(), None, trained.worker.loader.data).images == 100
    named = inspector.evaluate(Evaluate(data=str(other)), None, None)
    assert (named.images, named.data) == (40, str(other))


def test_files_are_classified_and_a_bad_one_is_told_in_its_own_line(
    trained: Engine, digits: Dataset, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.fromarray(digits.test_images[3].numpy()).save(good)
    bad.write_bytes(b"no image")
    inspector = Inspector(trained.checkpoints)
    result = inspector.classify(PredictFiles(paths=[str(good), str(bad), str(tmp_path / "absent.png")]), None)
    first, second, third = result.files
    assert result.run == "0002-seed-cnn"
    assert first.pixels == digits.test_images[3].numpy().tobytes()
    assert (first.treatment, first.error) == ("as it is", "")
    assert first.probabilities == probabilities(inspector, trained.worker.loader.data)
    assert first.predicted == first.probabilities.index(max(first.probabilities))
    assert "bad.png" in second.error
    assert "absent.png" in third.error
    assert (second.predicted, second.probabilities) == (-1, [])


def test_a_damaged_last_checkpoint_falls_back_to_the_one_before(trained: Engine) -> None:
    (trained.checkpoints / "0002-seed-cnn" / "last.pt").write_bytes(b"damaged")
    answer = Inspector(trained.checkpoints).walk(Predict(start=0), None, trained.worker.loader.data)
    assert (answer.run, answer.step) == ("0002-seed-cnn", 4)
    (trained.checkpoints / "0002-seed-cnn" / "previous.pt").write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match=r"last\.pt: does not match"):
        Inspector(trained.checkpoints).walk(Predict(start=0), None, trained.worker.loader.data)


def test_a_run_without_a_checkpoint_says_so(trained: Engine) -> None:
    trained.done(StartRun(config=RunConfig(epochs=9, batch_size=50, device="cpu")))
    with pytest.raises(CheckpointError, match="no complete checkpoint"):
        Inspector(trained.checkpoints).walk(Predict(start=0), None, trained.worker.loader.data)


def test_evaluation_leaves_the_network_as_it_was(trained: Engine) -> None:
    trained.done(StartRun(config=CONFIG))
    live = trained.worker.jobs.live
    assert live is not None
    before = [parameter.clone() for parameter in live.model.parameters()]
    expected = evaluate(live.model, live.data.test_images, live.data.test_labels)
    assert trained.worker.inspector.evaluate(Evaluate(), live, None).loss == expected.loss
    assert all(map(torch.equal, before, live.model.parameters()))
    assert live.model.training
