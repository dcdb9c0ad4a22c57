"""What the commands without a screen print is harmless, whatever it is about."""

import json
from pathlib import Path

import pytest
from fake_engine import DATA, RUN
from hostile import hostile_in, texts, with_hostile_texts

from engine.messages import Evaluated, FilePrediction, RunSummary, StatusTold
from engine.presets import ListedPreset
from tui.reports import (
    print_data,
    print_evaluation,
    print_json,
    print_predictions,
    print_presets,
    print_runs,
    print_status,
)

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
