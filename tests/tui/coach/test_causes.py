"""Finer points of the rules that look for a cause: in the labels, the data, the decay, the dropout, the rate."""

import msgspec
import pytest
from fake_engine import epoch_done, started, steps
from msgspec.structs import replace

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import DataCheck, Finding, PartFacts
from tests.tui.coach.evaluation import recordings
from tests.tui.coach.views import changed, views
from tui.coach.data import data_at_fault, missing_digits, nothing_learned, odd_data, test_unlike
from tui.coach.evidence.usual_values import decay_is_strong, times_usual, usual_rate
from tui.coach.generalisation import uneven_mistakes
from tui.coach.labels import label_noise
from tui.coach.rate_too_high import rate_too_high
from tui.coach.rate_too_low import rate_too_low
from tui.coach.regularisation import decay_too_strong, dropout_too_strong
from tui.coach.watch import apply_rules
from tui.state.advice import Coach
from tui.state.run import RunView, apply_to_run

test_unlike.__test__ = False  # type: ignore[attr-defined]  # a rule, not a test
KEPT = recordings.read()


def seen(case: str) -> list[RunView]:
    return views(KEPT[case])


def without_check(view: RunView) -> RunView:
    return replace(view, check=None)


# ------------------------------------------------------------------------- labels


def test_wrong_labels_are_told_before_the_network_has_learned_them_by_heart() -> None:
    views = seen("label noise 20%: mlp, bare")
    told = next(view for view in views if label_noise(view))
    assert told.epoch <= 4
    assert told.epochs[-1].test_accuracy > views[-1].epochs[-1].test_accuracy + 0.02


@pytest.mark.parametrize(
    "config",
    [
        {"label_smoothing": 0.1},
        {"mixup": 0.4},
        {"cutmix": 1.0},
        {"noise": 0.5},
        {"dropout": 0.75},
        {"weight_decay": 0.5},
        {"lr": 1e-5},
        {"lr": 0.1},
    ],
)
def test_where_something_else_makes_a_network_unsure_labels_are_not_blamed(config: dict[str, object]) -> None:
    view = seen("label noise 20%: mlp, bare")[5]
    assert label_noise(view) is not None
    assert label_noise(changed(view, **config)) is None


def test_an_augmented_run_on_wrong_labels_is_told_and_offered_nothing() -> None:
    advice = label_noise(changed(seen("label noise 20%: mlp, bare")[5], rotation=10.0))
    assert advice is not None
    assert advice.changes == {}


# --------------------------------------------------------------------------- data


def check_of(*findings: Finding) -> DataCheck:
    part = PartFacts(images=1000, classes=[100] * 10, mean=30.0, deviation=10.0, low=0.0, high=255.0)
    return DataCheck(train=part, test=part, findings=list(findings))


def test_a_few_blank_images_are_told_last_and_many_first() -> None:
    view = seen("healthy: mlp adam")[-1]
    few, many = (
        replace(view, check=check_of(Finding(kind="blank images", message="some", part="train", count=count)))
        for count in (3, 900)
    )
    assert data_at_fault(few) is None
    assert data_at_fault(many) is not None
    assert [advice.rule for advice in apply_rules(Coach(), few).advice] == ["odd data"]
    assert [advice.rule for advice in apply_rules(Coach(), many).advice] == ["data at fault"]


def test_what_is_no_warning_and_what_a_later_version_found_is_not_the_cause() -> None:
    view = seen("healthy: mlp adam")[-1]
    small = Finding(kind="duplicates", message="of 1,000 test images 1 is ...", count=1, warning=False)
    later = Finding(kind="upside down", message="all of them")
    assert apply_rules(Coach(), replace(view, check=check_of(small))).advice == ()
    assert odd_data(replace(view, check=check_of(later))) is not None
    assert data_at_fault(replace(view, check=check_of(later))) is None


def test_a_hyperparameter_that_is_far_off_comes_before_the_data() -> None:
    view = seen("3, 5, 8 missing: mlp")[-1]
    assert data_at_fault(view) is not None
    for config in ({"lr": 1e-6}, {"lr": 1.0}, {"weight_decay": 0.5}, {"dropout": 0.95}):
        assert data_at_fault(changed(view, **config)) is None


def test_text_of_a_data_check_is_shown_inert() -> None:
    view = seen("healthy: mlp adam")[-1]
    hostile = Finding(kind="missing class", message="\x1b[31mno 3\x1b]0;x\x07", part="train", digit=3)
    advice = data_at_fault(replace(view, check=check_of(hostile)))
    assert advice is not None
    assert "\x1b" not in advice.line
    assert "\x07" not in advice.line


def test_older_runs_give_away_by_themselves_what_the_check_would_have_found() -> None:
    for case, rule in (
        ("3, 5, 8 missing: mlp", missing_digits),
        ("all 4s called 9: mlp", missing_digits),
        ("test inverted: mlp", test_unlike),
        ("test labels shuffled: mlp", test_unlike),
        ("labels at random: mlp", nothing_learned),
    ):
        assert rule(without_check(seen(case)[-1])) is not None, case


def test_a_digit_that_comes_late_is_no_missing_one() -> None:
    view = without_check(seen("3, 5, 8 missing: mlp")[-1])
    assert missing_digits(view) is not None
    assert missing_digits(changed(view, lr=1e-5)) is None
    unfitted = tuple(msgspec.structs.replace(epoch, train_accuracy=0.6) for epoch in view.epochs)
    assert missing_digits(replace(view, epochs=unfitted)) is None


def test_few_training_images_are_no_test_part_of_another_kind() -> None:
    view = without_check(seen("test inverted: mlp")[-1])
    assert test_unlike(view) is not None
    assert test_unlike(replace(view, train_images=100)) is None


def test_a_rare_digit_gets_other_advice_than_one_that_is_wrongly_labelled() -> None:
    rare, torn = seen("15 images of a 9: mlp")[-1], seen("half of the 4s called 9: mlp")[-1]
    dropping = {"dropout": 0.5}
    first, second = uneven_mistakes(changed(rare, **dropping)), uneven_mistakes(changed(torn, **dropping))
    assert first is not None
    assert second is not None
    assert first.changes == {"dropout": 0.0, "dropout2d": 0.0}
    assert second.changes == {}
    assert "labelled 9" in second.remedy


# ---------------------------------------------------- decay, dropout, what is usual


def test_dropout_is_blamed_only_in_networks_that_drop_units() -> None:
    view = seen("dropout 0.95: mlp")[2]
    assert dropout_too_strong(view) is not None
    assert dropout_too_strong(changed(view, model="lenet5")) is None
    assert dropout_too_strong(changed(view, dropout=0.5, dropout2d=0.95)) is None  # the mlp has no maps


def test_decay_counts_by_what_it_does_in_each_optimizer() -> None:
    assert decay_is_strong(RunConfig(optimizer="adam", weight_decay=0.5))
    assert not decay_is_strong(RunConfig(optimizer="adamw", weight_decay=0.5))  # 0.0005 of the weights a step
    assert decay_is_strong(RunConfig(optimizer="adamw", weight_decay=0.5, lr=0.01))
    assert not decay_is_strong(RunConfig(optimizer="sgd", weight_decay=5e-4))


def test_strong_decay_is_blamed_only_where_the_loss_stays_high() -> None:
    assert decay_too_strong(seen("decay 0.5: mlp")[1]) is not None
    assert decay_too_strong(changed(seen("healthy: mlp adam")[3], weight_decay=0.5)) is None


def test_the_usual_rate_is_that_of_the_optimizer_and_its_momentum() -> None:
    assert usual_rate(RunConfig()) == 1e-3
    assert usual_rate(RunConfig(optimizer="sgd")) == 0.05
    assert usual_rate(RunConfig(optimizer="sgd", momentum=0.0)) == 0.5
    assert usual_rate(RunConfig(optimizer="nesterov", momentum=0.9999)) == 0.025
    assert times_usual(RunConfig(lr=1e-5)) == pytest.approx(0.01)


def test_beyond_a_hundredfold_the_usual_rate_is_advised_and_before_it_ten_times_more_or_less() -> None:
    low, high = seen("rate x0.001: mlp adam")[3], seen("rate x1000: mlp adam")[3]
    for view, lr, expected in ((low, 2e-6, 1e-3), (low, 2e-5, 2e-4), (high, 2.0, 1e-3), (high, 0.05, 5e-3)):
        advice = (rate_too_low if view is low else rate_too_high)(changed(view, lr=lr))
        assert advice is not None
        assert advice.changes == {"lr": expected}


@pytest.mark.parametrize("schedule", ["cosine", "one-cycle", "step", "plateau", "constant"])
def test_a_schedule_is_judged_by_its_highest_rate(schedule: str) -> None:
    for view in seen("rate x0.001: mlp adam")[1:]:
        advice = apply_rules(Coach(), changed(view, schedule=schedule)).present
        assert advice is not None
        assert advice.rule == "rate too low"


def test_a_rate_that_was_lowered_during_a_run_is_not_too_low_for_what_is_left() -> None:
    view = seen("rate x0.01: mlp adam")[-1]
    late = tuple(msgspec.structs.replace(epoch, train_loss=0.5, test_loss=0.4) for epoch in view.epochs)
    assert rate_too_low(replace(view, epochs=late)) is not None
    assert rate_too_low(replace(view, epochs=late, changed=1)) is None


def test_two_long_epochs_are_enough_for_every_rule_to_look_at() -> None:
    view: RunView | None = apply_to_run(None, msgspec.structs.replace(started(lr=2e-4), steps_per_epoch=600))
    for i in (1, 2):
        losses = [2.3 - 0.001 * step for step in range(600 * (i - 1), 600 * i, 20)]
        for event in (msgspec.structs.replace(steps(600 * i, losses), stride=20, steps=600), epoch_done(i)):
            view = apply_to_run(view, msgspec.structs.replace(event, step=600 * i))
    assert view is not None
    apply_rules(Coach(), view)
    rate_too_low(view)
