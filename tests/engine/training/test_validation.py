"""Images held out of training: which they are, what they decide, and that the test set decides nothing."""

import dataclasses
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from engine.data.dataset import Dataset
from engine.server.worker.begin_run import record_of
from engine.server.worker.inspection import Inspector
from engine.storage.runs.checkpoint import CheckpointError, load_checkpoint, save_checkpoint
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import read_record
from engine.training.evaluation import evaluate
from engine.training.loop import train
from engine.training.run import Run, resume
from engine.training.validation import Best, quotas, split
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import CheckpointSaved, EpochDone, Evaluate, PredictFiles, RunEnded, RunStarted
from engine.vocabulary.run_conventions import OLD, PRESENT
from tests.engine.training.compared_runs import forget_conventions, same

CONFIG = RunConfig(epochs=3, batch_size=30, device="cpu", validation=0.2)  # 200 images


@pytest.mark.parametrize(
    ("images", "share", "held_out"), [(200, 0.2, 40), (60_000, 1 / 6, 10_000), (2, 0.5, 1), (3, 0.001, 1)]
)
def test_a_share_is_held_out_and_the_rest_is_trained_on(images: int, share: float, held_out: int) -> None:
    kept, held = split(torch.arange(images) % 10, share)
    assert kept is not None
    assert len(held) == held_out
    assert torch.equal(torch.cat([kept, held]).sort().values, torch.arange(images))


def test_no_share_holds_nothing_out_and_neither_does_a_single_image() -> None:
    assert split(torch.zeros(200), 0.0)[0] is None
    assert split(torch.zeros(1), 0.5)[0] is None


def test_every_class_has_its_share_among_the_images_held_out() -> None:
    labels = torch.tensor([0] * 500 + [1] * 100 + [2] * 31 + [9] * 9)[torch.randperm(640)]
    for share in (0.05, 0.1, 1 / 6, 0.5):
        kept, held = split(labels, share)
        assert kept is not None
        assert len(held) == round(640 * share)
        for digit, count in ((0, 500), (1, 100), (2, 31), (9, 9)):
            assert abs((labels[held] == digit).sum().item() - count * share) <= 1
            assert (labels[kept] == digit).any()
    chance = split(labels, 0.1, stratified=False)[1]
    assert torch.equal(chance, torch.randperm(640, generator=torch.Generator().manual_seed(0))[:64].sort().values)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=10), st.floats(0, 0.5))
def test_classes_are_never_left_without_an_image_to_train_on_where_there_is_a_choice(
    counts: list[int], share: float
) -> None:
    held = min(sum(counts) - 1, round(sum(counts) * share))
    assume(held > 0)
    taken = quotas(counts, held)
    assert sum(taken) == held
    assert all(0 <= part <= count for part, count in zip(taken, counts, strict=True))
    if sum(max(0, count - 1) for count in counts) >= held:
        assert all(part < count for part, count in zip(taken, counts, strict=True) if count)


def test_a_run_of_the_time_before_goes_on_with_the_images_it_held_out(digits: Dataset, tmp_path: Path) -> None:
    whole = Run(CONFIG, digits, conventions=OLD)
    expected = [event.validation_loss for event in train(whole) if isinstance(event, EpochDone)]
    run = Run(CONFIG, digits, folder=tmp_path, conventions=OLD)
    assert not torch.equal(run.held_out, Run(CONFIG, digits).held_out)
    for event in train(run):
        if isinstance(event, CheckpointSaved):
            break
    forget_conventions(tmp_path / "last.pt")
    again = resume("r", tmp_path, digits)
    rest = [event.validation_loss for event in train(again) if isinstance(event, EpochDone)]
    assert torch.equal(again.held_out, run.held_out)
    assert rest == expected[1:]
    assert same(again.model.state_dict(), whole.model.state_dict())
    assert load_checkpoint(tmp_path / "last.pt")["conventions"] == msgspec.structs.asdict(OLD)


def test_the_images_held_out_are_the_same_for_all_seeds_and_never_trained_on(digits: Dataset) -> None:
    runs = [Run(CONFIG.replace({"seed": seed}), digits) for seed in (0, 1)]
    assert torch.equal(runs[0].held_out, runs[1].held_out)
    spoilt = digits.train_images.clone()
    spoilt[runs[0].held_out] = 255
    losses = []
    for images in (digits.train_images, spoilt):
        run = Run(CONFIG, dataclasses.replace(digits, train_images=images))
        losses.append([event.train_loss for event in train(run) if isinstance(event, EpochDone)])
    assert losses[0] == losses[1]


def test_an_epoch_tells_loss_and_accuracy_on_the_images_held_out(digits: Dataset) -> None:
    run = Run(CONFIG.replace({"epochs": 1}), digits)
    events = list(train(run))
    [epoch] = [event for event in events if isinstance(event, EpochDone)]
    held = evaluate(run.model, digits.train_images[run.held_out], digits.train_labels[run.held_out])
    assert (epoch.validation_loss, epoch.validation_accuracy) == (held.loss, held.accuracy)
    assert isinstance(events[0], RunStarted)
    assert (events[0].train_images, events[0].steps_per_epoch) == (160, 6)


def test_the_best_epoch_is_the_first_of_the_highest_accuracy() -> None:
    best = Best()
    for epoch, accuracy in enumerate((0.0, 0.5, 0.9, 0.9, 0.3), 1):
        best = best.after(epoch, accuracy, 1.0)
    assert (best.epoch, best.accuracy) == (3, 0.9)
    assert Best().after(1, 0.0, 2.0).epoch == 1


def test_the_best_weights_are_kept_and_can_be_evaluated(digits: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "0001-seed-cnn"
    folder.mkdir()
    run = Run(CONFIG.replace({"lr": 0.003, "epochs": 6}), digits, name=folder.name, folder=folder)
    log = RunLog(folder, record_of(run))
    epochs = [event for event in train(run) if isinstance(event, EpochDone)]
    log.close("finished", run.step, "")
    best = max(epochs, key=lambda epoch: (epoch.validation_accuracy, -epoch.epoch))
    assert load_checkpoint(folder / "best.pt")["position"]["epoch"] == best.epoch
    told = Inspector(tmp_path).evaluate(Evaluate(run="1", best=True), None, digits)
    assert told.accuracy == pytest.approx(best.test_accuracy)


def test_evaluate_and_predict_use_the_weights_that_are_reported_unless_told_otherwise(
    digits: Dataset, tmp_path: Path
) -> None:
    folder = tmp_path / "0001-seed-cnn"
    folder.mkdir()
    run = Run(CONFIG.replace({"lr": 0.003, "epochs": 6}), digits, name=folder.name, folder=folder)
    log = RunLog(folder, record_of(run))
    epochs = []
    for event in train(run):
        log.write(event)
        if isinstance(event, EpochDone):
            epochs.append(event)
            if event.epoch == 4:
                run.steer({"lr": 5.0})  # spoils what comes after it
    log.close("finished", run.step, "")
    record = read_record(folder)
    assert record.best is not None
    assert (record.conventions, record.best.epoch) == (PRESENT, run.best.epoch)
    assert run.best.epoch < 6
    picture = tmp_path / "digit.png"
    Image.fromarray(digits.test_images[0].numpy()).save(picture)
    inspector = Inspector(tmp_path)
    for best, epoch in ((None, run.best.epoch), (True, run.best.epoch), (False, 6)):
        told = inspector.evaluate(Evaluate(run="1", best=best), None, digits)
        assert (told.epoch, told.best) == (epoch, best is not False)
        assert told.accuracy == epochs[epoch - 1].test_accuracy
        files = inspector.classify(PredictFiles(paths=[str(picture)], run="1", best=best), None)
        assert (files.epoch, files.best) == (epoch, best is not False)
    live = inspector.evaluate(Evaluate(), run, digits)
    assert (live.epoch, live.best) == (6, False)


def test_a_run_without_validation_has_no_best_and_says_so(digits: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "0001-seed-cnn"
    folder.mkdir()
    run = Run(RunConfig(epochs=1, batch_size=100, device="cpu"), digits, name=folder.name, folder=folder)
    log = RunLog(folder, record_of(run))
    list(train(run))
    log.close("finished", run.step, "")
    with pytest.raises(CheckpointError, match="no images were held out"):
        Inspector(tmp_path).evaluate(Evaluate(run="1", best=True), None, digits)


def test_training_stops_once_patience_is_out_and_says_why(digits: Dataset) -> None:
    run = Run(CONFIG.replace({"epochs": 50, "lr": 1e-9, "patience": 3}), digits)  # learns nothing
    events = list(train(run))
    ended = events[-1]
    assert isinstance(ended, RunEnded)
    assert run.epoch == run.best.epoch + 3 < 50
    assert ended.state == "finished"
    assert f"of epoch {run.best.epoch} for 3 epochs" in ended.reason


def test_a_resumed_run_remembers_its_best_epoch(digits: Dataset, tmp_path: Path) -> None:
    run = Run(CONFIG, digits, folder=tmp_path)
    list(train(run))
    again = resume("r", tmp_path, digits, {"epochs": 4})
    assert again.best == run.best
    assert run.best.epoch > 0


def test_patience_without_validation_is_refused_with_the_remedy() -> None:
    with pytest.raises(ConfigError, match=r"Validation \(validation\) to 0.1, say, or patience to 0"):
        RunConfig().replace({"patience": 3})


def test_a_run_cut_off_before_its_last_checkpoint_has_the_best_weights_all_the_same(
    digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever file of an epoch's is the first that is not written."""
    config = CONFIG.replace({"lr": 0.003, "epochs": 3})
    for missed in ("last.pt", "best.pt"):
        folder = tmp_path / missed
        folder.mkdir()
        run = Run(config, digits, folder=folder)
        for event in train(run):
            if isinstance(event, CheckpointSaved):
                break
        rest = train(run)

        def save(path: Path, state: dict[str, Any], missed: str = missed) -> None:
            if path.name == missed:
                raise KeyboardInterrupt
            save_checkpoint(path, state)

        monkeypatch.setattr("engine.training.run.save_checkpoint", save)
        with pytest.raises(KeyboardInterrupt):
            list(rest)
        monkeypatch.setattr("engine.training.run.save_checkpoint", save_checkpoint)
        again = resume("r", folder, digits)
        list(train(again))
        assert load_checkpoint(folder / "best.pt")["position"]["epoch"] == again.best.epoch
