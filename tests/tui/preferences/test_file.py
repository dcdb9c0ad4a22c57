"""The file of preferences: what is read, which value counts, and what is said of a wrong one."""

from pathlib import Path

import pytest
from textual.theme import BUILTIN_THEMES

from tui.preferences.file import check_text, preferences_file, read_preferences
from tui.preferences.sources import load_preferences, sourced
from tui.preferences.values import DEFAULTS, DIGIT_SORTS, SORTS, THEMES, PreferenceError
from tui.state.gallery.sorting import ORDERS as DIGIT_ORDERS
from tui.state.run_filter.sorting import SORTS as RUN_SORTS

FILE = Path("/home/user/config.toml")


def test_all_themes_of_textual_can_be_preferred() -> None:
    assert sorted(THEMES) == sorted(BUILTIN_THEMES)


def test_the_orders_that_can_be_preferred_are_those_of_the_screens() -> None:
    assert tuple(RUN_SORTS) == SORTS
    assert tuple(DIGIT_ORDERS) == DIGIT_SORTS


def test_without_a_file_all_is_as_by_default() -> None:
    assert load_preferences() == DEFAULTS


def test_the_file_lies_in_the_configuration_folder_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert preferences_file() == tmp_path / "mnist-tui" / "config.toml"
    monkeypatch.setenv("MNIST_TUI_CONFIG", str(tmp_path / "own.toml"))
    assert preferences_file() == tmp_path / "own.toml"


def test_a_variable_counts_more_than_the_file_and_an_option_more_than_both(monkeypatch: pytest.MonkeyPatch) -> None:
    file = {"theme": "nord", "smoothing": 0.5, "coach": False}
    monkeypatch.setenv("MNIST_TUI_THEME", "dracula")
    monkeypatch.setenv("MNIST_TUI_COACH", "1")
    found = sourced(file, {"coach": False})
    assert [(found[name].value, found[name].source) for name in ("theme", "smoothing", "coach", "sort")] == [
        ("dracula", "MNIST_TUI_THEME"), (0.5, "file"), (False, "--coach"), ("", "default"),
    ]  # fmt: skip


def test_a_folder_that_a_variable_names_may_have_any_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_TUI_CHECKPOINTS", "runs\x1b[31m\udcff")
    assert sourced({})["checkpoints"].value == "runs\x1b[31m\udcff"


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_TUI_REFRESH", "often")
    with pytest.raises(PreferenceError, match=r"variable MNIST_TUI_REFRESH: refresh: 'often' is not a number from 0"):
        sourced({})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('theme = "nord"\nthem = "nord"', r"config.toml, line 2: 'them' is no preference; did you mean theme\?"),
        ('\ntheme = "nrod"', r"config.toml, line 2: theme: 'nrod' is not known; did you mean nord\?"),
        ("coach = 3", r"line 1: coach: 3 is not true or false"),
        ("smoothing = true", r"line 1: smoothing: true is not a number from 0 to 0.999"),
        ("smoothing = nan", r"line 1: smoothing: nan is out of range"),
        ("theme = [1]", r"line 1: theme: \[1\] is not one of"),
        ('data = "a\\u001bb"', r"line 1: data: .* cannot be shown"),
        ('sort = "-acuracy"', r"line 1: sort: '-acuracy' is not known; did you mean -accuracy\?"),
        ("theme =", r"config.toml, line 1: Invalid value"),
        ("keys = 3", r"line 1: keys: 3 is not a table"),
        ('[keys.trian]\nlog_axis = "y"', r"line 1: keys.trian is no screen; did you mean train\?"),
        ('[keys.train]\nlog_axes = "Y"', r"line 2: keys.train.log_axes is no action; did you mean log_axis\?"),
        ('[keys.train]\nlog_axis = "ecape"', r"line 2: keys.train.log_axis: 'ecape' is no key; did you mean escape\?"),
        ("[keys.train]\nlog_axis = []", r"line 2: keys.train.log_axis: \[\] is no key"),
        ('keys.train.log_axis = "ctrl+m"', r"line 1: keys.train.log_axis: 'ctrl\+m' cannot be told from enter"),
        ('keys.train.log_axis = "q"', r"keys.app.quit and keys.train.log_axis both have the key 'q'"),
        ('[keys.train]\nlog_axis = "b"\ntoggle_log = "b"', r"both have the key 'b'; give one of them another"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_what_would_be_right(text: str, says: str) -> None:
    with pytest.raises(PreferenceError, match=says):
        check_text(text, FILE)


def test_keys_are_read_by_the_names_of_actions() -> None:
    assert check_text('[keys.app]\nhelp = ["?", "f1"]\n[keys.train]\nlog_axis = "Y"', FILE) == {
        "keys": {"app": {"help": ("question_mark", "f1")}, "train": {"log_axis": ("Y",)}}
    }


def test_a_file_that_is_no_text_or_far_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"ok = 1\n\xff\xfe")
    with pytest.raises(PreferenceError, match=r"a, line 2: is not UTF-8"):
        read_preferences(tmp_path / "a")
    (tmp_path / "b").write_bytes(b"#" * 1_000_001)
    with pytest.raises(PreferenceError, match=r"b: is larger than"):
        read_preferences(tmp_path / "b")
    with pytest.raises(OSError, match="is not a file"):
        read_preferences(tmp_path)
