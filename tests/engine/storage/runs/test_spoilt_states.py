"""Checkpoints that are whole and hold what fits no run: refused by name, and the engine lives on."""

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.data.dataset import Dataset
from engine.storage.runs.checkpoint import CheckpointError, load_last
from engine.storage.runs.folders import LAST, PREVIOUS
from engine.training.loop import train
from engine.training.run import Run, resume
from engine.vocabulary.messages import (
    CommandFailed,
    Evaluate,
    Predict,
    PredictFiles,
    ResumeRun,
    StartRun,
    decode_event,
    encode,
)
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine
from tests.engine.storage.runs.checkpoint_files import saved_bytes, with_digest


@pytest.fixture
def good_state(digits: Dataset) -> dict[str, Any]:
    run = Run(CONFIG, digits)
    events = train(run)
    for _ in range(3):
        next(events)
    return {"format": 1, **run.state()}


def spoil(name: str, state: dict[str, Any]) -> None:
    position, model, optimizer = state["position"], state["model"], state["optimizer"]
    match name:
        case "weights of another shape":
            model["conv1.weight"] = torch.zeros(3, 3)
        case "weights of no number":
            model["fc1.bias"][7] = float("nan")
        case "weights missing":
            del model["fc1.bias"]
        case "weights no tensors":
            state["model"] = {"conv1.weight": "text"}
        case "model no mapping":
            state["model"] = [1, 2]
        case "position missing":
            del state["position"]
        case "position text":
            state["position"] = "here"
        case "epoch negative":
            position["epoch"] = -5
        case "epoch text":
            position["epoch"] = "1"
        case "batch beyond the epoch":
            position["batch"] = 10**12
        case "step no whole number":
            position["step"] = 1.5
        case "seconds of no number":
            position["seconds"] = float("nan")
        case "moments of another shape":
            optimizer["state"][0]["exp_avg"] = torch.zeros(10**6)
        case "moments of one too many":
            optimizer["state"][99] = optimizer["state"][0]
        case "moments of no shape":
            optimizer["state"][0]["exp_avg"] = torch.zeros(())
        case "moments missing":
            del optimizer["state"][0]["exp_avg_sq"]
        case "moments of number -1":
            optimizer["state"][-1] = optimizer["state"].pop(9 if 9 in optimizer["state"] else 7)
        case "moments no tensor":
            optimizer["state"][0]["step"] = "x"
        case "data missing":
            del state["data"]
        case "data a list":
            state["data"] = ["x"] * 1000
        case "step negative":
            position["step"] = -5
        case "step beyond counting":
            position["step"] = 2**60
        case "seconds endless":
            position["seconds"] = float("inf")
        case "sums no tensor":
            state["sums"] = {"loss": "x", "right": None}
        case "generator cut short":
            state["rng"] = {"cpu": torch.zeros(3, dtype=torch.uint8)}
        case "config out of bounds":
            state["config"]["batch_size"] = 0
        case "config unknown":
            state["config"] = {"exec": "rm"}
        case "config no mapping":
            state["config"] = 7
        case _:
            raise AssertionError(name)


SPOILT = [
    "weights of another shape", "weights of no number", "weights missing", "weights no tensors", "model no mapping",
    "position missing", "position text", "epoch negative", "epoch text", "batch beyond the epoch",
    "step no whole number", "step negative", "step beyond counting", "seconds of no number", "seconds endless",
    "moments of another shape", "moments of no shape", "moments missing", "moments of one too many",
    "moments of number -1", "moments no tensor", "sums no tensor", "generator cut short", "data missing",
    "data a list", "config out of bounds", "config unknown", "config no mapping",
]  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_state_that_does_not_fit_is_refused_by_name(
    tmp_path: Path, digits: Dataset, good_state: dict[str, Any], name: str
) -> None:
    spoil(name, good_state)
    with_digest(tmp_path / LAST, saved_bytes(good_state))
    with pytest.raises(CheckpointError, match=r"run r|last\.pt"):
        resume("r", tmp_path, digits)


def test_a_state_that_fits_is_resumed(tmp_path: Path, digits: Dataset, good_state: dict[str, Any]) -> None:
    with_digest(tmp_path / LAST, saved_bytes(good_state))
    assert resume("r", tmp_path, digits).step == good_state["position"]["step"]


def test_of_the_optimizers_settings_in_a_file_none_is_believed(
    tmp_path: Path, digits: Dataset, good_state: dict[str, Any]
) -> None:
    group = good_state["optimizer"]["param_groups"][0]
    group |= {"lr": "x", "betas": [float("nan")], "amsgrad": True, "capturable": 7, "params": ["x"]}
    with_digest(tmp_path / LAST, saved_bytes(good_state))
    run = resume("r", tmp_path, digits)
    assert run.optimizer.param_groups[0]["betas"] == (0.9, 0.999)
    next(train(run))


def test_weights_that_are_no_numbers_fall_back_to_the_checkpoint_before(
    tmp_path: Path, digits: Dataset, good_state: dict[str, Any]
) -> None:
    with_digest(tmp_path / PREVIOUS, saved_bytes(good_state))
    good_state["model"]["fc1.bias"][0] = float("inf")
    with_digest(tmp_path / LAST, saved_bytes(good_state))
    assert "not numbers" in load_last(tmp_path)[1]


def test_the_engine_answers_for_a_spoilt_run_and_lives(checkpoints: Path) -> None:
    engine = Engine(checkpoints)
    engine.load()
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    folder = checkpoints / RUN
    state, _ = load_last(folder)
    (folder / PREVIOUS).unlink()
    for name in SPOILT:
        spoilt = pickle.loads(pickle.dumps(state))
        spoil(name, spoilt)
        with_digest(folder / LAST, saved_bytes(spoilt))
        os.utime(folder / LAST, ns=(0, SPOILT.index(name)))  # the last network is kept as long as its file is
        refusal = engine.refused(ResumeRun(run=RUN, changes={"epochs": 9}))
        assert RUN in refusal
        assert "Error" not in refusal.split("(")[0]
        for question in (Predict(start=0, run=RUN), Evaluate(run=RUN), PredictFiles(paths=[], run=RUN)):
            answer = engine.tell(question)
            decode_event(encode(answer))  # else it would end the screen's conversation
            if name.startswith(("weights", "model", "position", "step", "seconds", "epoch", "config")):
                assert isinstance(answer, CommandFailed), (name, answer)
                assert RUN in answer.reason
                assert "Error" not in answer.reason.split("(")[0]
    engine.done(StartRun(config=CONFIG))
    assert engine.finish().state == "finished"
