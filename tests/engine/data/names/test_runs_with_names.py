"""Runs on data with named classes: trained, kept, resumed, asked; and runs of the time before names."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from idx_files import write_idx

from engine.data.find import load_data
from engine.insight.runs.network import network_in
from engine.storage.runs.checkpoint import load_last
from engine.storage.runs.listing import list_runs
from engine.storage.runs.record import read_record, write_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AskBelief,
    AskGallery,
    BeliefTold,
    ComparePredictions,
    DataReady,
    Drawing,
    DrawingSaved,
    Evaluate,
    Evaluated,
    FilesPredicted,
    GalleryTold,
    PredictFiles,
    ResumeRun,
    SaveDrawing,
    StartRun,
)
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.messages.known_data import CLOTHES
from tests.engine.data.names.made_up import made_up, write_folders
from tests.engine.insight.certainty.asking import refused
from tests.engine.server.worker.driven_worker import Engine, engine  # noqa: F401  (engine is a fixture)

WORDS = [f"{letter}-word" for letter in "abcdefghijklmnopqrstuvwxyz"]
CONFIG = RunConfig(model="mlp", width=0.25, epochs=2, batch_size=20, lr=0.01, device="cpu", precision="fp32", threads=1)
RUN = "0001-mlp"


def fashion(root: Path) -> Path:
    return write_idx(root / "FashionMNIST" / "raw", made_up(10, 200, 50))


def words(root: Path) -> Path:
    return write_folders(root / "words", WORDS, 208, 52)


@pytest.mark.parametrize(("made", "classes"), [(fashion, CLOTHES), (words, tuple(WORDS))])
def test_a_run_learns_named_classes_and_answers_with_their_names(
    engine: Engine, tmp_path: Path, made: Callable[[Path], Path], classes: tuple[str, ...]
) -> None:
    data = made(tmp_path)
    engine.load(str(data))
    assert engine.sink.of(DataReady)[-1].classes == classes
    engine.done(StartRun(config=CONFIG))
    assert engine.finish().state == "finished"
    folder = engine.checkpoints / RUN
    assert read_record(folder).classes == classes
    assert load_last(folder)[0]["classes"] == list(classes)
    result = engine.tell(Evaluate(run=RUN))
    assert isinstance(result, Evaluated)
    assert (result.classes, len(result.confusion)) == (classes, len(classes))
    assert result.accuracy > 0.5
    [summary] = list_runs(engine.checkpoints, live="")
    assert (summary.known_data, summary.class_count) == ("fashion" if made is fashion else "", len(classes))
    engine.done(ResumeRun(run=RUN, changes={"epochs": 3}))
    assert engine.finish().state == "finished"


def test_a_checkpoint_knows_its_classes_without_the_record_of_its_run(engine: Engine, tmp_path: Path) -> None:
    engine.load(str(fashion(tmp_path)))
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    folder = engine.checkpoints / RUN
    record = read_record(folder)
    record.classes = DIGITS
    write_record(folder, record)
    assert network_in(folder / "last.pt", load_last(folder)[0]).classes == CLOTHES


def test_a_run_of_the_time_before_names_is_tested_and_resumed_on_data_that_has_names_now(
    engine: Engine, tmp_path: Path
) -> None:
    raw = write_idx(tmp_path / "raw", made_up(10, 200, 50))
    engine.load(str(raw))
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    assert "classes" not in load_last(engine.checkpoints / RUN)[0]
    (raw / "classes.txt").write_text("\n".join(CLOTHES))
    engine.worker.inspector.runs._kept = None
    result = engine.tell(Evaluate(run=RUN))
    assert isinstance(result, Evaluated)
    assert result.classes == DIGITS
    engine.load(str(raw))
    engine.done(ResumeRun(run=RUN, changes={"epochs": 3}))
    engine.finish()
    assert read_record(engine.checkpoints / RUN).classes == CLOTHES


def test_drawings_are_kept_under_the_names_of_their_classes_and_tested(engine: Engine, tmp_path: Path) -> None:
    engine.load(str(fashion(tmp_path)))
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    pixels = bytes(255 if 300 < place < 500 and place % 28 > 9 else 0 for place in range(784))
    saved = engine.tell(SaveDrawing(drawing=Drawing(width=28, height=28, pixels=pixels), label=0, classes=CLOTHES))
    assert isinstance(saved, DrawingSaved)
    assert Path(saved.path).parent.name == "T-shirt_top"
    assert saved.counts == [1, *[0] * 9]
    result = engine.tell(Evaluate(run=RUN, data=saved.folder))
    assert isinstance(result, Evaluated)
    assert (result.images, result.confusion[0].count(1)) == (1, 1)
    told = engine.tell(PredictFiles(run=RUN, paths=[saved.path]))
    assert isinstance(told, FilesPredicted)
    assert told.classes == CLOTHES


def test_what_a_run_of_62_classes_thought_is_kept_in_bounded_size(engine: Engine, tmp_path: Path) -> None:
    names = [f"class {number}" for number in range(62)]
    engine.load(str(write_folders(tmp_path / "many", names, 124, 62)))
    engine.done(StartRun(config=CONFIG.replace({"epochs": 1})))
    engine.finish()
    from engine.insight.beliefs.answers import BeliefReader

    reader = BeliefReader(engine.checkpoints)
    belief = reader.answer(AskBelief(run=RUN, index=61), "")
    assert isinstance(belief, BeliefTold)
    assert (belief.classes, [len(each) for each in belief.probabilities]) == (tuple(names), [62])
    gallery = reader.answer(AskGallery(run=RUN), "")
    assert isinstance(gallery, GalleryTold)
    assert gallery.labels == bytes(range(62))


def test_mnist_is_what_it_was(tmp_path: Path) -> None:
    arrays = made_up(10, 20, 10)
    data = load_data(write_idx(tmp_path / "MNIST" / "raw", arrays))
    assert data.classes == DIGITS
    assert torch.equal(data.train_images, torch.from_numpy(arrays["train_images"]))


def test_runs_of_other_classes_are_not_compared_on_one_data_set(engine: Engine, tmp_path: Path) -> None:
    for data in (fashion(tmp_path), words(tmp_path)):
        engine.load(str(data))
        engine.done(StartRun(config=CONFIG.replace({"epochs": 1})))
        engine.finish()
    told = refused(engine, ComparePredictions(a="1", b="2"))
    assert f"{RUN} was trained on the classes T-shirt/top, " in told
    assert f"on {', '.join(WORDS[:10])} and 16 more; name runs of the same classes" in told
