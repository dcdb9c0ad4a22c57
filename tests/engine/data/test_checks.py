"""What is seen of a data set at load: each fault is told, and the sample and MNIST are told to be without one."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from idx_files import write_idx
from places import FULL_MNIST

import engine.data.find
from engine.data.checks import check_data
from engine.data.dataset import Array, DataError, fingerprint, make_dataset
from engine.data.find import load_data
from engine.data.idx import read_idx_folder
from engine.server.worker.loaded_data import Loader
from engine.storage.paths import sample_file
from engine.vocabulary.messages import (
    FINDINGS,
    MNIST_FINGERPRINT,
    DataCheck,
    DataReady,
    Finding,
    RunStarted,
    decode_event,
    decode_run_event,
    encode,
)
from tests.engine.server.worker.driven_worker import FakeEventSink
from tui.commands.data.report import print_data
from tui.commands.train.displays import JsonLines
from tui.state.run import apply_to_run
from tui.state.words.events import describe


@pytest.fixture(scope="module")
def sample() -> dict[str, Array]:
    with np.load(sample_file()) as content:
        return {name: content[name] for name in content.files if name != "notes"}


@pytest.fixture
def arrays(sample: dict[str, Array]) -> dict[str, Array]:
    """The sample, to be spoilt."""
    return {name: array.copy() for name, array in sample.items()}


def kinds(arrays: dict[str, Array]) -> list[tuple[str, str, int, int]]:
    return [(found.kind, found.part, found.digit, found.count) for found in check_data(arrays).findings]


def test_the_sample_has_nothing_odd(sample: dict[str, Array]) -> None:
    check = check_data(sample)
    assert check.findings == []
    assert (check.train.classes, check.test.classes) == ([400] * 10, [100] * 10)
    assert (check.train.images, check.train.low, check.train.high, check.duplicates) == (4000, 0, 255, 0)
    assert check.train.mean == pytest.approx(sample["train_images"].mean(), abs=0.01)


@pytest.mark.skipif(not FULL_MNIST.is_dir(), reason="the full MNIST is not in shared/data/mnist")
def test_mnist_itself_has_nothing_odd() -> None:
    arrays = read_idx_folder(FULL_MNIST)
    check = check_data(arrays)
    assert (check.findings, check.duplicates) == ([], 0)
    assert fingerprint(arrays) == MNIST_FINGERPRINT


def test_a_class_that_is_missing_or_rare_is_told(arrays: dict[str, Array]) -> None:
    labels = arrays["train_labels"]
    kept = (labels != 4) & ((labels != 7) | (np.cumsum(labels == 7) <= 71))
    for name in ("train_images", "train_labels"):
        arrays[name] = arrays[name][kept]
    assert kinds(arrays) == [("missing class", "train", 4, 0)]  # 71 of 7 is over a fifth of the mean of 3,271
    arrays["test_labels"][arrays["test_labels"] == 2] = 3
    arrays["test_labels"][np.flatnonzero(arrays["test_labels"] == 3)[:19]] = 2
    found = kinds(arrays)
    assert ("rare class", "test", 2, 19) in found


def test_test_images_among_the_training_images_are_counted(arrays: dict[str, Array]) -> None:
    arrays["test_images"][5] = arrays["train_images"][77]
    [one] = check_data(arrays).findings
    assert (one.kind, one.count, one.warning) == ("duplicates", 1, False)  # a fact: within the accuracy's uncertainty
    arrays["test_images"][100:150] = arrays["train_images"][:50]
    check = check_data(arrays)
    assert check.duplicates == 51
    assert (check.warnings[0].kind, check.warnings[0].count) == ("duplicates", 51)
    assert "51 are also among the training images" in check.warnings[0].message


def test_a_single_different_pixel_makes_no_duplicate(arrays: dict[str, Array]) -> None:
    arrays["test_images"][5] = arrays["train_images"][77]
    arrays["test_images"][5, 27, 27] ^= 0x80
    assert check_data(arrays).duplicates == 0


def test_one_image_under_two_labels_is_told(arrays: dict[str, Array]) -> None:
    arrays["train_images"][10] = arrays["train_images"][11]
    arrays["train_labels"][10] = (arrays["train_labels"][11] + 1) % 10
    assert kinds(arrays) == [("conflicting labels", "train", -1, 2)]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda images: 255 - images,
        lambda images: images // 16,
        lambda images: images // 2 + 128,
    ],
    ids=["inverted", "a sixteenth of the brightness", "on grey"],
)
def test_a_test_part_unlike_the_training_part_is_told(arrays: dict[str, Array], spoil: object) -> None:
    arrays["test_images"] = spoil(arrays["test_images"])  # type: ignore[operator]
    findings = [each for each in check_data(arrays).warnings if each.kind == "unlike parts"]
    assert len(findings) == 1
    assert ("inverted" in findings[0].message) == (arrays["test_images"].mean() > 200)


@pytest.mark.parametrize("axis", [1, 2], ids=["upside down", "mirrored"])
def test_a_test_part_that_is_turned_or_whose_labels_are_shifted_is_told(arrays: dict[str, Array], axis: int) -> None:
    turned = {**arrays, "test_images": np.flip(arrays["test_images"], axis)}
    assert [found[0] for found in kinds(turned)] == ["mismatched labels"]
    shifted = {**arrays, "test_labels": ((arrays["test_labels"] + 1) % 10).astype(np.uint8)}
    assert [(found[0], found[3]) for found in kinds(shifted)] == [("mismatched labels", 10)]


def test_two_fifths_of_wrong_labels_are_no_mismatch_of_the_parts(arrays: dict[str, Array]) -> None:
    random = np.random.default_rng(0)
    wrong = random.random(4000) < 0.4
    arrays["train_labels"][wrong] = random.integers(0, 10, wrong.sum(), np.uint8)
    assert kinds(arrays) == []


@pytest.mark.parametrize("level", [0, 9, 255])
def test_blank_images_are_counted_and_all_of_them_are_refused(
    arrays: dict[str, Array], tmp_path: Path, level: int
) -> None:
    arrays["train_images"][:3000] = level
    arrays["train_images"][:3000, 3, 3] = np.maximum(level, 20) - (level == 255) * 20  # nearly, counts as well
    assert ("blank images", "train", -1, 3000) in kinds(arrays)
    load_data(write_idx(tmp_path / "most", arrays))
    arrays["train_images"][:] = level
    with pytest.raises(DataError, match=r"all: 4,000 training images of 4,000 show nothing.*nothing can be learned"):
        load_data(write_idx(tmp_path / "all", arrays))


@pytest.mark.parametrize("level", [0, 255])
def test_blank_images_are_no_duplicates_and_no_evidence_of_wrong_labels(arrays: dict[str, Array], level: int) -> None:
    arrays["train_images"][:3000] = level
    arrays["test_images"][:20] = level
    found = kinds(arrays)
    assert [what for what in found if what[0] != "unlike parts"] == [
        ("blank images", "train", -1, 3000),
        ("blank images", "test", -1, 20),
    ]
    assert check_data(arrays).duplicates == 0


def test_one_image_for_most_is_told_and_for_all_is_refused(arrays: dict[str, Array], tmp_path: Path) -> None:
    arrays["test_images"][:900] = arrays["test_images"][0]
    assert ("repeated image", "test", -1, 900) in kinds(arrays)
    arrays["test_images"][:] = arrays["test_images"][0]
    with pytest.raises(DataError, match="1,000 test images of 1,000 are the same image"):
        load_data(write_idx(tmp_path, arrays))


def test_every_kind_that_is_found_is_in_the_vocabulary() -> None:
    source = Path(engine.data.checks.__file__).read_text()
    assert all(f'kind="{kind}"' in source for kind in FINDINGS)
    assert source.count("kind=") == len(FINDINGS)


def test_warnings_reach_the_log_stderr_and_data_status(
    arrays: dict[str, Array], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrays["test_images"] = 255 - arrays["test_images"]
    sink = FakeEventSink()
    Loader(sink).load(str(write_idx(tmp_path, arrays)))
    [ready] = sink.of(DataReady)
    assert decode_event(encode(ready)) == ready
    assert any(line.startswith("data: warning: the test images are unlike") for line in describe(ready))
    JsonLines().show(ready, None)
    assert "warning: the test images are unlike" in capsys.readouterr().err
    print_data(ready)
    told = capsys.readouterr().out
    assert "training  400  400" in told
    assert "221.8  0 to 255" in told
    assert "0 of the test images are also among the training images" in told
    assert "warning: the test images are unlike" in told


def test_a_run_tells_what_was_seen_of_its_data_and_older_ones_do_not(digits_run_started: RunStarted) -> None:
    again = decode_run_event(encode(digits_run_started))
    view = apply_to_run(None, again)
    assert view is not None
    assert view.check == digits_run_started.check
    fields = msgspec.to_builtins(digits_run_started)
    del fields["check"]
    old = apply_to_run(None, decode_run_event(msgspec.json.encode(fields)))
    assert old is not None
    assert old.check is None


@pytest.fixture
def digits_run_started(digit_arrays: dict[str, Array]) -> RunStarted:
    from engine.training.loop import started
    from engine.training.run import Run
    from engine.vocabulary.config import RunConfig

    data = make_dataset(digit_arrays, "sample", Path("digits.npz"))
    return started(Run(RunConfig(device="cpu"), data))


def test_findings_of_a_hostile_log_are_bounded() -> None:
    part = check_data({f"{p}_{w}": a for p in ("train", "test") for w, a in EMPTYISH.items()}).train
    many = DataCheck(train=part, test=part, findings=[Finding(kind="x", message="y")] * 1000)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(many), type=DataCheck)


EMPTYISH = {"images": np.zeros((1, 28, 28), np.uint8), "labels": np.zeros(1, np.uint8)}


def test_the_check_takes_labels_of_any_whole_type(arrays: dict[str, Array]) -> None:
    wide = {**arrays, "train_labels": arrays["train_labels"].astype(np.int64)}
    assert check_data(wide) == check_data(arrays)
