"""Questions about what a network has learned, asked of the worker: live runs, finished ones, users' own networks."""

import pytest

from engine.data.dataset import Dataset
from engine.server.worker.command_loop import DOING
from engine.vocabulary.messages import (
    MAX_LINE,
    ChangeFound,
    Explain,
    Explained,
    FindChange,
    FindNeighbours,
    InsightQuestion,
    MapDigits,
    MeasureLayers,
    Picture,
    Predict,
    Predicted,
    ShowFilters,
    ShowLayers,
    StartRun,
    Stop,
    encode,
    unpack_floats,
)
from tests.engine.networks.own.kinds import KINDS
from tests.engine.networks.own.written import Write, instant_looks, write  # noqa: F401  (write is a fixture)
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine, engine  # noqa: F401  (engine is a fixture)

PICTURE = Picture(index=3)
QUESTIONS: list[InsightQuestion] = [
    Explain(picture=PICTURE),
    Explain(picture=PICTURE, method="occlusion"),
    FindChange(picture=PICTURE),
    FindNeighbours(picture=PICTURE, count=64),
    MapDigits(),
    ShowFilters(),
    ShowLayers(picture=PICTURE, maps=64),
    MeasureLayers(),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("live", [True, False])
def test_every_question_is_answered_of_live_and_of_finished_runs_in_a_line(
    engine: Engine, question: InsightQuestion, live: bool
) -> None:
    engine.done(StartRun(config=CONFIG))
    if live:
        engine.train_until(lambda: engine.step >= 2)
    else:
        engine.finish()
    answer = engine.tell(question)
    assert answer.run == RUN, answer  # type: ignore[union-attr]
    assert len(encode(answer)) < MAX_LINE
    if live:
        engine.done(Stop())


def test_an_answer_is_about_the_digit_and_the_weights_that_predict_has(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    shown, why = engine.tell(Predict(start=3)), engine.tell(Explain(picture=PICTURE))
    assert isinstance(shown, Predicted)
    assert isinstance(why, Explained)
    [digit] = shown.digits
    assert (why.pixels, why.actual, why.predicted) == (digit.pixels, digit.actual, digit.predicted)
    assert why.probabilities == pytest.approx(digit.probabilities, abs=2e-5)
    assert (why.run, why.step, len(unpack_floats(why.heat))) == (shown.run, shown.step, 784)
    drawn = engine.tell(FindChange(picture=Picture(pixels=digit.pixels)))
    assert isinstance(drawn, ChangeFound)
    assert (drawn.actual, drawn.pixels) == (-1, digit.pixels)


def test_a_training_digit_can_be_asked_about(engine: Engine, digits: Dataset) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    why = engine.tell(Explain(picture=Picture(part="train", index=7), method="gradient"))
    assert isinstance(why, Explained)
    assert why.pixels == digits.train_images[7].numpy().tobytes()
    assert why.actual == int(digits.train_labels[7])


def test_what_is_not_there_is_refused_with_a_remedy(engine: Engine) -> None:
    assert "train one first" in engine.refused(Explain(picture=PICTURE))
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    assert "100 test images, none with the index 100; give 0 to 99" in engine.refused(
        Explain(picture=Picture(index=100))
    )
    assert "has 12 pixels; give 784" in engine.refused(Explain(picture=Picture(pixels=b"x" * 12)))
    assert "has no class 10; give 0 to 9" in engine.refused(FindChange(picture=PICTURE, label=10))
    assert "holds no digit of your own yet" in engine.refused(Explain(picture=Picture(part="own")))
    assert "there is no run '77'" in engine.refused(Explain(picture=PICTURE, run="77"))


@pytest.mark.parametrize("kind", ["mlp", "attention", "lstm"])
def test_own_networks_answer_too(engine: Engine, kind: str, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    instant_looks(monkeypatch)
    engine.done(StartRun(config=CONFIG.replace({"model": write(KINDS[kind]), "epochs": 1})))
    engine.finish()
    engine.worker.inspector.runs._kept = None  # from the disk
    for question in QUESTIONS:
        answer = engine.tell(question)
        assert answer.run == "0001-net", answer  # type: ignore[union-attr]


def test_each_question_says_what_the_engine_does_meanwhile() -> None:
    assert {type(question).__name__ for question in QUESTIONS} <= set(DOING)
