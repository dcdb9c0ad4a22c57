"""What is answered of a run's digits: from its log, and from its weights of now."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.dataset import write_npz
from engine.insight.beliefs.answers import BeliefReader
from engine.insight.beliefs.history import read_beliefs
from engine.insight.beliefs.records import BELIEFS
from engine.storage.runs.folders import LAST, RunError
from engine.training.evaluation import evaluate, predict
from engine.vocabulary.messages import (
    MAX_LINE,
    MOST_LISTED,
    MOST_PIXELS,
    MOST_ROWS,
    AskBelief,
    AskConfusion,
    AskGallery,
    AskGalleryNow,
    AskLabelErrors,
    AskLearning,
    AskPixels,
    BeliefTold,
    DigitList,
    GalleryTold,
    LabelErrorsTold,
    LearningTold,
    NotedDigit,
    PixelsTold,
    Predict,
    Predicted,
    StartRun,
    encode,
    floats_in,
)
from tests.engine.insight.beliefs.trained_runs import epochs_done, trained
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine, engine  # noqa: F401  (engine is a fixture)


def test_the_belief_of_a_digit_is_what_the_run_said_of_it_after_each_epoch(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    said: list[list[float]] = []
    for epoch in (1, 2):
        engine.train_until(lambda: len(epochs_done(engine)) == epoch)  # noqa: B023
        run = engine.worker.jobs.live
        if run is not None:
            said.append(predict(run.tested, run.data.test_images[5:6])[1][0].tolist())
    engine.finish()
    answer = BeliefReader(engine.checkpoints).answer(AskBelief(index=5))
    assert isinstance(answer, BeliefTold)
    for told, exact in zip(answer.probabilities, said, strict=False):
        assert told == pytest.approx(exact, abs=0.006)
    assert (answer.epochs, answer.index, answer.run, answer.damaged) == ([1, 2], 5, RUN, 0)
    assert engine.worker.loader.data is not None
    assert answer.label == int(engine.worker.loader.data.test_labels[5])
    for probabilities, predicted, loss in zip(answer.probabilities, answer.predicted, answer.losses, strict=True):
        assert probabilities[predicted] == pytest.approx(max(probabilities), abs=0.006)
        assert np.exp(-loss) == pytest.approx(probabilities[answer.label], abs=0.006)


def test_a_digit_or_an_epoch_that_was_not_kept_is_refused_with_what_there_is(engine: Engine) -> None:
    trained(engine)
    reader = BeliefReader(engine.checkpoints)
    with pytest.raises(RunError, match="of test image 100; give 0 to 99"):
        reader.answer(AskBelief(index=100))
    for question in (AskConfusion(epoch=7), AskGallery(epoch=7)):
        with pytest.raises(RunError, match="after epoch 7; give another, epoch 2 say"):
            reader.answer(question)


def test_the_gallery_after_an_epoch_and_the_one_of_now_agree_with_the_network(engine: Engine) -> None:
    trained(engine)
    now, kept = engine.tell(AskGalleryNow()), BeliefReader(engine.checkpoints).answer(AskGallery())
    data = engine.worker.loader.data
    assert isinstance(now, GalleryTold)
    assert isinstance(kept, GalleryTold)
    assert data is not None
    [digits] = [engine.tell(Predict(start=0, count=64))]
    assert isinstance(digits, Predicted)
    assert (now.labels, now.predicted) == (kept.labels, kept.predicted)
    assert (now.epoch, now.step, now.total, kept.epoch, kept.step, kept.total) == (2, 8, 100, 2, 0, 100)
    assert list(now.labels) == data.test_labels.tolist()
    for i, digit in enumerate(digits.digits):
        first, second, *_ = sorted(digit.probabilities, reverse=True)
        assert now.predicted[i] == digit.predicted
        for told in (now, kept):
            assert floats_in(told.confidences)[i] == pytest.approx(first, abs=0.006)
            assert floats_in(told.margins)[i] == pytest.approx(first - second, abs=0.012)
            assert floats_in(told.losses)[i] == pytest.approx(
                -np.log(digit.probabilities[digit.actual] + 1e-30), rel=0.02, abs=1e-3
            )
    assert sum(floats_in(now.losses)) / 100 == pytest.approx(epochs_done(engine)[-1].test_loss, rel=1e-4)


def test_a_gallery_comes_in_parts(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    trained(engine)
    reader = BeliefReader(engine.checkpoints)
    whole = reader.answer(AskGallery())
    monkeypatch.setattr("engine.insight.beliefs.answers.MOST_ROWS", 40)
    monkeypatch.setattr("engine.insight.beliefs.live.MOST_ROWS_NOW", 40)
    assert isinstance(whole, GalleryTold)
    for ask in (
        lambda start: reader.answer(AskGallery(start=start)),
        lambda start: engine.tell(AskGalleryNow(start=start)),
    ):
        parts = [ask(start) for start in (0, 40, 80, 120)]
        assert [len(part.labels) for part in parts] == [40, 40, 20, 0]
        assert b"".join(part.predicted for part in parts) == whole.predicted
        assert all(part.total == 100 for part in parts)


def test_training_images_have_a_gallery_too(engine: Engine) -> None:
    folder = trained(engine, validation=0.2)
    kept, now = (
        BeliefReader(engine.checkpoints).answer(AskGallery(part="train", epoch=1)),
        engine.tell(AskGalleryNow(part="train")),
    )
    assert isinstance(kept, GalleryTold)
    assert isinstance(now, GalleryTold)
    assert (kept.total, now.total, kept.confidences) == (200, 200, b"")
    assert np.isnan(floats_in(kept.losses)).sum() == 40
    np.testing.assert_array_equal(floats_in(kept.losses), read_beliefs(folder).trained_losses[0])
    assert len(floats_in(now.confidences)) == 200


def test_live_questions_between_two_steps_change_nothing_of_the_run(engine: Engine) -> None:
    data = engine.worker.loader.data
    assert data is not None
    alone = trained(engine)
    engine.done(StartRun(config=CONFIG))
    while engine.worker.jobs.live is not None:
        live = engine.worker.jobs.live
        told = engine.tell(AskGalleryNow())
        assert isinstance(told, GalleryTold)
        assert (told.run, told.step) == (live.name, live.step)
        assert list(told.predicted) == predict(live.tested, data.test_images)[0].tolist()
        assert isinstance(engine.tell(AskPixels(indices=[1])), PixelsTold)
        engine.worker.jobs.advance()
    watched = engine.checkpoints / "0002-seed-cnn"
    states = [torch.load(folder / LAST, weights_only=True) for folder in (alone, watched)]
    assert all(map(torch.equal, states[0]["model"].values(), states[1]["model"].values()))
    assert torch.equal(states[0]["rng"]["cpu"], states[1]["rng"]["cpu"])
    assert (alone / BELIEFS).read_bytes() == (watched / BELIEFS).read_bytes()


def test_pixels_are_those_of_the_runs_data_or_of_a_folder(
    engine: Engine, digit_arrays: dict[str, np.ndarray], tmp_path: Path
) -> None:
    trained(engine)
    told = engine.tell(AskPixels(indices=[7, 3], part="train"))
    assert isinstance(told, PixelsTold)
    assert told.pixels == digit_arrays["train_images"][[7, 3]].tobytes()
    assert list(told.labels) == digit_arrays["train_labels"][[7, 3]].tolist()
    other = tmp_path / "other.npz"
    other.write_bytes(write_npz({name: array[::-1][:40] for name, array in digit_arrays.items()}, ()))
    mine = engine.tell(AskPixels(indices=[0], data=str(other)))
    assert isinstance(mine, PixelsTold)
    assert mine.pixels == digit_arrays["test_images"][-1].tobytes()
    gallery = engine.tell(AskGalleryNow(data=str(other)))
    assert isinstance(gallery, GalleryTold)
    assert (gallery.total, gallery.labels[0]) == (40, digit_arrays["test_labels"][-1])
    assert "has no test image 100; there are 100, counted from 0" in engine.refused(AskPixels(indices=[99, 100]))
    assert "there is no run '9'" in engine.refused(AskPixels(indices=[0], run="9"))
    assert "there is no run '9'" in engine.refused(AskGalleryNow(run="9"))


def test_lists_of_learning_have_what_the_epochs_say(engine: Engine) -> None:
    folder = trained(engine, epochs=6, lr=0.004)
    answer = BeliefReader(engine.checkpoints).answer(AskLearning(most=500))
    assert isinstance(answer, LearningTold)
    right = read_beliefs(folder).right
    network = engine.worker.inspector.runs.latest("", None)
    assert engine.worker.loader.data is not None
    data = engine.worker.loader.data
    assert right[-1].mean() == evaluate(network.model, data.test_images, data.test_labels).accuracy
    forgotten = {i: sum(a and not b for a, b in zip(right[:-1, i], right[1:, i], strict=True)) for i in range(100)}
    assert {each.index: each.forgotten for each in answer.most_forgotten.digits} == {
        i: n for i, n in forgotten.items() if n
    }
    assert [each.forgotten for each in answer.most_forgotten.digits] == sorted(
        filter(None, forgotten.values()), reverse=True
    )
    assert {each.index for each in answer.never_learned.digits} == {i for i in range(100) if not right[:, i].any()}
    assert {each.index for each in answer.confidently_wrong.digits} == {i for i in range(100) if not right[-1, i]}
    sure = [each.confidence for each in answer.confidently_wrong.digits]
    assert sure == sorted(sure, reverse=True)
    for each in answer.last_learned.digits:
        assert right[each.right_since - 1 :, each.index].all()
        assert not right[each.right_since - 2, each.index]
    few = BeliefReader(engine.checkpoints).answer(AskLearning(most=1))
    assert isinstance(few, LearningTold)
    assert (few.confidently_wrong.total, len(few.confidently_wrong.digits)) == (len(sure), 1)


def test_label_errors_are_listed_with_what_they_should_be(engine: Engine) -> None:
    trained(engine)
    answer = BeliefReader(engine.checkpoints).answer(AskLabelErrors(most=3))
    assert isinstance(answer, LabelErrorsTold)
    assert (answer.images, answer.epochs) == (200, [1, 2])
    assert len(answer.errors) == min(3, answer.total)
    assert all(each.label != each.suggested and each.loss > 4 for each in answer.errors)


def test_the_largest_answers_fit_in_one_line() -> None:
    names = tuple(f"{'x' * 36}{i:04d}" for i in range(100))
    row, label = b"\xff" * 4 * MOST_ROWS, b"\xff" * MOST_ROWS
    gallery = GalleryTold(
        run="x" * 200, part="train", epoch=1, step=1, total=1, start=0, labels=label, predicted=label,
        losses=row, confidences=row, margins=row, epochs=[99_999] * 256, classes=names,
    )  # fmt: skip
    pixels = PixelsTold(
        run="x" * 200, part="train", indices=[2**31 - 1] * MOST_PIXELS, labels=row[:MOST_PIXELS],
        pixels=b"\xff" * 784 * MOST_PIXELS, classes=names,
    )  # fmt: skip
    belief = BeliefTold(
        run="x" * 200, index=1, label=1, epochs=[99_999] * 256, probabilities=[[1.23e-06] * 100] * 256,
        predicted=[99] * 256, losses=[1.234e-06] * 256, classes=names,
    )  # fmt: skip
    digit = NotedDigit(
        index=2**31, label=99, predicted=99, confidence=1.23e-06, loss=1.234e-06, forgotten=99, right_since=99_999
    )
    digits = DigitList(total=10**6, digits=[digit] * MOST_LISTED)
    lists = LearningTold(
        run="x" * 200, epochs=[99_999] * 256, images=10**6, most_forgotten=digits, last_learned=digits,
        never_learned=digits, confidently_wrong=digits, classes=names,
    )  # fmt: skip
    for answer in (gallery, pixels, belief, lists):
        assert len(encode(answer)) <= MAX_LINE  # or it is refused
