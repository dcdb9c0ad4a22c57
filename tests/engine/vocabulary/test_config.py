"""The hyperparameters: what each field says of itself, takes and refuses."""

import msgspec
import pytest

from engine.vocabulary.config import FIELDS, ConfigError, RunConfig, parse_values
from engine.vocabulary.fields import FieldInfo
from engine.vocabulary.presets import PRESETS

NUMERIC = [field for field in FIELDS.values() if field.kind is not str]
FLOATS = [field for field in NUMERIC if field.kind is float]


def name_of(field: FieldInfo) -> str:
    return field.name


@pytest.mark.parametrize("field", FIELDS.values(), ids=name_of)
def test_a_field_describes_itself(field: FieldInfo) -> None:
    assert field.label
    assert field.help.endswith(".")
    assert field.group
    assert field.option.startswith("--")
    assert "_" not in field.option
    assert field.kind in (int, float, str)
    if field.kind is str:
        own = ", FILE.py:Class, package:Class" if field.own else ""
        assert field.bounds == ("one of " + ", ".join(field.choices) + own if field.choices else "text")
    else:
        assert field.low is not None
        assert field.high is not None
        assert field.low < field.high


@pytest.mark.parametrize("field", FIELDS.values(), ids=name_of)
def test_the_default_is_allowed_and_reads_back_from_text(field: FieldInfo) -> None:
    parsed = field.parse(str(field.default))
    assert parsed == field.default
    assert type(parsed) is field.kind


@pytest.mark.parametrize("field", NUMERIC, ids=name_of)
@pytest.mark.parametrize("side", ["low", "high"])
def test_bounds_are_allowed_themselves(field: FieldInfo, side: str) -> None:
    bound = getattr(field, side)
    if side == "low" and field.low_open:
        with pytest.raises(ConfigError, match="more than"):
            field.parse(bound)
    else:
        assert field.parse(str(field.kind(bound))) == bound


@pytest.mark.parametrize("field", NUMERIC, ids=name_of)
@pytest.mark.parametrize(
    "make",
    [
        lambda field: field.kind(field.low) - 1,
        lambda field: field.kind(field.high) + 1,
        lambda field: field.kind(field.high) * 1000,
        lambda field: "inf",
        lambda field: "-inf",
        lambda field: "nan",
        lambda field: "many",
        lambda field: "",
        lambda field: "0x10",
        lambda field: None,
        lambda field: True,
        lambda field: 10**400,
        lambda field: "9" * 5000,
    ],
    ids=["below", "above", "far-above", "inf", "-inf", "nan", "word", "empty", "hex", "none", "bool", "huge", "digits"],
)
def test_a_bad_number_is_refused_by_field_value_and_range(field: FieldInfo, make) -> None:
    raw = make(field)
    with pytest.raises(ConfigError) as refused:
        field.parse(raw)
    message = str(refused.value)
    assert field.name in message
    assert field.label in message
    assert str(raw) in message
    assert field.bounds in message


@pytest.mark.parametrize("field", FLOATS, ids=name_of)
def test_the_next_number_beyond_a_bound_is_refused(field: FieldInfo) -> None:
    assert field.high is not None
    with pytest.raises(ConfigError, match="out of range"):
        field.parse(field.high * (1 + 1e-12))


@pytest.mark.parametrize("field", [field for field in NUMERIC if field.kind is int], ids=name_of)
def test_a_whole_number_takes_no_fraction(field: FieldInfo) -> None:
    with pytest.raises(ConfigError, match="not a whole number"):
        field.parse("1.5")


def test_an_unknown_choice_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean seed-cnn"):
        FIELDS["model"].parse("seedcnn")
    with pytest.raises(ConfigError, match="one of seed-cnn"):
        FIELDS["model"].parse("zzz")


def test_an_unknown_name_suggests_the_nearest_or_lists_all() -> None:
    with pytest.raises(ConfigError, match="did you mean batch_size"):
        parse_values({"batchsize": 3})
    with pytest.raises(ConfigError, match="the names are epochs, batch_size"):
        parse_values({"qqqq": 3})


def test_replace_parses_checks_and_leaves_the_original_alone() -> None:
    config = RunConfig()
    changed = config.replace({"lr": " 0.01 ", "epochs": "3"})
    assert (changed.lr, changed.epochs) == (0.01, 3)
    assert config == RunConfig()
    with pytest.raises(ConfigError):
        config.replace({"epochs": 3, "lr": -1})


def test_differences_are_what_is_not_default() -> None:
    assert RunConfig().differences() == {}
    config = RunConfig(lr=0.5, seed=7)
    assert config.differences() == {"lr": 0.5, "seed": 7}
    assert RunConfig().replace(config.differences()) == config


def test_every_preset_is_a_valid_config() -> None:
    for preset in PRESETS.values():
        assert RunConfig().replace(preset.changes).differences() == preset.changes


def test_the_defaults_are_the_seed_notebooks() -> None:
    config = RunConfig()
    assert (config.batch_size, config.lr, config.weight_decay, config.epochs) == (100, 1e-3, 0.0, 10)
    assert (config.dropout2d, config.dropout) == (0.5, 0.5)


def test_a_config_with_an_unknown_field_does_not_decode() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.json.decode(b'{"epochs":1,"momentun":0.9}', type=RunConfig)


def test_a_run_may_change_only_what_is_live() -> None:
    assert {name for name, field in FIELDS.items() if field.live} == {
        "epochs", "patience", "lr", "weight_decay", "momentum", "beta1", "beta2", "clip", "schedule", "warmup", "decay",
        "decay_every", "label_smoothing", "mixup", "cutmix", "dropout2d", "dropout",
        "rotation", "shift", "scale", "shear", "elastic", "erasing", "noise", "threads",
            "log_to",
    }  # fmt: skip
