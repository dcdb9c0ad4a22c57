"""A preset as a file of TOML: whatever is written reads back, whatever is wrong in it is named."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.storage.preset_file import (
    LONGEST_FILE,
    LONGEST_TITLE,
    MACHINE,
    PresetError,
    parse_preset,
    preset_text,
    without_machine,
)
from engine.storage.presets import (
    load_preset,
    save_preset,
)
from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig, Value
from engine.vocabulary.fields import FieldInfo
from engine.vocabulary.presets import PRESETS, Preset
from tests.engine.storage.preset_files import write

TRAINING = [field for field in FIELDS.values() if field.name not in MACHINE]


def values_of(field: FieldInfo) -> st.SearchStrategy[Value]:
    if field.choices:
        return st.sampled_from(field.choices)
    if field.kind is int:
        assert field.low is not None
        assert field.high is not None
        return st.integers(int(field.low), int(field.high))
    if field.kind is float:
        return st.floats(field.low, field.high, exclude_min=field.low_open)
    return st.text(st.characters(exclude_categories=["Cs"])).map(str.strip)


changes_of_training: st.SearchStrategy[dict[str, Value]] = st.fixed_dictionaries(
    {}, optional={field.name: values_of(field) for field in TRAINING}
)


titles = st.text(st.characters(exclude_categories=["Cs"]), max_size=LONGEST_TITLE)


@given(titles, changes_of_training)
def test_whatever_is_written_reads_back_the_same(title: str, changes: dict[str, Value]) -> None:
    content = preset_text(Preset(title, changes))
    read = tomllib.loads(content)
    assert read == {**({"title": title} if title else {}), **changes}
    assert {name: type(value) for name, value in read.items() if name != "title"} == {
        name: type(value) for name, value in changes.items()
    }
    try:
        RunConfig().replace(changes)
    except ConfigError as error:  # they do not go together
        with pytest.raises(ConfigError, match=re.escape(str(error))):
            parse_preset(content.encode())
    else:
        assert parse_preset(content.encode()) == Preset(title, changes)


@given(titles)
def test_text_is_escaped_as_toml_wants_it(title: str) -> None:
    assert tomllib.loads(preset_text(Preset(title, {}))).get("title", "") == title


@pytest.mark.parametrize("text", ['"', "\\", '"""', "\n", "\r\n", "\x00", "\x1b[2J", "\x7f", "\x85", "\U0001f600"])
def test_text_that_toml_could_misread_comes_back(text: str) -> None:
    written = preset_text(Preset(text, {}))
    assert parse_preset(written.encode()).title == text
    assert written[:-1].isprintable()


def test_a_saved_preset_is_plain_toml_and_loads_as_it_was(tmp_path: Path) -> None:
    path = save_preset(tmp_path, "mine", {"lr": "0.01", "epochs": 3, "model": "fast-cnn"}, "my own")
    assert path == tmp_path / "presets" / "mine.toml"
    assert path.read_text() == 'title = "my own"\nepochs = 3\nlr = 0.01\nmodel = "fast-cnn"\n'
    assert load_preset(tmp_path, "mine") == Preset("my own", {"epochs": 3, "lr": 0.01, "model": "fast-cnn"})
    assert os.listdir(path.parent) == ["mine.toml"]


def test_every_built_in_preset_could_be_an_own_one(tmp_path: Path) -> None:
    for name, preset in PRESETS.items():
        save_preset(tmp_path, f"my-{name}", preset.changes, preset.title)
        assert load_preset(tmp_path, f"my-{name}") == preset
        assert load_preset(tmp_path, name) is preset


@pytest.mark.parametrize("model", CATALOGUE)
def test_every_network_has_a_recipe_of_its_name(tmp_path: Path, model: str) -> None:
    assert RunConfig().replace(load_preset(tmp_path, model).changes).model == model


def test_an_editor_may_leave_comments_a_byte_order_mark_and_line_ends_of_windows(tmp_path: Path) -> None:
    write(tmp_path, "edited", b"\xef\xbb\xbf# mine\r\nlr = 1 # round\r\nepochs = 1_000\r\n")
    assert load_preset(tmp_path, "edited").changes == {"lr": 1.0, "epochs": 1000}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("batchsize = 3", "did you mean batch_size"),
        ("titel = 'x'", "did you mean title"),
        ("qqqqqq = 3", "the names are epochs"),
        ("lr = 11", "Learning rate (lr): 11 is out of range; give more than 0 and at most 10"),
        ("lr = nan", "out of range"),
        ("lr = -inf", "out of range"),
        ("epochs = 1.5", "not a whole number"),
        ("epochs = true", "Epochs (epochs) is of the kind bool"),
        ("model = 'seedcnn'", "did you mean seed-cnn"),
        ("model = ['seed-cnn']", "is of the kind list"),
        ("[model]\nname = 'seed-cnn'", "is of the kind dict"),
        ("epochs = 2026-11-23", "is of the kind date"),
        ("seed = 0x" + "f" * 5000, "more than 64 bits"),
        ("seed = " + "9" * 5000, "is not TOML"),
        ("title = 3", "title: give a text"),
        ("title = '" + "x" * (LONGEST_TITLE + 1) + "'", "title: give a text of at most 200"),
        ("patience = 3", "no images are held out"),
        ("lr 3", "at line 1"),
        ("epochs = 3\nlr = 0.1\nlr = 0.2\n", "at line 3"),
        ("epochs = 3\n\nlr = [1,", "is not TOML"),
        ("a = " + "[" * 5000 + "]" * 5000, "is not TOML"),
        (b"epochs = 3\nlr = 0.1 # \xe4\n", "line 2 is not UTF-8"),
        ("#" * (LONGEST_FILE + 1), "is longer than"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_bad_file_is_named_with_what_is_wrong_in_it(tmp_path: Path, content: str | bytes, reason: str) -> None:
    path = write(tmp_path, "bad", content)
    with pytest.raises(PresetError) as refused:
        load_preset(tmp_path, "bad")
    assert str(path) in str(refused.value)
    assert reason in str(refused.value)


def test_a_preset_names_no_code_which_it_would_bring_from_somebody_else(tmp_path: Path) -> None:
    write(tmp_path, "theirs", 'model = "/tmp/evil.py:Net"\n')
    for attempt in (
        lambda: load_preset(tmp_path, "theirs"),
        lambda: save_preset(tmp_path, "mine", {"model": "package:Net"}),
    ):
        with pytest.raises(PresetError, match="a preset cannot name code"):
            attempt()


@pytest.mark.parametrize("name", MACHINE)
def test_what_is_about_the_machine_is_no_part_of_a_preset(tmp_path: Path, name: str) -> None:
    value = FIELDS[name].default
    write(tmp_path, "bad", f"{name} = {value!r}")
    for attempt in (lambda: load_preset(tmp_path, "bad"), lambda: save_preset(tmp_path, "new", {name: value})):
        with pytest.raises(PresetError, match="a setting of the machine") as refused:
            attempt()
        assert FIELDS[name].option in str(refused.value)
    assert without_machine({name: value, "lr": 0.1}) == {"lr": 0.1}


def test_data_device_precision_and_processes_are_about_the_machine() -> None:
    assert {"data", "device", "precision", "processes"} <= set(MACHINE)
    assert not {"seed", "epochs", "lr", "model"} & set(MACHINE)


def test_a_pipe_in_the_place_of_a_file_does_not_block(tmp_path: Path) -> None:
    (tmp_path / "presets").mkdir()
    os.mkfifo(tmp_path / "presets" / "pipe.toml")
    with pytest.raises(PresetError, match=r"pipe\.toml: cannot be read"):
        load_preset(tmp_path, "pipe")
