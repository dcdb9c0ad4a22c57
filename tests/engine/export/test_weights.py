"""Weights, each read back by its own runtime, with the predictions of the run."""

import contextlib
import json
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import safetensors
import torch
from places import ROOT

from engine import load_safetensors
from engine.data.dataset import Dataset
from engine.export import extras
from engine.insight.runs.find import AskedRuns
from engine.library.runs import Runs
from engine.networks.own.code import NetworkError, trust
from engine.storage.runs.folders import LAST
from engine.vocabulary.architectures import CATALOGUE
from tests.engine.export.own_runs import saved_run
from tests.engine.export.recorded_runs import FIRST, SECOND, exported, recorded, refused  # noqa: F401
from tests.engine.networks.own.written import Write, network, write  # noqa: F401
from tests.engine.networks.test_compiled import Seen, compiler  # noqa: F401

Images = np.ndarray


@pytest.fixture(scope="module")
def images(recorded: Path) -> Images:
    return Runs(recorded)[FIRST].data()[0][:20]


@pytest.fixture(scope="module")
def files(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The first run in each format."""
    folder = tmp_path_factory.mktemp("files")
    return {format: exported(recorded, format, folder) for format in RUNTIMES}


def by_onnx(file: Path, images: Images) -> Images:
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    [given], [told] = session.get_inputs(), session.get_outputs()
    assert (given.name, given.type, given.shape[1:]) == ("images", "tensor(uint8)", [28, 28])
    assert told.name == "probabilities"
    [probabilities] = session.run(None, {"images": images})
    return np.asarray(probabilities)


def by_torch(file: Path, images: Images) -> Images:
    return torch.export.load(file).module()(torch.from_numpy(images)).numpy()


def by_safetensors(file: Path, images: Images) -> Images:
    return load_safetensors(file)(torch.from_numpy(images)).numpy()


RUNTIMES = {"onnx": by_onnx, "exported-program": by_torch, "safetensors": by_safetensors}


@pytest.mark.parametrize("format", RUNTIMES)
def test_a_file_takes_pictures_and_gives_the_probabilities_of_the_run(
    recorded: Path, files: dict[str, Path], images: Images, format: str
) -> None:
    known = Runs(recorded)[FIRST].predict(images)
    for some in (images, images[:1]):
        told = RUNTIMES[format](files[format], some)
        assert told.dtype == np.float32
        assert np.allclose(told, known[: len(some)], atol=1e-5)
        assert np.allclose(told.sum(1), 1, atol=1e-5)
    dark_on_light = RUNTIMES[format](files[format], 255 - images)
    assert np.allclose(dark_on_light, known, atol=1e-5)


def test_the_temperature_and_the_averaged_weights_are_inside(recorded: Path, images: Images, tmp_path: Path) -> None:
    network = AskedRuns(recorded).chosen(FIRST, None, None)
    assert network.temperature is not None
    assert network.temperature != 1
    state = torch.load(recorded / FIRST / "best.pt", weights_only=True)
    assert not torch.equal(state["average"]["conv1.weight"], state["model"]["conv1.weight"])
    module = load_safetensors(exported(recorded, "safetensors", tmp_path))
    assert torch.equal(module.model.state_dict()["conv1.weight"], state["average"]["conv1.weight"])
    plain = network.probabilities(torch.from_numpy(images))[1]
    assert not np.allclose(module(torch.from_numpy(images)), plain, atol=1e-3)


def test_best_last_and_a_checkpoint_are_other_weights(recorded: Path, images: Images, tmp_path: Path) -> None:
    run = Runs(recorded)[FIRST]
    for best in (True, False):
        file = exported(recorded, "safetensors", tmp_path, best=best, force=True)
        assert np.allclose(by_safetensors(file, images), run.predict(images, best), atol=1e-6)
    file = exported(recorded, "safetensors", tmp_path, "1@1")
    assert file.name == "0001-seed-cnn-at-1.safetensors"
    assert not np.allclose(by_safetensors(file, images), run.predict(images, False), atol=1e-3)
    with safetensors.safe_open(file, "pt") as opened:
        assert json.loads(opened.metadata()["epoch"]) == 1
    assert "leave out --best" in refused(recorded, "safetensors", tmp_path, "1@2", best=True)
    assert "no checkpoint '9'" in refused(recorded, "safetensors", tmp_path, "1@9")


def test_files_say_what_they_are_and_nothing_of_the_machine(files: dict[str, Path]) -> None:
    model = onnx.load(files["onnx"])
    about = {each.key: json.loads(each.value) for each in model.metadata_props}
    extra = {"mnist_tui.json": ""}
    torch.export.load(files["exported-program"], extra_files=extra)
    with safetensors.safe_open(files["safetensors"], "pt") as opened:
        weights = opened.metadata()
    for told in (about, json.loads(extra["mnist_tui.json"]), {name: json.loads(weights[name]) for name in about}):
        assert (told["run"], told["classes"], told["epoch"]) == (FIRST, list("0123456789"), 3)
        assert 0 < told["temperature"] < 100
    for file in files.values():
        with zipfile.ZipFile(file) if zipfile.is_zipfile(file) else contextlib.nullcontext() as archive:
            content = b"".join(map(archive.read, archive.namelist())) if archive is not None else file.read_bytes()
        assert str(ROOT).encode() not in content


def test_a_network_of_ones_own_is_exported_and_rebuilt_once_it_is_trusted(
    write: Write, digits: Dataset, images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints, code = saved_run(tmp_path, digits, write(network(forward="images = 2 * images - 1")))
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    assert "mnist-tui trust" in refused(checkpoints, "exported-program", tmp_path, "1")
    trust(code)
    known = Runs(checkpoints)[1].predict(images[:3])
    for format in ("exported-program", "safetensors"):  # ONNX is made of the former
        told = RUNTIMES[format](exported(checkpoints, format, tmp_path, "1"), images[:3])
        assert np.allclose(told, known, atol=1e-5)


def test_code_in_a_file_of_weights_runs_only_when_its_user_names_it(
    write: Write, digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = write(network())
    checkpoints, _ = saved_run(tmp_path, digits, name)
    file = exported(checkpoints, "safetensors", tmp_path, "1")
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    with pytest.raises(NetworkError, match="if you trust it, name its file"):
        load_safetensors(file)
    assert load_safetensors(file, network=name)(torch.zeros(2, 28, 28, dtype=torch.uint8)).shape == (2, 10)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("if float(images.sum()) > 3: images = images + 1", "torch cannot export"),
        ("images = images + torch.rand(1)", "gives other probabilities than the network"),
        ("if len(images) == 1: images = images + 1", "torch cannot export"),
    ],
    ids=["a branch on values", "chance", "a branch on the number of pictures"],
)
def test_a_network_that_is_no_graph_is_refused_with_what_can_be_done(
    write: Write, digits: Dataset, tmp_path: Path, lines: str, why: str
) -> None:
    checkpoints, _ = saved_run(tmp_path, digits, write(network(forward=lines)))
    told = refused(checkpoints, "exported-program", tmp_path, "1")
    assert why in told
    assert "safetensors" in told


def test_weights_that_share_memory_are_written(write: Write, digits: Dataset, images: Images, tmp_path: Path) -> None:
    tied = (
        "self.out = nn.Linear(784, 10)\n"
        "self.hidden = nn.Linear(784, 784)\n"
        "self.again = nn.Linear(784, 784)\n"
        "self.again.weight = self.hidden.weight"
    )
    text = network(init=tied, forward="images = self.again(images.flatten(1)).relu()").replace(
        "self.out = nn.Linear(20, 10)", "pass"
    )
    checkpoints, _ = saved_run(tmp_path, digits, write(text))
    known = Runs(checkpoints)[1].predict(images)
    told = by_safetensors(exported(checkpoints, "safetensors", tmp_path, "1"), images)
    assert np.allclose(told, known, atol=1e-6)


def test_a_compiled_run_is_exported_as_all_others(
    digits: Dataset, images: Images, tmp_path: Path, compiler: list[Seen]
) -> None:
    checkpoints, _ = saved_run(tmp_path, digits, "mlp", compile="on", width=0.25)
    assert compiler
    told = by_safetensors(exported(checkpoints, "safetensors", tmp_path, "1"), images)
    assert np.allclose(told, Runs(checkpoints)[1].predict(images), atol=1e-6)


@pytest.mark.parametrize("content", [b"", b"\xff" * 100, b"\x02\0\0\0\0\0\0\0{}"])
def test_a_file_that_is_none_of_ours_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.safetensors"
    file.write_bytes(content)
    with pytest.raises(extras.ExportError, match=r"x\.safetensors: is no file of a run's weights"):
        load_safetensors(file)


def test_a_run_without_weights_says_so(recorded: Path, tmp_path: Path, digits: Dataset) -> None:
    checkpoints, _ = saved_run(tmp_path, digits, "mlp")
    (checkpoints / "0001-mlp" / LAST).unlink()
    assert "no complete checkpoint" in refused(checkpoints, "onnx", tmp_path, "1")


@pytest.mark.slow
@pytest.mark.parametrize("model", CATALOGUE)
def test_every_network_of_the_catalogue_is_exported(
    digits: Dataset, images: Images, tmp_path: Path, model: str
) -> None:
    checkpoints, _ = saved_run(tmp_path, digits, model)
    known = Runs(checkpoints)[1].predict(images)
    for format, read in RUNTIMES.items():
        assert np.allclose(read(exported(checkpoints, format, tmp_path, "1"), images), known, atol=1e-5)
