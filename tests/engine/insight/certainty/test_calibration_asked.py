"""How sure a run is, asked of the engine; and the temperature from training to what is shown."""

import copy
from pathlib import Path

import pytest
import torch
from PIL import Image

from engine.data.dataset import Dataset
from engine.insight.runs.network import network_in
from engine.insight.runs.temperatures import TEMPERATURES
from engine.storage.runs.checkpoint import load_checkpoint, load_last, save_checkpoint
from engine.storage.runs.folders import BEST, LAST
from engine.training.loop import train
from engine.training.run import Run, resume
from engine.training.validation import fit_temperature
from engine.vocabulary.messages import (
    CalibrationMeasured,
    EpochDone,
    FilesPredicted,
    MeasureCalibration,
    Predict,
    Predicted,
    PredictFiles,
    StartRun,
    Stop,
)
from tests.engine.insight.certainty.asking import ask, fewer_digits, refused, trained
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine

__all__ = ["trained"]
FIRST, SECOND, THIRD = RUN, "0002-seed-cnn", "0003-seed-cnn"


def test_the_temperature_is_fitted_after_each_epoch_and_saved_with_the_weights(digits: Dataset, tmp_path: Path) -> None:
    run = Run(CONFIG.replace({"validation": 0.2}), digits, name=RUN, folder=tmp_path)
    epochs = [event for event in train(run) if isinstance(event, EpochDone)]
    with torch.inference_mode():
        logits = run.model.eval()(digits.train_images[run.held_out].unsqueeze(1).float() / 255)
    fitted = fit_temperature(logits, digits.train_labels[run.held_out])
    assert run.temperature == pytest.approx(fitted, rel=1e-5)
    assert epochs[-1].temperature == run.temperature
    assert epochs[0].temperature != epochs[1].temperature
    assert load_last(tmp_path)[0]["temperature"] == run.temperature
    assert resume(RUN, tmp_path, digits, {"epochs": 3}).temperature == run.temperature


def test_a_run_without_held_out_images_has_none(digits: Dataset) -> None:
    run = Run(CONFIG, digits)
    assert {event.temperature for event in train(run) if isinstance(event, EpochDone)} == {None}
    assert run.state()["temperature"] is None


def test_a_checkpoint_of_before_has_none_and_a_wrong_one_is_refused(trained: Engine) -> None:
    path = trained.checkpoints / FIRST / LAST
    state = load_checkpoint(path)
    del state["temperature"]
    assert network_in(path, state).temperature is None
    for wrong in (0.0, -1.0, 1e9, float("nan"), "warm"):
        with pytest.raises(Exception, match="does not fit its network"):
            network_in(path, {**state, "temperature": wrong})


def test_what_is_shown_is_calibrated_and_what_the_network_says_itself_is_beside_it(trained: Engine) -> None:
    answer = trained.tell(Predict(start=0, count=5, run=FIRST))
    assert isinstance(answer, Predicted)
    temperature = load_last(trained.checkpoints / FIRST)[0]["temperature"]
    assert answer.temperature == temperature
    for digit in answer.digits:
        plain = torch.tensor(digit.uncalibrated).double()
        again = (plain.clamp_min(1e-30).log() / temperature).softmax(0)
        assert digit.probabilities == pytest.approx(again.tolist(), abs=0.01)
        assert digit.predicted == digit.probabilities.index(max(digit.probabilities))
    without = trained.tell(Predict(start=0, run=THIRD))
    assert isinstance(without, Predicted)
    assert (without.temperature, without.digits[0].uncalibrated) == (None, [])


def test_files_are_classified_at_the_temperature_of_the_weights_that_answer(
    trained: Engine, digits: Dataset, tmp_path: Path
) -> None:
    picture = tmp_path / "seven.png"
    Image.fromarray(digits.test_images[0].numpy()).save(picture)
    answer = trained.tell(PredictFiles(paths=[str(picture)], run=FIRST))
    assert isinstance(answer, FilesPredicted)
    state = load_checkpoint(trained.checkpoints / FIRST / BEST)
    assert answer.best
    assert answer.temperature == state["temperature"]
    logits = network_in(trained.checkpoints / FIRST / BEST, state).logits(digits.test_images[:1])
    expected = (logits / state["temperature"]).softmax(1)[0]
    assert answer.files[0].probabilities == pytest.approx(expected.tolist(), abs=1e-5)


def test_calibration_is_measured_before_and_after_with_a_reject_threshold(trained: Engine, digits: Dataset) -> None:
    found = ask(trained, MeasureCalibration(run=FIRST, threshold=0.37, accuracy=0.5), CalibrationMeasured)
    state = load_checkpoint(trained.checkpoints / FIRST / BEST)
    logits = network_in(trained.checkpoints / FIRST / BEST, state).logits(digits.test_images)
    assert (found.run, found.images, found.best, found.held_out) == (FIRST, 100, True, 40)
    assert found.temperature == state["temperature"]
    assert not found.fitted
    assert found.accuracy == (logits.argmax(1) == digits.test_labels).double().mean().item()
    assert found.before.confidence == pytest.approx(logits.softmax(1).amax(1).mean().item(), abs=1e-6)
    assert found.after is not None
    shown = (logits / found.temperature).softmax(1)
    assert found.after.confidence == pytest.approx(shown.amax(1).mean().item(), abs=1e-6)
    [asked] = [each for each in found.rejections if each.threshold == 0.37]
    assert asked.answered == int((shown.amax(1) >= 0.37).sum())
    assert found.chosen is not None
    assert found.chosen.coverage == pytest.approx((shown.amax(1) >= found.chosen.threshold).double().mean().item())


def test_without_held_out_images_it_says_so_and_offers_them(trained: Engine) -> None:
    found = ask(trained, MeasureCalibration(run=THIRD), CalibrationMeasured)
    assert (found.temperature, found.after, found.chosen) == (None, None, None)
    assert "train with --validation" in found.note
    assert "test images" in found.note


def test_weights_of_an_earlier_version_get_a_temperature_once_and_keep_it(trained: Engine) -> None:
    path = trained.checkpoints / FIRST / BEST
    state = load_checkpoint(path)
    fitted = state.pop("temperature")
    save_checkpoint(path, state)
    saved_as = path.read_bytes()
    question = Predict(start=0, run=FIRST)
    assert shown(trained, PredictFiles(paths=[], run=FIRST)) is None
    found = ask(trained, MeasureCalibration(run=FIRST), CalibrationMeasured)
    assert found.fitted
    assert found.temperature == pytest.approx(fitted, rel=1e-4)
    assert path.read_bytes() == saved_as
    for engine in (trained, Engine(trained.checkpoints)):
        assert shown(engine, PredictFiles(paths=[], run=FIRST)) == found.temperature
    assert not ask(trained, MeasureCalibration(run=FIRST), CalibrationMeasured).fitted
    assert shown(trained, question) == load_last(trained.checkpoints / FIRST)[0]["temperature"]  # of other weights

    state["model"]["fc1.bias"] += 1.0  # these are others now
    save_checkpoint(path, state)
    assert shown(trained, PredictFiles(paths=[], run=FIRST)) is None
    for damage in (b"", b"[1]", b'{"a": "b"}', b'{"a": -1}', b"\xff" * 100_000):
        (path.parent / TEMPERATURES).write_bytes(damage)
        assert shown(Engine(trained.checkpoints), PredictFiles(paths=[], run=FIRST)) is None
    assert ask(trained, MeasureCalibration(run=FIRST), CalibrationMeasured).fitted


def test_a_temperature_that_cannot_be_kept_is_used_nevertheless(
    trained: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = trained.checkpoints / FIRST / BEST
    state = load_checkpoint(path)
    del state["temperature"]
    save_checkpoint(path, state)

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.insight.runs.temperatures.write_atomically", full)
    assert ask(trained, MeasureCalibration(run=FIRST), CalibrationMeasured).after is not None


def shown(engine: Engine, question: Predict | PredictFiles) -> float | None:
    answer = engine.tell(question)
    assert isinstance(answer, Predicted | FilesPredicted)
    return answer.temperature


def test_other_data_are_measured_at_the_temperature_of_the_runs_own(trained: Engine, tmp_path: Path) -> None:
    other = fewer_digits(trained, tmp_path, 50)
    found = ask(trained, MeasureCalibration(run=FIRST, data=str(other)), CalibrationMeasured)
    assert (found.images, found.data, found.held_out) == (50, str(other), 40)
    assert "absent" in refused(trained, MeasureCalibration(run=FIRST, data=str(tmp_path / "absent")))


def test_the_live_run_is_asked_as_it_was_and_trains_on_bit_for_bit(trained: Engine, digits: Dataset) -> None:
    config = CONFIG.replace({"validation": 0.2, "seed": 11, "epochs": 4})
    alone = Run(config, digits)
    for _ in train(alone):
        pass
    trained.done(StartRun(config=config))
    live = trained.worker.jobs.live
    assert live is not None
    trained.train_until(lambda: live.epoch == 1)
    before = copy.deepcopy(live.model)
    images, labels = digits.test_images, digits.test_labels
    found = ask(trained, MeasureCalibration(), CalibrationMeasured, train=True)
    assert (found.run, found.epoch) == ("0004-seed-cnn", 1)
    with torch.inference_mode():
        logits = before.eval()(images.unsqueeze(1).float() / 255).double()
    assert found.accuracy == (logits.argmax(1) == labels).double().mean().item()
    assert found.before.confidence == pytest.approx(logits.softmax(1).amax(1).mean().item(), abs=1e-6)
    trained.finish()
    assert all(map(torch.equal, alone.model.parameters(), live.model.parameters()))


def test_it_is_refused_where_there_is_no_such_run(trained: Engine) -> None:
    assert "there is no run '77'" in refused(trained, MeasureCalibration(run="77"))
    trained.done(StartRun(config=CONFIG.replace({"epochs": 99})))
    assert ask(trained, MeasureCalibration(), CalibrationMeasured, train=True).run == "0004-seed-cnn"
    trained.done(Stop())


@pytest.mark.parametrize(("average", "fitted"), [(0.0, True), (0.9, False)])
def test_a_fork_has_the_temperature_only_where_the_same_weights_answer(
    trained: Engine, average: float, fitted: bool
) -> None:
    config = CONFIG.replace({"lr": 0.003, "validation": 0.2, "epochs": 9, "ema": average})
    trained.done(StartRun(config=config, fork=f"{FIRST}@last"))
    live = trained.worker.jobs.live
    assert live is not None
    expected = load_last(trained.checkpoints / FIRST)[0]["temperature"]
    assert live.temperature == (expected if fitted else None)
    trained.done(Stop())
