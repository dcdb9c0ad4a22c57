"""The presets of a folder of runs: their names, the list, and what replaces or deletes them."""

import os
from pathlib import Path

import pytest

from engine.storage.preset_file import (
    PresetError,
)
from engine.storage.presets import (
    LONGEST_NAME,
    PresetExists,
    delete_preset,
    list_presets,
    load_preset,
    save_preset,
)
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.presets import PRESETS
from tests.engine.storage.preset_files import write

# ----------------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "../a", "a b", "-a", "ä", "a\n", "x" * 41, "a\x00"])
def test_a_name_that_is_no_safe_name_of_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PresetError, match="cannot be the name of a preset"):
        save_preset(tmp_path, name, {})
    assert not (tmp_path / "presets").exists()
    for use in (load_preset, delete_preset):
        with pytest.raises(PresetError, match="there is no preset"):
            use(tmp_path, name)


@pytest.mark.parametrize("name", ["a", "0", "my.preset", "A_b-9", "x" * LONGEST_NAME])
def test_letters_digits_and_a_few_signs_name_a_preset(tmp_path: Path, name: str) -> None:
    save_preset(tmp_path, name, {"epochs": 2})
    assert load_preset(tmp_path, name).changes == {"epochs": 2}


@pytest.mark.parametrize("name", ["fast", "Fast", "SEED"])
def test_a_built_in_name_stays_what_it_is(tmp_path: Path, name: str) -> None:
    with pytest.raises(PresetError, match="is built in"):
        save_preset(tmp_path, name, {"epochs": 2}, replace=True)
    with pytest.raises(PresetError, match="built in and cannot be" if name in PRESETS else "did you mean"):
        delete_preset(tmp_path, name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("augmentd", "did you mean augmented"), ("Fast", "did you mean fast"), ("zz", "the presets are seed, ")],
)
def test_an_unknown_name_suggests_the_nearest_or_lists_all(tmp_path: Path, name: str, hint: str) -> None:
    save_preset(tmp_path, "augmented", {"rotation": 10})
    for use in (load_preset, delete_preset):
        with pytest.raises(PresetError, match=f"there is no preset '{name}'; {hint}"):
            use(tmp_path, name)


# -------------------------------------------------------- list, replace, delete


def test_the_list_has_the_built_in_ones_first_and_then_the_own_by_name(tmp_path: Path) -> None:
    assert [(each.name, each.built_in) for each in list_presets(tmp_path)] == [(name, True) for name in PRESETS]
    save_preset(tmp_path, "b", {"lr": 0.5})
    save_preset(tmp_path, "a", {}, "first")
    own = list_presets(tmp_path)[len(PRESETS) :]
    assert [(each.name, each.title, each.changes, each.built_in) for each in own] == [
        ("a", "first", {}, False), ("b", "", {"lr": 0.5}, False),
    ]  # fmt: skip
    for each in list_presets(tmp_path):
        assert RunConfig().replace(each.changes)


def test_a_broken_file_is_listed_with_its_problem_and_hides_no_other(tmp_path: Path) -> None:
    save_preset(tmp_path, "good", {"lr": 0.5})
    broken = write(tmp_path, "broken", "lr = ")
    odd = write(tmp_path, "no name", "lr = 0.1")
    shadow = write(tmp_path, "fast", "lr = 0.1")
    (tmp_path / "presets" / "link.toml").symlink_to("nowhere")
    (tmp_path / "presets" / "folder.toml").mkdir()
    for passed_over in ("notes.txt", ".x.toml.1.tmp", ".hidden.toml"):
        (tmp_path / "presets" / passed_over).write_text("?")
    own = {each.name: each for each in list_presets(tmp_path) if not each.built_in}
    assert set(own) == {"good", "broken", "no name", "fast", "folder", "link"}
    assert own["good"].problem == ""
    assert own["broken"].problem.startswith(f"{broken}: is not TOML")
    assert own["no name"].problem.startswith(f"{odd}: 'no name' cannot be the name of a preset")
    assert own["fast"].problem.startswith(f"{shadow}: the preset 'fast' is built in")
    assert "folder.toml: cannot be read" in own["folder"].problem
    assert "link.toml: is a link to nothing" in own["link"].problem
    assert load_preset(tmp_path, "fast") is PRESETS["fast"]


def test_a_file_in_the_place_of_the_folder_is_told_beside_the_built_in_presets(tmp_path: Path) -> None:
    (tmp_path / "presets").write_text("")
    *built_in, problem = list_presets(tmp_path)
    assert [each.name for each in built_in] == list(PRESETS)
    assert "presets: cannot be read (Not a directory)" in problem.problem
    with pytest.raises(PresetError, match="cannot be written"):
        save_preset(tmp_path, "mine", {})


def test_a_preset_is_replaced_only_on_purpose(tmp_path: Path) -> None:
    save_preset(tmp_path, "mine", {"lr": 0.5})
    with pytest.raises(PresetExists, match="there is a preset 'mine' already"):
        save_preset(tmp_path, "mine", {"lr": 0.1})
    assert load_preset(tmp_path, "mine").changes == {"lr": 0.5}
    save_preset(tmp_path, "mine", {"lr": 0.1}, replace=True)
    assert load_preset(tmp_path, "mine").changes == {"lr": 0.1}


def test_a_bad_value_leaves_the_preset_that_is_there(tmp_path: Path) -> None:
    save_preset(tmp_path, "mine", {"lr": 0.5})
    for changes, title in (({"lr": 11}, ""), ({"rl": 1}, ""), ({}, "x" * 201), ({}, "\udcff")):
        with pytest.raises(ConfigError):
            save_preset(tmp_path, "mine", changes, title, replace=True)
    assert load_preset(tmp_path, "mine").changes == {"lr": 0.5}


def test_a_disk_that_takes_nothing_leaves_the_preset_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_preset(tmp_path, "mine", {"lr": 0.5})

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PresetError, match=r"mine\.toml: cannot be written \(No space left on device\)"):
        save_preset(tmp_path, "mine", {"lr": 0.1}, replace=True)
    assert os.listdir(tmp_path / "presets") == ["mine.toml"]
    assert load_preset(tmp_path, "mine").changes == {"lr": 0.5}


def test_a_preset_is_deleted_also_when_it_is_broken(tmp_path: Path) -> None:
    save_preset(tmp_path, "mine", {"lr": 0.5})
    write(tmp_path, "broken", "lr = ")
    for name in ("mine", "broken"):
        delete_preset(tmp_path, name)
    assert os.listdir(tmp_path / "presets") == []
    with pytest.raises(PresetError, match="there is no preset 'mine'"):
        delete_preset(tmp_path, "mine")
