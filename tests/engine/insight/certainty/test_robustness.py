"""How right runs stay on corrupted digits, asked of the engine while it trains and while it does not."""

from pathlib import Path

import torch

from engine.data.dataset import Dataset
from engine.insight.certainty.corruptions import corrupted
from engine.insight.pieces import MOST_WAITING, PIECE
from engine.insight.runs.network import network_in
from engine.storage.runs.checkpoint import load_checkpoint
from engine.storage.runs.folders import BEST, LAST
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.messages import (
    AnyEvent,
    CommandFailed,
    MeasureRobustness,
    RobustnessMeasured,
    Shutdown,
    StartRun,
    StepsDone,
    StopMeasuring,
)
from tests.engine.insight.certainty.asking import ask, fewer_digits, refused, trained
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine

__all__ = ["trained"]
SECOND, THIRD = "0002-seed-cnn", "0003-seed-cnn"


def test_figures_are_counts_of_each_run_on_the_same_corrupted_images(trained: Engine, digits: Dataset) -> None:
    question = MeasureRobustness(runs=[RUN, THIRD], corruptions=["noise", "rotation"], images=60)
    found = ask(trained, question, RobustnessMeasured)
    assert (found.runs, found.images, found.done, found.of) == ([RUN, THIRD], 60, True, 10)
    assert [(row.corruption, row.strength) for row in found.rows[:6]] == [
        *[("noise", strength) for strength in range(1, 6)],
        ("rotation", 1),
    ]
    for i, path in enumerate((trained.checkpoints / RUN / BEST, trained.checkpoints / THIRD / LAST)):
        network = network_in(path, load_checkpoint(path))
        for row in found.rows:
            images = corrupted(digits.test_images[:60], row.corruption, row.strength)
            assert row.right[i] == int((network.logits(images).argmax(1) == digits.test_labels[:60]).sum())
    told = trained.sink.of(RobustnessMeasured)
    assert [len(each.rows) for each in told] == list(range(1, 11))
    assert not any(each.done for each in told)
    assert ask(trained, question, RobustnessMeasured) == found


def test_a_run_trains_on_between_the_pieces_and_ends_as_it_would_have(trained: Engine, digits: Dataset) -> None:
    config = CONFIG.replace({"seed": 7, "epochs": 6})
    alone = Run(config, digits)
    for _ in train(alone):
        pass
    trained.done(StartRun(config=config))
    live = trained.worker.jobs.live
    assert live is not None
    before = len(trained.sink.of(StepsDone))
    question = MeasureRobustness(runs=[""], corruptions=["shift"], images=50)
    found = ask(trained, question, RobustnessMeasured, train=True)
    pieces = 6 * -(-50 // PIECE)
    assert len(trained.sink.of(StepsDone)) - before >= pieces - 2
    assert (found.runs, found.epochs) == (["0004-seed-cnn"], [0])
    trained.finish()
    assert all(map(torch.equal, alone.model.parameters(), live.model.parameters()))


def test_it_can_be_stopped_and_ends_with_the_engine(trained: Engine) -> None:
    answers: list[AnyEvent] = []
    worker = trained.worker
    for command in (StopMeasuring(), Shutdown()):
        for number in (1, 2):
            worker.carry_out(MeasureRobustness(runs=[RUN], id=number), answers.append)
        worker.advance_answers()
        assert worker.busy
        trained.done(command)
        assert [answer.reply_to for answer in answers] == [1, 2]
        assert all(isinstance(answer, CommandFailed) for answer in answers)
        assert not worker.handler.questions.doing
        answers.clear()


def test_what_cannot_be_measured_is_said(trained: Engine, tmp_path: Path) -> None:
    assert "there is no corruption 'fog'; there are rotation" in refused(
        trained, MeasureRobustness(runs=[RUN], corruptions=["fog"])
    )
    assert "there is no run '9'" in refused(trained, MeasureRobustness(runs=[RUN, "9"]))
    answers: list[AnyEvent] = []
    for _ in range(MOST_WAITING):
        trained.worker.carry_out(MeasureRobustness(runs=[RUN]), answers.append)
    trained.worker.carry_out(MeasureRobustness(runs=[RUN]), answers.append)
    [answer] = answers
    assert isinstance(answer, CommandFailed)
    assert "ask again" in answer.reason
    trained.done(StopMeasuring())


def test_runs_of_different_data_are_not_put_beside_each_other(trained: Engine, tmp_path: Path) -> None:
    other = fewer_digits(trained, tmp_path, 60)
    trained.done(StartRun(config=CONFIG.replace({"data": str(other), "epochs": 1})))
    trained.finish()
    question = MeasureRobustness(runs=[RUN, "4"], corruptions=["shift"])
    assert "name one data set for both with --data" in refused(trained, question)
    named = MeasureRobustness(runs=[RUN, "4"], corruptions=["shift"], data=str(other))
    assert ask(trained, named, RobustnessMeasured).images == 60
