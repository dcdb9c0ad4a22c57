"""Whether two configurations differ by more than noise, and what is said about it."""

from pathlib import Path
from typing import Any

import pytest

from engine.storage.runs.folders import RunError
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import RunRecord, read_record
from engine.vocabulary.messages import EpochFigures, Steered
from engine.vocabulary.run_conventions import OLD, PRESENT
from tests.tui.state.records import A, B, record, side
from tui.commands.runs.compare_report import verdict, what_differs
from tui.commands.runs.comparison import Comparison, compare


def said(result: Comparison) -> str:
    return "\n".join((*what_differs(result), *verdict(result)))


def test_runs_are_paired_by_seed_in_whatever_order_they_are_named() -> None:
    result = compare(side(1, A), list(reversed(side(6, B, lr=0.01))), "accuracy")
    assert result.a.seeds == result.b.seeds == [0, 1, 2, 3, 4]
    assert (result.a.values, result.b.values) == (A, B)
    assert result.a.runs[0] == "0001-seed-cnn"
    assert result.b.runs[0] == "0006-seed-cnn"
    assert result.differs == {"lr": (0.001, 0.01)}
    assert (result.left_out, result.caveats) == ({}, [])


def test_a_difference_beyond_noise_is_called_so_with_the_test_and_its_figures() -> None:
    result = compare(side(1, A), side(6, B, lr=0.01), "accuracy")
    text = said(result)
    assert "B differs from A in lr 0.01 (A: 0.001)" in text
    assert "Student's paired t-test over 5 seeds, two-sided: t = 16.81, 4 degrees of freedom, p < 0.0001" in text
    assert "B is better by 0.98 points, which is more than noise" in text
    assert "are few" not in text


def test_a_difference_within_noise_is_not_called_one() -> None:
    other = [0.984, 0.980, 0.983, 0.985, 0.979]
    text = said(compare(side(1, A), side(6, other), "accuracy"))
    assert "A and B have the same configuration" in text
    assert "which may be noise" in text
    assert "These seeds cannot tell which is better" in text


def test_a_lower_loss_is_the_better_one() -> None:
    text = said(compare(side(1, A), side(6, B), "loss"))
    assert "B is better by 0.0098, which is more than noise" in text
    assert "A is better" in said(compare(side(1, B), side(6, A), "loss"))
    assert "A is better" in said(compare(side(1, B), side(6, A), "accuracy"))


def test_few_seeds_one_seed_and_no_spread_are_told() -> None:
    assert "3 seeds are few" in said(compare(side(1, A[:3]), side(6, B[:3]), "accuracy"))
    one = compare(side(1, A[:1]), side(6, B[:1]), "accuracy")
    assert one.test is None
    assert "says nothing about noise" in said(one)
    assert "No pair differs; without any spread" in said(compare(side(1, A), side(6, A), "accuracy"))
    same = compare(side(1, [0.5, 0.6]), side(6, [0.6, 0.7]), "accuracy")
    assert "B is better by 10.00 points in every pair; without any spread" in said(same)


def test_seeds_of_one_side_only_and_runs_that_are_not_finished_are_left_out_by_name() -> None:
    ours = [*side(1, A), record(20, 7, 0.9)]
    theirs = [*side(6, B[:4]), record(30, 4, 0.9, state="stopped", epoch=3), record(31, 5, 0.9, test_accuracy=None)]
    result = compare(ours, theirs, "accuracy")
    assert result.a.seeds == [0, 1, 2, 3]
    assert result.left_out == {
        "0030-seed-cnn": "stopped after epoch 3 of 10", "0031-seed-cnn": "finished after epoch 10 of 10",
        "0005-seed-cnn": "B has no run of its seed 4", "0020-seed-cnn": "B has no run of its seed 7",
    }  # fmt: skip
    assert "left out: 0020-seed-cnn (B has no run of its seed 7)" in said(result)


def test_what_else_is_not_the_same_is_told() -> None:
    theirs = side(
        6, B, epochs=20, data="beef", data_path="/more", device="cuda:0", versions={"torch": "2.16"}, processes=2
    )
    theirs[1].steered = True
    text = said(compare(side(1, A, sample=True), theirs, "accuracy"))
    for words in (
        "A was trained for 10 epochs, B for 20", "the data are not the same: /data (f00d) and /more (beef)",
        "the device is not the same: A cpu; B cuda:0", "the version of torch is not the same: A 2.15; B 2.16",
        "with other hyperparameters at first: 0007-seed-cnn", "the number of processes is not the same: A 1; B 2",
        "on the sample of 5,000 digits",
    ):  # fmt: skip
        assert words in text


def test_what_is_about_the_machine_does_not_make_another_configuration() -> None:
    mixed = [*side(1, A[:2], device="cpu"), record(9, 2, A[2], processes=2, keep_every=3, data_path="/elsewhere")]
    assert compare(mixed, side(20, B), "accuracy").a.seeds == [0, 1, 2]


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"lr": 0.5}, "lr is 0.001 and 0.5"),
        ({"precision": "bf16"}, "precision is fp32 and bf16"),
        ({"data": "beef"}, "(f00d) and /data (beef)"),
    ],
)
def test_runs_of_one_side_that_differ_in_more_than_the_seed_are_refused(odd: dict[str, object], reason: str) -> None:
    with pytest.raises(RunError) as refused:
        compare([*side(1, A), record(20, 7, 0.9, **odd)], side(6, B), "accuracy")
    assert "A has runs of different configurations: of 0001-seed-cnn and 0020-seed-cnn" in str(refused.value)
    assert reason in str(refused.value)


def test_a_run_or_a_seed_that_is_there_twice_is_refused() -> None:
    with pytest.raises(RunError, match="0003-seed-cnn is on both sides"):
        compare(side(1, A), side(3, B), "accuracy")
    with pytest.raises(RunError, match="B has seed 2 twice, 0008-seed-cnn and 0020-seed-cnn"):
        compare(side(1, A), [*side(6, B), record(20, 2, 0.9)], "accuracy")


def test_without_a_common_seed_nothing_is_compared() -> None:
    with pytest.raises(
        RunError, match=r"no seed has a finished run on both.*0009-seed-cnn: A has no run of its seed 9"
    ):
        compare(side(1, A), [record(9, 9, 0.9)], "accuracy")


def validated(number: int, seed: int, held: float, test: float, **changes: object) -> RunRecord:
    """A run whose third epoch was the best by validation; its last has a test accuracy of 50 %."""
    best = EpochFigures(
        epoch=3, validation_accuracy=held, validation_loss=1 - held, test_accuracy=test, test_loss=1 - test
    )
    given = {"validation": 0.1, "conventions": PRESENT, **changes}
    return record(number, seed, 0.5, validation_accuracy=0.4, validation_loss=0.6, best=best, **given)


def both_sides(**changes: object) -> tuple[list[RunRecord], list[RunRecord]]:
    a = [validated(1 + seed, seed, A[seed], B[seed]) for seed in range(5)]
    b = [validated(6 + seed, seed, B[seed], A[seed], **changes) for seed in range(5)]
    return a, b


def test_runs_with_validation_are_compared_by_it_and_at_their_best_epochs() -> None:
    result = compare(*both_sides(lr=0.01))
    assert result.metric == "validation_accuracy"
    assert (result.a.values, result.b.values, result.a.epochs, result.a.best) == (A, B, [3] * 5, True)
    text = said(result)
    assert "the held-out images also chose the epochs" in text
    assert "other seeds on these held-out images" in text
    test = compare(*both_sides(lr=0.01), metric="accuracy")
    assert (test.a.values, test.b.values) == (B, A)
    assert "A is better by 0.98 points" in said(test)
    loss = compare(*both_sides(lr=0.01), metric="validation_loss")
    assert loss.a.values == pytest.approx([1 - value for value in A])
    assert "B is better" in said(loss)


def test_one_run_without_validation_makes_it_a_comparison_by_the_test() -> None:
    a, _ = both_sides()
    result = compare(a, side(6, B))
    assert result.metric == "accuracy"
    assert "the epochs are not chosen in the same way" in said(result)


def test_asked_for_validation_runs_without_it_are_left_out_with_the_remedy() -> None:
    a, b = both_sides()
    result = compare(a, [*b[:3], record(20, 3, 0.9)], "validation_accuracy")
    assert "no validation figures; train with --validation 0.1" in result.left_out["0020-seed-cnn"]
    assert result.a.seeds == [0, 1, 2]
    with pytest.raises(RunError, match="no validation figures"):
        compare(side(1, A), b, "validation_accuracy")


def test_images_held_out_in_another_way_are_told() -> None:
    assert "the images held out are not the same: A a share of 0.1, B of 0.2" in said(
        compare(*both_sides(validation=0.2))
    )
    text = said(compare(*both_sides(conventions=OLD)))
    assert "the choice of the images held out is not the same: A by class; B by chance" in text
    assert "a last batch of one image" in text


def test_where_a_steered_run_began_is_told() -> None:
    theirs = side(6, B)
    theirs[1].steered, theirs[1].began = True, {"lr": 0.1}
    assert "with other hyperparameters at first: 0007-seed-cnn (started with lr 0.1)" in said(
        compare(side(1, A), theirs, "accuracy")
    )


def test_the_correlation_of_the_pairs_is_told_and_welchs_test_where_pairing_does_not_help() -> None:
    helped = compare(side(1, A), side(6, B), "accuracy")
    assert helped.welch is None
    assert helped.test is not None
    assert f"The correlation of the pairs is {helped.test.correlation:+.2f}." in said(helped)
    assert "Welch" not in said(helped)
    against = compare(side(1, A), side(6, [0.990, 0.988, 0.986, 0.987, 0.989]), "accuracy")
    assert against.welch is not None
    text = said(against)
    assert "The correlation of the pairs is -1.00. Pairing does not help here. Welch's unpaired test" in text
    assert f"{against.welch.df:.1f} degrees of freedom, p = {against.welch.p:.4f}" in text
    assert "disagree" not in text


def test_two_tests_that_disagree_are_no_choice() -> None:
    """Student's does not see it, Welch's does: pairs that go against each other."""
    first, second = [0.980, 0.982, 0.984, 0.986], [0.990, 0.989, 0.987, 0.985]
    result = compare(side(1, first), side(6, second), "accuracy")
    assert result.test is not None
    assert result.welch is not None
    assert result.welch.significant != result.test.significant
    assert "The two tests disagree. Do not pick the one you like better" in said(result)


@pytest.mark.parametrize(
    ("schedule", "changes", "steered"),
    [("constant", {"lr": 0.1}, True), ("constant", {"epochs": 20}, False), ("one-cycle", {"epochs": 20}, True),
     ("constant", {"keep_every": 3}, False)],
)  # fmt: skip
def test_a_run_that_was_steered_is_on_record_as_such(
    tmp_path: Path, schedule: str, changes: dict[str, Any], steered: bool
) -> None:
    log = RunLog(tmp_path, record(1, 0, 0.9, schedule=schedule))
    config = log.record.config.replace(changes)
    log.write(Steered(run="0001-seed-cnn", step=5, changes=changes, config=config))
    log.close("finished", 9)
    assert read_record(tmp_path).steered is steered
    assert read_record(tmp_path).config == config
