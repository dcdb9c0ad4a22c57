"""What a filter matches, and what it says of words that mean nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.state.run_filter.summaries import RUNS, summary
from tui.state.run_filter import FilterError, parse


def problem_of(text: str) -> FilterError | None:
    try:
        parse(text)
    except FilterError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", [1, 2, 3, 4, 12, 13]),
        ("   ", [1, 2, 3, 4, 12, 13]),
        ("acc>99", [2, 12]),
        ("acc > 99", [2, 12]),
        ("acc>=99.1%", [2, 12]),
        ("acc>0.99", [2, 12]),
        ("accuracy:98", [1, 4]),
        ("ACC=99.34", [2]),
        ("-acc>99", [1, 3, 4, 13]),
        ("loss<0.05", [2, 12]),
        ("loss:>0.05", [1, 4, 13]),
        ("epochs<10", [3]),
        ("epochs:5..10", [1, 2, 4, 12]),
        ("epochs:..5", [3]),
        ("time<0.5min", [1, 2, 4, 12, 13]),
        ("params>50k", [2]),
        ("number>=4 number<13", [4, 12]),
        ("lr<0.001", [4]),
        ("lr=3e-4", [4]),
        ("seed:0", [1, 2, 3, 12]),
        (f"seed:{2**63 - 1}", [4]),
        (f"seed:{2**63 - 2}", []),
        ("seed!=0", [4, 13]),
        ("batch_size:100", [1, 2, 3, 4, 12]),
        ("batch-size>100", []),
        ("model:resnet", [2]),
        ("model=resnet", []),
        ("network=resnet18", [2]),
        ("model:resnet,seed", [1, 2, 3, 4, 12]),
        ("optimizer:adam", [1, 2, 3, 4]),
        ("precision:bf16", [12]),
        ("device:cpu", [1, 2, 3, 4, 12, 13]),
        ("state:failed", [3]),
        ("state:training", [12]),
        ("state:failed,running", [3, 12]),
        ("-state:finished", [3, 12, 13]),
        ("state!=finished,failed", [12, 13]),
        ("data:full", [1, 2, 3, 4, 12, 13]),
        ("changed:lr", [4]),
        ("changed:model", [2]),
        ("changed:precision", [12]),
        ("run:12", [12]),
        ("run:2,3", [2, 3]),
        ("run:resnet", [2]),
        ("parent:4", [12]),
        ("star", [1]),
        ("-star", [2, 3, 4, 12, 13]),
        ('"star"', []),
        ("is:steered", [4]),
        ("is:fork", [12]),
        ("baseline", [1]),
        ("don't", [1]),
        ("note:baseline", [1]),
        ('"held-out images"', [12]),
        ('title:"HELD-OUT IMAGES"', [12]),
        ('-"held-out images" acc>99', [2]),
        ("resnet acc>99 -star", [2]),
    ],
)
def test_a_filter_matches_runs(text: str, numbers: list[int]) -> None:
    found = parse(text)
    assert [int(run.run[:4]) for run in RUNS if found.matches(run)] == numbers


def test_an_age_is_counted_from_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.state.run_filter.columns.time.time", lambda: 1000.0 + 3 * 3600)
    assert parse("age>2h").matches(summary(1))
    assert not parse("age<3h").matches(summary(1))
    assert not parse("age>1s").matches(summary(1, started=0.0))


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("star acc>many", 5, "give accuracy>99"),
        ("acc>", 0, "nothing comes after >"),
        ("foo:bar", 0, "runs have no 'foo'"),
        ("acuracy>99", 0, "did you mean accuracy?"),
        ("state:fialed", 0, "did you mean failed?"),
        ("star  state:green", 6, "give one of training"),
        ("optimizer:adm", 0, "did you mean adam"),
        ("changed:learning_rat", 0, "give one of epochs"),
        ("model>3", 0, "model is not a number"),
        ('note:"half', 0, "the quotation mark is not closed"),
        ("star - acc>9", 5, "nothing to leave out"),
        ("age<2", 0, "give age<2h"),
        ("lr:nan", 0, "give lr=0.001"),
        ("lr>1e999", 0, "give lr=0.001"),
        ("seed:,", 0, "between the commas is nothing"),
        ("x" * 2000, 0, "give at most 1,000"),
    ],
)
def test_what_means_nothing_is_named_with_its_place_and_a_remedy(text: str, position: int, says: str) -> None:
    with pytest.raises(FilterError) as found:
        parse(text)
    assert found.value.position == position
    assert text[position:].startswith(found.value.word.rstrip("…"))
    assert f"at character {position + 1}" in str(found.value)
    assert says in str(found.value)


@pytest.mark.parametrize("text", ["acc", "acc>", "star acc >", "state:", "state:fai", 'note:"two', "-", "seed:1,"])
def test_each_step_of_typing_is_a_filter_or_said_to_be_unfinished(text: str) -> None:
    problem = problem_of(text)
    assert problem is None or problem.unfinished


@pytest.mark.parametrize("text", ["acc> star", "- star", "acc>x", "foo:bar", "state:green"])
def test_what_no_typing_mends_is_said_at_once(text: str) -> None:
    with pytest.raises(FilterError) as found:
        parse(text)
    assert not found.value.unfinished


def test_what_only_looks_like_a_number_is_none() -> None:
    hostile = summary(1, run="9" * 5000, parent="9" * 5000)
    for text in ("parent:3", "number>3", f"run:{'9' * 100}"):
        parse(text).matches(hostile)


WORDS = st.text(st.sampled_from('ab9 -:=<>!",.%_kms\t\x1b[é٣²') | st.characters())


@given(st.lists(WORDS | st.sampled_from(["acc", "lr>", "seed:", "star", "time<", 'note:"']), max_size=8).map("".join))
def test_any_text_is_a_filter_or_an_error_that_names_a_part_of_it(text: str) -> None:
    problem = problem_of(text)
    if problem is None:
        for run in RUNS:
            parse(text).matches(run)
    else:
        assert problem.word.rstrip("…") in text
        assert problem.remedy
