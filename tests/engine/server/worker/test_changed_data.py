"""The disk is believed, not the memory: data that changed, moved or went is noticed at each use."""

import os
import shutil
import time
from pathlib import Path

import pytest
from idx_files import write_idx

from engine.data.dataset import Array, Dataset, make_dataset, write_npz
from engine.data.find import find_data
from engine.data.folder import export_pngs
from engine.server.worker.loaded_data import Loader
from engine.storage.runs.record import read_record
from engine.vocabulary.messages import (
    AnyCommand,
    DataReady,
    Evaluate,
    Evaluated,
    FindRate,
    LoadData,
    Predict,
    Predicted,
    PredictFiles,
    ResumeRun,
    RunStarted,
    StartRun,
    StartStudy,
    Stop,
)
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine, FakeEventSink

KINDS = ("idx", "npz", "png")


def write(place: Path, arrays: dict[str, Array], kind: str) -> str:
    """Write a data set in place of what is there, with its old times, and return what to name it by."""
    times = {path: path.stat() for path in place.rglob("*") if path.is_file()}
    if kind == "png":
        shutil.rmtree(place, ignore_errors=True)
        export_pngs(make_dataset(arrays, "", place), place)
    elif kind == "idx":
        write_idx(place, arrays)
    else:
        place.mkdir(exist_ok=True)
        (place / "own.npz").write_bytes(write_npz(arrays, ()))
    for path, found in times.items():
        if path.exists():
            os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    return str(place / "own.npz" if kind == "npz" else place)


@pytest.fixture
def changed(digit_arrays: dict[str, Array]) -> dict[str, Array]:
    """The same digits with one pixel of one test and one training image different."""
    arrays = {name: array.copy() for name, array in digit_arrays.items()}
    arrays["train_images"][7, 14, 14] ^= 1
    arrays["test_images"][7, 14, 14] ^= 1
    return arrays


@pytest.fixture
def engine(checkpoints: Path) -> Engine:
    return Engine(checkpoints)


@pytest.mark.parametrize("kind", KINDS)
def test_files_written_over_are_trained_as_they_are_now_and_that_is_said(
    engine: Engine, tmp_path: Path, digit_arrays: dict[str, Array], changed: dict[str, Array], kind: str
) -> None:
    place = write(tmp_path / "mine", digit_arrays, kind)
    config = CONFIG.replace({"data": place})
    engine.done(StartRun(config=config))
    engine.finish()
    engine.done(StartRun(config=config))
    engine.finish()
    assert len(engine.sink.of(DataReady)) == 1  # read once while nothing changes
    write(tmp_path / "mine", changed, kind)
    engine.done(StartRun(config=config))
    assert engine.worker.jobs.live is not None
    assert engine.worker.jobs.live.data.train_images[7, 14, 14] == changed["train_images"][7, 14, 14]
    first, second = engine.sink.of(DataReady)
    assert first.fingerprint != second.fingerprint
    assert second.notes[-1].endswith("has changed since it was loaded; it was read again")
    engine.finish()


def test_what_is_loaded_is_looked_at_too_when_a_run_names_no_data(
    engine: Engine, tmp_path: Path, digit_arrays: dict[str, Array], changed: dict[str, Array]
) -> None:
    engine.load(write(tmp_path / "mine", digit_arrays, "idx"))
    write(tmp_path / "mine", changed, "idx")
    engine.done(StartRun(config=CONFIG))
    assert "has changed" in engine.sink.of(DataReady)[-1].notes[-1]
    engine.done(Stop())
    shutil.rmtree(tmp_path / "mine")
    assert f"{tmp_path / 'mine'}: does not exist" in engine.refused(StartRun(config=CONFIG))


def test_files_written_anew_with_the_same_content_are_no_news(
    engine: Engine, tmp_path: Path, digit_arrays: dict[str, Array]
) -> None:
    place = write(tmp_path / "mine", digit_arrays, "idx")
    engine.load(place)
    before = engine.worker.loader.data
    write(tmp_path / "mine", digit_arrays, "idx")
    engine.load(place)
    assert engine.worker.loader.data is before
    assert len(engine.sink.of(DataReady)) == 1


def test_data_that_comes_into_the_default_folder_is_found(
    engine: Engine, digits_folder: Path, changed: dict[str, Array]
) -> None:
    engine.load()
    write_idx(digits_folder / "MNIST" / "raw", changed)
    engine.load()
    assert [ready.kind for ready in engine.sink.of(DataReady)] == ["sample", "IDX files"]


@pytest.fixture
def trained(engine: Engine, tmp_path: Path, digit_arrays: dict[str, Array]) -> Engine:
    """An engine with a run that was stopped after one step, of data in `mine`."""
    config = CONFIG.replace({"data": write(tmp_path / "mine", digit_arrays, "idx")})
    engine.done(StartRun(config=config))
    engine.done(Stop())
    return engine


USES: list[AnyCommand] = [
    StartRun(config=CONFIG),
    ResumeRun(run=RUN),
    FindRate(config=CONFIG, new=True),
    Evaluate(run=RUN),
    Predict(start=0, run=RUN),
    LoadData(),
]


@pytest.mark.parametrize("use", [*USES, "tune"], ids=lambda use: use if isinstance(use, str) else type(use).__name__)
def test_data_that_is_gone_is_refused_by_name_at_every_use(trained: Engine, tmp_path: Path, use: AnyCommand) -> None:
    place = tmp_path / "mine"
    if use == "tune":
        pytest.importorskip("optuna")
        use = StartStudy(base=CONFIG, search=["lr=log:1e-4..1e-1"])
    if isinstance(use, LoadData):
        use = LoadData(path=str(place))
    shutil.rmtree(place)
    trained.worker.loader._believed_until = 0.0
    assert f"{place}: does not exist" in trained.refused(use)
    assert trained.worker.jobs.training is None


@pytest.mark.parametrize("use", [Evaluate(run=RUN), Predict(start=0, run=RUN), ResumeRun(run=RUN)])
def test_data_that_is_other_data_now_is_not_taken_for_that_of_the_run(
    trained: Engine, tmp_path: Path, changed: dict[str, Array], use: AnyCommand
) -> None:
    write(tmp_path / "mine", changed, "idx")
    trained.worker.loader._believed_until = 0.0
    reason = trained.refused(use)
    assert str(tmp_path / "mine") in reason
    assert "--data FOLDER" in reason
    measured = trained.tell(Evaluate(run=RUN, data=str(tmp_path / "mine")))
    assert isinstance(measured, Evaluated)


def test_the_live_run_answers_from_the_data_it_trains_on(trained: Engine, tmp_path: Path) -> None:
    trained.done(ResumeRun(run=RUN))
    shutil.rmtree(tmp_path / "mine")
    trained.worker.loader._believed_until = 0.0
    assert isinstance(trained.tell(Predict(start=0)), Predicted)
    assert trained.finish().state == "finished"


# ------------------------------------------------------------------- moved


def test_a_run_goes_on_with_the_same_data_in_another_place(trained: Engine, tmp_path: Path) -> None:
    (tmp_path / "mine").rename(tmp_path / "moved")
    reason = trained.refused(ResumeRun(run=RUN))
    assert "`mnist-tui train --resume 1 --data FOLDER` continues with it" in reason
    trained.done(ResumeRun(run=RUN, data=str(tmp_path / "moved")))
    started = trained.sink.of(RunStarted)[-1]
    assert started.config.data == str(tmp_path / "moved")
    assert trained.finish().state == "finished"
    record = read_record(trained.checkpoints / RUN)
    assert (record.data_path, record.config.data) == (str(tmp_path / "moved"), str(tmp_path / "moved"))
    assert isinstance(trained.tell(Evaluate(run=RUN)), Evaluated)


def test_a_run_is_not_resumed_on_other_data_and_what_was_loaded_stays(
    trained: Engine, tmp_path: Path, changed: dict[str, Array]
) -> None:
    other = write(tmp_path / "other", changed, "idx")
    loaded = trained.worker.loader.data
    reason = trained.refused(ResumeRun(run=RUN, data=other))
    assert f"{other}: holds other data" in reason
    assert "start a new run for other data" in reason
    assert trained.worker.loader.data is loaded
    assert f"{tmp_path / 'no'}: does not exist" in trained.refused(ResumeRun(run=RUN, data=str(tmp_path / "no")))
    trained.done(ResumeRun(run=RUN))


def test_looking_for_changes_takes_a_twentieth_of_the_time_at_most(
    tmp_path: Path, digit_arrays: dict[str, Array], monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = Loader(FakeEventSink())
    loader.load(write(tmp_path, digit_arrays, "idx"))
    now, looks = [100.0], []

    def slow_look(path: str) -> object:
        looks.append(path)
        now[0] += 0.5  # as in a folder of many images
        return find_data(path)

    monkeypatch.setattr("engine.server.worker.loaded_data.find_data", slow_look)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for _ in range(20):
        assert loader.unchanged(at_once=False) is not None
        now[0] += 1.0
    assert len(looks) == 2
    assert loader.unchanged() is not None
    assert len(looks) == 3


# ------------------------------------------------------------------ pasted


def test_a_picture_is_found_by_what_was_pasted(trained: Engine, tmp_path: Path, digits: Dataset) -> None:
    from PIL import Image

    name = tmp_path / os.fsdecode(b"f\xfcnf 5.png")
    Image.fromarray(digits.test_images[0].numpy()).save(name)
    plain = tmp_path / "plain 5.png"
    shutil.copy(name, plain)
    ways = [name.as_uri(), f"'{plain}'", f"{plain} ", f"{plain}\n", plain.as_uri()]
    answer = trained.tell(PredictFiles(paths=ways))
    assert [file.error for file in answer.files] == [""] * len(ways)  # type: ignore[union-attr]


def test_asking_for_the_data_during_a_run_tells_that_its_files_have_changed(trained: Engine, tmp_path: Path) -> None:
    trained.done(ResumeRun(run=RUN))
    place = trained.worker.loader.path
    assert place is not None
    assert trained.tell(LoadData(path=place)).notes == []  # type: ignore[union-attr]
    shutil.rmtree(tmp_path / "mine")
    told = trained.tell(LoadData(path=place))
    assert isinstance(told, DataReady)
    assert "have changed since" in told.notes[-1]
