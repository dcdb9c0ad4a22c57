"""What runs of the worker keep of each digit."""

import shutil

import numpy as np
import pytest

from engine.insight.beliefs.answers import BeliefReader
from engine.insight.beliefs.history import read_beliefs
from engine.insight.beliefs.records import BELIEFS
from engine.storage.runs.folders import LAST, RunError
from engine.vocabulary.messages import (
    AskBelief,
    AskConfusion,
    AskGallery,
    AskLabelErrors,
    AskLearning,
    ConfusionTold,
    DeleteRun,
    RestoreRun,
    ResumeRun,
    StartRun,
    Stop,
)
from tests.engine.insight.beliefs.trained_runs import epochs_done, trained
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine, engine  # noqa: F401  (engine is a fixture)


def test_a_run_keeps_each_epoch_and_a_resumed_one_goes_on(engine: Engine) -> None:
    folder = trained(engine)
    assert read_beliefs(folder).epochs == (1, 2)
    engine.done(ResumeRun(run=RUN, changes={"epochs": 4}))
    engine.finish()
    beliefs = read_beliefs(folder)
    assert (beliefs.epochs, beliefs.damaged) == ((1, 2, 3, 4), 0)
    assert [beliefs.confusion(place).tolist() for place in range(4)] == [each.confusion for each in epochs_done(engine)]


def test_what_a_killed_run_kept_of_an_epoch_without_a_checkpoint_is_dropped(engine: Engine) -> None:
    folder = trained(engine)
    checkpoint = (folder / LAST).read_bytes(), (folder / f"{LAST}.sha256").read_bytes()
    whole = trained(engine, epochs=3) / BELIEFS
    shutil.copy(whole, folder / BELIEFS)
    assert checkpoint == ((folder / LAST).read_bytes(), (folder / f"{LAST}.sha256").read_bytes())
    engine.done(ResumeRun(run=RUN, changes={"epochs": 3}))
    assert read_beliefs(folder).epochs == (1, 2)
    engine.finish()
    assert (folder / BELIEFS).read_bytes() == whole.read_bytes()


def test_a_run_that_is_stopped_within_an_epoch_and_resumed_keeps_the_same_of_the_test(engine: Engine) -> None:
    whole = read_beliefs(trained(engine))
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step >= 6)
    engine.done(Stop())
    folder = engine.checkpoints / "0002-seed-cnn"
    assert read_beliefs(folder).epochs == (1,)
    engine.done(ResumeRun(run="2"))
    engine.finish()
    found = read_beliefs(folder)
    for before, after in zip(whole.kept, found.kept, strict=True):
        assert all(map(np.array_equal, before[:3], after[:3]))
    unseen = np.isnan(found.trained_losses).sum(1).tolist()
    assert unseen == [0, 100]  # two of four steps of 50 images were taken before the stop
    seen = ~np.isnan(found.trained_losses[1])
    assert np.array_equal(found.trained_losses[1][seen], whole.trained_losses[1][seen])


def test_a_fork_keeps_its_own(engine: Engine) -> None:
    parent = trained(engine)
    before = (parent / BELIEFS).read_bytes()
    engine.done(StartRun(config=CONFIG.replace({"epochs": 4, "lr": 0.01}), fork="1@last"))
    engine.finish()
    assert read_beliefs(engine.checkpoints / "0002-seed-cnn").epochs == (3, 4)
    assert (parent / BELIEFS).read_bytes() == before


def test_it_goes_to_the_trash_with_its_run_and_comes_back(engine: Engine) -> None:
    content = (trained(engine) / BELIEFS).read_bytes()
    engine.done(DeleteRun(run=RUN))
    reader = BeliefReader(engine.checkpoints)
    with pytest.raises(RunError, match="holds no run"):
        reader.answer(AskConfusion(run=RUN))
    engine.done(RestoreRun(run=RUN))
    assert (engine.checkpoints / RUN / BELIEFS).read_bytes() == content
    assert reader.answer(AskConfusion(run=RUN)).run == RUN


def test_a_run_of_an_earlier_version_says_that_nothing_was_kept_until_it_is_resumed(engine: Engine) -> None:
    folder = trained(engine)
    (folder / BELIEFS).unlink()
    reader = BeliefReader(engine.checkpoints)
    for question in (AskBelief(index=0), AskLearning(), AskConfusion(), AskLabelErrors(), AskGallery()):
        with pytest.raises(RunError, match=rf"run {RUN} has no beliefs\.bin: .* resume it for an epoch"):
            reader.answer(question)
    engine.done(ResumeRun(run=RUN, changes={"epochs": 3}))
    engine.finish()
    answer = reader.answer(AskConfusion())
    assert isinstance(answer, ConfusionTold)
    assert (answer.epochs, answer.confusion) == ([3], epochs_done(engine)[-1].confusion)
