"""TensorBoard, read back by its own reader."""

import io
from pathlib import Path

import pytest
from fake_engine import started
from PIL import Image

from engine.tracking.sender import Sender
from engine.tracking.trackers import trust
from tests.engine.tracking.made_runs import KILLED, RESUMED, RUN, TWO_EPOCHS, log, make_run, steered

pytest.importorskip("tensorboard", reason="TensorBoard is not installed: pip install 'mnist-tui[tensorboard]'")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from engine.tracking.services.tensorboard import records

ALL = list(range(1, 81))


def sent(folder: Path, target: str = "") -> Sender:
    trust(f"tensorboard={target}")
    sender = Sender(folder, "tensorboard", target)
    sender.send()
    sender.close()
    assert sender.problem == ""
    return sender


def read(folder: Path) -> EventAccumulator:
    reader = EventAccumulator(str(folder), size_guidance=dict.fromkeys(("scalars", "images", "tensors"), 0))
    return reader.Reload()


def test_scalars_pictures_steering_and_hyperparameters_are_read_back(tmp_path: Path) -> None:
    folder = make_run(tmp_path, TWO_EPOCHS)
    told = sent(folder).told
    assert (told.where, told.done) == (str(folder / "tensorboard"), True)
    reader = read(folder / "tensorboard")
    losses = reader.Scalars("train/loss")
    assert [event.step for event in losses] == ALL
    assert [event.value for event in losses] == pytest.approx([step / 10 for step in ALL])
    assert [(event.step, event.value) for event in reader.Scalars("steering/lr")] == [(40, 0.5)]
    pictures = reader.Images("confusion")
    assert [picture.step for picture in pictures] == [40, 80]
    with Image.open(io.BytesIO(pictures[0].encoded_image_string)) as image:
        assert image.size == (pictures[0].width, pictures[0].height)
    notes = [tensor.tensor_proto.string_val[0] for tensor in reader.Tensors("notes")]
    assert notes == [b"lr: 0.001 -> 0.5", b"finished"]
    assert b"| epochs | 3 |" in reader.Tensors("configuration")[0].tensor_proto.string_val[0]
    assert {"_hparams_/session_start_info", "_hparams_/session_end_info"} <= set(reader.summary_metadata)


def test_a_resumed_run_has_each_step_once_with_its_last_value(tmp_path: Path) -> None:
    folder = make_run(tmp_path, KILLED, "running")
    sent(folder)
    make_run(tmp_path, RESUMED)
    sent(folder)
    reader = read(folder / "tensorboard")
    assert [event.step for event in reader.Scalars("train/loss")] == ALL
    assert [event.step for event in reader.Scalars("epoch/test_loss")] == [40, 80]


@pytest.mark.parametrize("cut", [1, 500, 5000])
def test_what_a_crash_has_cut_off_is_sent_again(tmp_path: Path, cut: int) -> None:
    folder = make_run(tmp_path, TWO_EPOCHS[:-1], "running")
    sent(folder)
    (file,) = (folder / "tensorboard").iterdir()
    content = file.read_bytes()
    file.write_bytes(content[:-cut])
    log(folder, TWO_EPOCHS[-1:])
    sent(folder)
    reader = read(folder / "tensorboard")
    assert [event.step for event in reader.Scalars("train/loss")] == ALL
    assert [event.step for event in reader.Scalars("epoch/test_loss")] == [40, 80]


def test_files_that_were_removed_are_written_again(tmp_path: Path) -> None:
    folder = make_run(tmp_path, TWO_EPOCHS)
    sent(folder)
    for file in (folder / "tensorboard").iterdir():
        file.unlink()
    sent(folder)
    assert [event.step for event in read(folder / "tensorboard").Scalars("train/loss")] == ALL


def test_another_folder_can_be_named(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "runs", TWO_EPOCHS)
    sent(folder, str(tmp_path / "board"))
    assert [event.step for event in read(tmp_path / "board" / RUN).Scalars("train/loss")] == ALL


def test_runs_of_one_name_of_two_folders_of_runs_are_kept_apart(tmp_path: Path) -> None:
    board = tmp_path / "board"
    first = make_run(tmp_path / "a", [*TWO_EPOCHS[:3], steered(40, 0.1)], "running")
    sent(first, str(board))
    (board / RUN / "events.out.tfevents.1.mine").write_bytes(b"of another program")
    second = make_run(tmp_path / "b", [started(lr=0.5), *TWO_EPOCHS[1:]])
    where = Path(sent(second, str(board)).told.where)
    assert where.parent == board
    assert where.name.startswith(f"{RUN}-")
    assert [event.step for event in read(where).Scalars("train/loss")] == ALL
    sent(second, str(board))
    sent(first, str(board))
    assert [event.step for event in read(board / RUN).Scalars("train/loss")] == ALL[:40]
    assert (board / RUN / "events.out.tfevents.1.mine").read_bytes() == b"of another program"
    assert len(list(board.iterdir())) == 2


def test_a_file_of_damaged_records_is_read_up_to_them(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(b"\xff" * 100)
    assert list(records(path)) == []
