"""What the commands without a screen print is harmless, whatever it is about."""

import json
from pathlib import Path

import msgspec
import pytest
from fake_engine import DATA, RUN, epoch_done
from hostile import hostile_in, texts, with_hostile_texts
from scipy import stats

from engine.storage.presets import ListedPreset
from engine.storage.runs.record import RunRecord
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochFigures, Evaluated, FilePrediction, FilesPredicted, RunSummary, StatusTold
from tui.commands.data.report import print_data
from tui.commands.engine import print_status
from tui.commands.runs.report import other_epoch, print_evaluation, print_predictions, print_runs, weights_in_words
from tui.commands.settings.presets import print_presets
from tui.state.confusion.words import matrix_caption
from tui.state.run import RunView
from tui.terminal.printing import print_json

EVALUATED = Evaluated(run=RUN, data="d", images=100, loss=0.1, accuracy=0.9, confusion=[[1] * 10] * 10)
FILES = [
    FilePrediction(path="p", predicted=0, probabilities=[1.0] + [0.0] * 9, treatment="t"),
    FilePrediction(path="p", error="e"),
]
PRESETS = [ListedPreset(name="n", title="t"), ListedPreset(name="n", problem="p")]
STATUS = StatusTold(pid=1, uptime=1.0, memory=1, clients=1, state="idle", run=RUN, last_error="e")
SUMMARY = RunSummary(
    run=RUN, state="failed", started=1.0, model="m", epoch=1, epochs=2, sample=True, resumable=True, problem="p"
)


@pytest.mark.parametrize("number", range(len(texts())))
def test_text_from_outside_is_printed_inert(number: int, capfd: pytest.CaptureFixture[str]) -> None:
    evaluated, status, data, *files = (with_hostile_texts(each, number) for each in (EVALUATED, STATUS, DATA, *FILES))
    print_evaluation(evaluated)
    print_predictions(files, texts()[number])
    print_runs([with_hostile_texts(SUMMARY, number)])
    print_data(data)
    print_presets([with_hostile_texts(preset, number) for preset in PRESETS])
    print_status(status, Path(texts()[number]))
    for content in (evaluated, status, data, files):
        print_json(content)
    out, err = capfd.readouterr()
    assert hostile_in((out + err).encode()) == []


def test_json_is_printed_whole_and_in_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    print_json([{"text": text} for text in [*texts(), "Größe 数字 \N{SLIGHTLY SMILING FACE}"]])
    printed = capsys.readouterr().out
    assert printed.replace("\n", "").isprintable()
    assert printed.isascii()
    assert [each["text"] for each in json.loads(printed)][:-1] == texts()


def test_an_evaluation_tells_which_weights_and_the_interval_of_its_accuracy(capsys: pytest.CaptureFixture[str]) -> None:
    counts = [[97 if i == j else 3 * (j == (i + 1) % 10) for j in range(10)] for i in range(10)]
    result = Evaluated(run=RUN, data="d", images=1000, loss=0.1, accuracy=0.97, confusion=counts, epoch=7, best=True)
    print_evaluation(result)
    first, second, third, *_ = capsys.readouterr().out.splitlines()
    assert first == f"{RUN} after epoch 7, the best by validation accuracy, on 1,000 test images of d"
    assert second == "test accuracy 97.00 %, test loss 0.1000"
    known = stats.binomtest(970, 1000).proportion_ci(0.95, method="wilson")
    limits = f"{100 * known.low:.2f} to {100 * known.high:.2f} %"
    assert third == f"95 % confidence of the accuracy: {limits} (Wilson, from 1,000 images)"
    files = FilesPredicted(run=RUN, files=[], epoch=7, steps=12)
    assert weights_in_words(files) == f"{RUN} after epoch 7 and 12 steps of the next"
    view = RunView(
        run=RUN, config=RunConfig(), state="finished", confusion=tuple(map(tuple, counts)), epochs=(epoch_done(7),)
    )
    assert matrix_caption(view, view.confusion, 7).startswith(
        f"{RUN}, test after epoch 7: 30 of 1,000 wrong, 97.00 % right (95 % confidence: 95.75 to 97.89 %)"
    )
    best = msgspec.structs.replace(epoch_done(3), validation_accuracy=0.9, validation_loss=0.1)
    chosen = msgspec.structs.replace(view, epochs=(best, epoch_done(7)))
    assert "test after epoch 7 (best: 3): " in matrix_caption(chosen, view.confusion, 7)
    assert "test after epoch 3, the best by validation: " in matrix_caption(chosen, view.confusion, 3)


def test_an_evaluation_tells_of_the_other_epoch_too() -> None:
    best = EpochFigures(epoch=3, test_loss=0.2, test_accuracy=0.92, validation_loss=0.2, validation_accuracy=0.93)
    record = RunRecord(
        run=RUN, state="finished", started=1.0, config=RunConfig(validation=0.1), device="cpu", data="f", data_path="d",
        sample=False, versions={}, epoch=5, test_loss=2.3, test_accuracy=0.1, validation_accuracy=0.11, best=best,
    )  # fmt: skip
    of_best = msgspec.structs.replace(EVALUATED, best=True)
    assert other_epoch(record, of_best) == (
        "during training the last epoch, 5, had validation accuracy 11.00 %, test accuracy 10.00 % (--last)"
    )
    assert "the best by validation epoch, 3, had validation accuracy 93.00 %" in other_epoch(record, EVALUATED)
    record.epoch = 3
    assert other_epoch(record, of_best) == ""
