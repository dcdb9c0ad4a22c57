"""Events and figures in words."""

import msgspec
import pytest
from fake_engine import DATA, READY, RUN, epoch_done, started, steps

from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.messages import (
    AnyEvent,
    CheckpointSaved,
    CommandDone,
    Continued,
    DataFailed,
    EngineFailed,
    GraphsRefused,
    NetworkCompiled,
    Paused,
    Printed,
    RunEnded,
    Steered,
)
from engine.vocabulary.messages.known_data import CLOTHES
from tui.state.words.events import describe
from tui.state.words.figures import duration, percent
from tui.state.words.values import describe_change


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (READY, ["engine ready", "cpu", "Test CPU", "2.99"]),
        (EngineFailed(reason="no torch"), ["engine failed: no torch"]),
        (DATA, ["4,000 training and 1,000 test images", "sample that ships with mnist-tui", "mnist-5k.npz"]),
        (msgspec.structs.replace(DATA, classes=CLOTHES), ["data: 10 classes: T-shirt/top, Trouser, ", "Ankle boot"]),
        (DataFailed(reason="gone"), ["data: gone"]),
        (started(epochs=3, lr=0.25), [RUN, "started on cpu", "21,840 parameters", "3 epochs", "lr 0.25", "seed 0"]),
        (started(step=1234, epoch=1), [f"{RUN} resumed on cpu at step 1,234"]),
        (epoch_done(2), ["epoch 2", "train loss 0.5000", "85.00 %", "test loss 0.4500", "90.00 %", "1.0 s"]),
        (Steered(run=RUN, step=40, changes={"lr": 5e-4}, config=RunConfig()), ["step 40: Learning rate is now 0.0005"]),
        (Paused(run=RUN, step=1000), ["paused at step 1,000, saved"]),
        (
            GraphsRefused(run=RUN, step=4, reason="not permitted"),
            ["step 4: slower from here, without CUDA graphs: not permitted"],
        ),
        (NetworkCompiled(run=RUN, step=0, seconds=18.9), ["step 0: network compiled in 19 s"]),
        (NetworkCompiled(run=RUN, step=0, seconds=1, reason="no g++"), ["step 0: the network is not compiled: no g++"]),
        (Continued(run=RUN, step=1000), ["continued at step 1,000"]),
        (RunEnded(run=RUN, step=9, time=1.0, state="finished"), [f"{RUN} finished at step 9"]),
        (RunEnded(run=RUN, step=9, time=1.0, state="failed", reason="nan"), ["failed at step 9: nan"]),
        (Printed(lines=["warning"]), ["engine: warning"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_event_in_words(event: AnyEvent, words: list[str]) -> None:
    text = "\n".join(describe(event))
    for word in words:
        assert word in text


@pytest.mark.parametrize("event", [steps(3, [1.0]), CheckpointSaved(run=RUN, step=3, file="last.pt"), CommandDone()])
def test_most_events_have_nothing_to_say(event: AnyEvent) -> None:
    assert describe(event) == []


def test_notes_of_the_data_are_told() -> None:
    assert describe(msgspec.structs.replace(DATA, notes=["2 files"]))[1:] == ["2 files"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1:00"), (125, "2:05"), (3599.7, "1:00:00"), (11_400, "3:10:00")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_percentages_and_values() -> None:
    assert percent(0.98765) == "98.77 %"
    assert percent(1.0) == "100.00 %"
    assert describe_change("epochs", 12) == "Epochs is now 12"
    for name, field in FIELDS.items():
        assert describe_change(name, field.default).startswith(field.label)
