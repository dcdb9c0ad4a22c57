"""What is printed of calibration, robustness, several runs as one, and two compared digit by digit."""

import json

import msgspec
import pytest
from click.testing import CliRunner
from fake_engine import RUN
from hostile import hostile_in, texts, with_hostile_texts
from scipy import stats

from engine.vocabulary.messages import (
    Calibration,
    CalibrationMeasured,
    DisputedDigit,
    FilesPredicted,
    Member,
    PredictionsCompared,
    Rejection,
    ReliabilityBin,
    RobustnessMeasured,
    RobustnessRow,
    TogetherEvaluated,
)
from engine.vocabulary.messages.certainty_messages import MOST_TOGETHER
from tui.__main__ import cli
from tui.commands.runs.certainty import calibration, digits, robustness, together
from tui.commands.runs.report import calibration_in_words, weights_in_words
from tui.terminal.printing import print_json

OTHER = "0002-seed-cnn"
BIN = ReliabilityBin(images=50, lowest=0.3, highest=0.9, confidence=0.6, accuracy=0.8)
BEFORE = Calibration(confidence=0.6, error=0.2, log_likelihood=0.5, brier=0.3, bins=[BIN, BIN])
AFTER = msgspec.structs.replace(BEFORE, confidence=0.8, error=0.01)
REJECTED = Rejection(threshold=0.9, coverage=0.5, accuracy=0.98, answered=50)
CALIBRATION = CalibrationMeasured(
    run=RUN, data="d", images=100, accuracy=0.8, before=BEFORE, after=AFTER, temperature=0.41, held_out=40,
    rejections=[REJECTED, Rejection(threshold=0.99, coverage=0.0, accuracy=None, answered=0)], aim=0.999,
    chosen=REJECTED,
)  # fmt: skip
ROBUSTNESS = RobustnessMeasured(
    runs=[RUN, OTHER], data="d", images=200, clean=[198, 196], of=5, done=True,
    rows=[
        RobustnessRow(corruption="shift", strength=i, amount=i, unit="pixels", right=[190 - i, 180 - i])
        for i in range(1, 6)
    ],
)  # fmt: skip
TOGETHER = TogetherEvaluated(
    data="d", images=100, right=97, together=AFTER, disputed=30,
    members=[
        Member(run=RUN, epoch=1, temperature=0.4, right=95, log_likelihood=0.2, only_alone=1, only_together=3),
        Member(run=OTHER, epoch=1, temperature=None, right=88, log_likelihood=0.2, only_alone=2, only_together=11),
    ],
    digits=[DisputedDigit(index=7, actual=4, predicted=[4, 9], together=9)],
)  # fmt: skip
COMPARED = PredictionsCompared(
    a=RUN, b=OTHER, data="d", images=100, both=80, only_a=12, only_b=3, neither=5, differ=30,
    digits=[DisputedDigit(index=7, actual=4, predicted=[4, 9])],
)  # fmt: skip


def test_a_calibration_tells_figures_temperature_and_thresholds(capsys: pytest.CaptureFixture[str]) -> None:
    calibration.print_calibration(CALIBRATION, weights_in_words(CALIBRATION))
    out = capsys.readouterr().out
    assert "as the network says          60.00 %  0.2000  0.5000       0.3000" in out
    assert "temperature 0.4100, fitted after its epoch to the 40 images that were held out" in out
    known = stats.binomtest(49, 50).proportion_ci(0.95, method="wilson")
    assert f"98.00 % ({100 * known.low:.2f} to {100 * known.high:.2f} %)" in out
    assert "from 0.9000 on 99.90 % of its answers for the held-out images are right" in out
    without = msgspec.structs.replace(
        CALIBRATION, after=None, temperature=None, chosen=None, held_out=0, note="train with --validation"
    )
    calibration.print_calibration(without, "w")
    out = capsys.readouterr().out
    assert "no temperature: train with --validation" in out
    assert "calibrated" not in out


def test_robustness_has_a_row_for_each_run_and_an_interval_for_each_figure(capsys: pytest.CaptureFixture[str]) -> None:
    robustness.print_robustness(ROBUSTNESS)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [
        "shift",
        RUN,
        "99.00",
        "94.50",
        "94.00",
        "93.50",
        "93.00",
        "92.50",
        "93.50",
        *["1,", "2,", "3,", "4,", "5", "pixels"],
    ] in rows
    assert [OTHER, "98.00", "89.50", "89.00", "88.50", "88.00", "87.50", "88.50"] in rows
    told = robustness.for_programs(ROBUSTNESS)
    known = stats.binomtest(189, 200).proportion_ci(0.95, method="wilson")
    first = told["rows"][0]["runs"][0]
    assert (first["right"], first["accuracy"]) == (189, 0.945)
    assert (first["confidence"]["low"], first["confidence"]["high"]) == pytest.approx((known.low, known.high))
    assert told["means"] == pytest.approx([0.935, 0.885])


def test_several_runs_as_one_tell_what_that_brings_over_each(capsys: pytest.CaptureFixture[str]) -> None:
    together.print_together(TOGETHER)
    out = capsys.readouterr().out
    assert "2 runs as one on 100 test images of d" in out
    assert "+2.00" in out
    assert "+9.00" in out
    p = stats.binomtest(2, 13).pvalue
    assert f"p = {p:.4f}" in out
    assert f"not calibrated: {OTHER} (train with --validation 0.1" in out
    assert "30 images that not all see alike" in out
    assert ["7", "4", "9", "wrong", "4", "9"] in [line.split() for line in out.splitlines()]
    assert together.for_programs(TOGETHER)["members"][1]["mcnemar"]["p"] == pytest.approx(p)


def test_two_runs_are_compared_with_mcnemars_test_and_their_digits(capsys: pytest.CaptureFixture[str]) -> None:
    digits.print_digits(COMPARED)
    out = capsys.readouterr().out
    assert f"McNemar's exact test: p = {stats.binomtest(3, 15).pvalue:.4f}; A is better" in out
    assert "30 images that they see differently, 5 that both have wrong" in out
    assert ["7", "4", "4", "9", "wrong"] in [line.split() for line in out.splitlines()]
    digits.print_digits(msgspec.structs.replace(COMPARED, only_a=4, only_b=3))
    assert "cannot tell which of the two is better" in capsys.readouterr().out


@pytest.mark.parametrize("number", range(len(texts())))
def test_text_from_outside_is_printed_inert(number: int, capfd: pytest.CaptureFixture[str]) -> None:
    measured, tested, mean, pair = (
        with_hostile_texts(each, number) for each in (CALIBRATION, ROBUSTNESS, TOGETHER, COMPARED)
    )
    calibration.print_calibration(msgspec.structs.replace(measured, temperature=None), texts()[number])
    robustness.print_robustness(tested)
    together.print_together(mean)
    digits.print_digits(pair)
    for content in (
        calibration.for_programs(measured), robustness.for_programs(tested), together.for_programs(mean),
        digits.for_programs(pair),
    ):  # fmt: skip
        print_json(content)
    print(calibration_in_words(FilesPredicted(run=RUN, files=[], runs=[texts()[number]], temperatures=[None])))
    out, err = capfd.readouterr()
    assert hostile_in((out + err).encode()) == []


def test_what_is_said_of_predictions_names_the_temperature() -> None:
    found = FilesPredicted(run=RUN, files=[], temperature=0.41)
    assert calibration_in_words(found) == "the probabilities are calibrated, with the temperature 0.4100"
    assert "train with --validation" in calibration_in_words(msgspec.structs.replace(found, temperature=None))
    several = msgspec.structs.replace(found, runs=[RUN, OTHER], temperatures=[0.4, None])
    assert calibration_in_words(several).startswith(
        f"the probabilities are the mean of those of the runs; not calibrated: {OTHER} (train"
    )
    assert weights_in_words(several) == f"runs 1-2 as one, {RUN} to {OTHER}"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["1-5"], "add --ensemble to test them as one"),
        (["1", "--reject", "0.9"], "--reject is for --calibration"),
        (["1", "--images", "5"], "--images is for --robustness"),
        (["1", "--ensemble", "--corruption", "shift"], "--corruption is for --robustness"),
        (["1-2", "--calibration"], "are several runs"),
        (["1", "--ensemble"], "for several runs"),
        (["1,,2", "--ensemble"], "not a list of runs"),
        (["8-9", "--robustness"], "there is no run from 8 to 9"),
        (["1-30", "--ensemble"], f"at most {MOST_TOGETHER}"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    words: list[str], reason: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    for number in (*range(1, 8), *range(10, 31)):
        (folder / f"{number:04d}-seed-cnn").mkdir()
    result = CliRunner().invoke(cli, ["evaluate", "--checkpoints", str(folder), *words])
    assert result.exit_code != 0
    assert reason in result.output


def test_json_of_a_comparison_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(digits.for_programs(COMPARED))
    told = json.loads(capsys.readouterr().out)
    assert told["digits"] == [{"index": 7, "actual": 4, "predicted": [4, 9], "together": -1}]
    assert told["mcnemar"]["only_a"] == 12
