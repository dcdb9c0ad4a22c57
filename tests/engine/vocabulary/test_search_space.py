"""What a search is written as: ranges and choices, checked like the fields of the form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.vocabulary.config import FIELDS, ConfigError, RunConfig
from engine.vocabulary.search_space import FIXED, Choices, Range, holds, parse_dimension, parse_search, values_of


@pytest.mark.parametrize(
    ("text", "low", "high", "log"),
    [
        ("lr=log:1e-4..1e-1", 1e-4, 1e-1, True),
        ("lr=0.1..0.5", 0.1, 0.5, False),
        ("dropout=0..0.5", 0.0, 0.5, False),
        ("dropout = .1 .. .5 ", 0.1, 0.5, False),
        ("batch_size=16..256", 16, 256, False),
        ("batch-size=log:16..256", 16, 256, True),
        ("lr=1e-5..1", 1e-5, 1.0, False),
    ],
)
def test_a_range_has_bounds_of_the_fields_own_kind(text: str, low: float, high: float, log: bool) -> None:
    parsed = parse_dimension(text)
    assert isinstance(parsed, Range)
    assert (parsed.low, parsed.high, parsed.log) == (low, high, log)
    assert type(parsed.low) is parsed.field.kind


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("batch_size=50,100,200", (50, 100, 200)),
        ("lr=1e-3,0.01", (0.001, 0.01)),
        ("model=seed-cnn,fast-cnn", ("seed-cnn", "fast-cnn")),
        ("batch_size=50, 100,50", (50, 100)),
        ("model=/nets/../my.py:Net,seed-cnn", ("/nets/../my.py:Net", "seed-cnn")),
        ("schedule=constant,one-cycle", ("constant", "one-cycle")),
    ],
)
def test_choices_are_values_of_the_field_each_once(text: str, values: tuple[object, ...]) -> None:
    parsed = parse_dimension(text)
    assert isinstance(parsed, Choices)
    assert parsed.values == values


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lr", ["'lr'", "no '='", "name=low..high"]),
        ("lr=", ["lr", "no values"]),
        ("lr=..", ["lr", "'..'", "low..high"]),
        ("lr=log:", ["lr", "log:low..high"]),
        ("lr=0.1..", ["lr", "low..high"]),
        ("lr=0.5..0.1", ["lr", "0.5..0.1", "second bound"]),
        ("lr=0.1..0.1", ["lr", "empty"]),
        ("lr=0..1", ["lr", "0", "more than 0"]),
        ("lr=1e-3..11", ["lr", "11", "out of range"]),
        ("lr=log:x..1", ["lr", "'x'", "number"]),
        ("lr=nan..1", ["lr", "nan"]),
        ("batch_size=1.5..3", ["batch_size", "'1.5'", "whole number"]),
        ("batch_size=0,5", ["batch_size", "0", "out of range"]),
        ("batch_size=100", ["batch_size", "single value", "--batch-size"]),
        ("batch_size=100,100", ["batch_size", "single value"]),
        ("dropout=log:0..0.5", ["dropout", "0 has no logarithm"]),
        ("model=seed-cnn..fast-cnn", ["model", "no range", "seed-cnn"]),
        ("model=seed-cnn,fastcnn", ["model", "'fastcnn'", "did you mean fast-cnn"]),
        ("learning_rat=1..2", ["learning_rat"]),
        ("batchsize=1..2", ["batchsize", "did you mean batch_size"]),
        ("epochs=1..5", ["epochs", "the same epochs"]),
        ("seed=1,2,3", ["seed", "luck"]),
        ("device=cpu,cuda", ["device", "where to train"]),
    ],
)
def test_what_is_no_search_is_named_with_its_remedy(text: str, said: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        parse_dimension(text)
    for words in said:
        assert words in str(error.value)


@pytest.mark.parametrize("name", FIXED)
def test_fields_that_make_trials_incomparable_are_refused_with_the_reason(name: str) -> None:
    assert name in FIELDS
    with pytest.raises(ConfigError, match=r"cannot be searched: .*; leave it out"):
        parse_dimension(f"{name}=1,2")


def test_a_field_is_searched_once_and_something_must_be() -> None:
    with pytest.raises(ConfigError, match="searched twice"):
        parse_search(["lr=0.1..0.2", "lr=0.1,0.2"])
    with pytest.raises(ConfigError, match="nothing to search"):
        parse_search([])


@pytest.mark.parametrize(
    "text",
    ["lr=log:0.0001..0.1", "lr=1e-05..1", "batch_size=50,100,200", "batch_size=log:16..256", "rotation=0..15",
     "model=seed-cnn,fast-cnn", "beta2=0.9,0.99,0.999"],
)  # fmt: skip
def test_text_and_search_are_the_same_thing(text: str) -> None:
    assert str(parse_dimension(text)) == text
    assert parse_dimension(str(parse_dimension(text))) == parse_dimension(text)


@given(low=st.floats(1e-6, 4.9), high=st.floats(5, 10), log=st.booleans(), share=st.floats(0, 1))
def test_any_range_survives_its_text_and_keeps_its_values_neat(
    low: float, high: float, log: bool, share: float
) -> None:
    made = Range(FIELDS["lr"], low, high, log)
    assert parse_dimension(str(made)) == made
    value = low * (high / low) ** share if log else low + (high - low) * share
    value = min(high, max(low, value))
    neat = made.neat(value)
    assert made.holds(neat)
    assert isinstance(neat, float)
    assert abs(neat - value) <= (0.001 * value if log else 0.001 * (high - low))
    assert abs(made.place(neat) - made.place(value)) < 0.005


def test_values_near_one_keep_the_digits_that_matter() -> None:
    beta = parse_dimension("beta2=0.99..0.9999")
    assert isinstance(beta, Range)
    assert beta.neat(0.99951234) == pytest.approx(0.99951, abs=5e-6)


def test_places_lie_between_the_bounds() -> None:
    lr, batch = parse_search(["lr=log:1e-4..1e-2", "batch_size=50,100,200"])
    assert [lr.place(value) for value in (1e-4, 1e-3, 1e-2)] == pytest.approx([0, 0.5, 1])
    assert [batch.place(value) for value in (50, 100, 200)] == [0, 0.5, 1]


def test_the_base_may_lie_outside() -> None:
    space = parse_search(["lr=log:1e-2..1e-1", "batch_size=50,100,200"])
    base = values_of(space, RunConfig())
    assert base == {"lr": 1e-3, "batch_size": 100}
    assert not holds(space, base)
    assert holds(space, {**base, "lr": 0.05})
