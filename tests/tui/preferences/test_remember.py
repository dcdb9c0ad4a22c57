"""A preference is written, and the rest of the file stays as it is."""

from pathlib import Path
from threading import Thread

import pytest

from tui.preferences.file import read_preferences
from tui.preferences.remember import remember
from tui.preferences.values import PreferenceError

OWN = """# mine
sort = "accuracy"   # best on top

theme = "nord" # at night
[keys.train]
# a comment
log_axis = "Y"
"""


def test_comments_and_order_stay_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(OWN)
    remember(file, {"theme": "dracula"})
    assert file.read_text() == OWN.replace("nord", "dracula")
    remember(file, {"smoothing": 0.5})
    assert read_preferences(file)["smoothing"] == 0.5
    assert "# best on top" in file.read_text()


def test_the_folder_and_the_file_are_made(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "config.toml"
    remember(file, {"log_axis": True, "keys.train.toggle_log": "f9"})
    assert read_preferences(file) == {"log_axis": True, "keys": {"train": {"toggle_log": ("f9",)}}}


def test_a_file_that_is_wrong_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for text in ("theme =", "them = 3"):
        file.write_text(text)
        with pytest.raises(PreferenceError, match=r"config\.toml, line 1"):
            remember(file, {"theme": "nord"})
        assert file.read_text() == text


def test_a_link_to_the_file_stays_one(tmp_path: Path) -> None:
    (tmp_path / "dotfiles.toml").write_text(OWN)
    link = tmp_path / "config.toml"
    link.symlink_to(tmp_path / "dotfiles.toml")
    remember(link, {"coach": False})
    assert link.is_symlink()
    assert read_preferences(tmp_path / "dotfiles.toml")["coach"] is False


def test_what_two_screens_change_at_once_is_all_kept(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    changes = [{"theme": "nord"}, {"coach": False}, {"log_axis": True}, {"sort": "age"}, {"smoothing": 0.5}]
    threads = [Thread(target=remember, args=(file, each)) for each in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_preferences(file) == {name: value for each in changes for name, value in each.items()}
