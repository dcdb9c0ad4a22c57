"""The state folder: made private, or refused in one line that names it and the remedy."""

import asyncio
import os
import pwd
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from other_user import NOBODY, as_other_user, needs_root

from engine.storage.paths import PathError, default_checkpoints, engine_socket, state_folder, user_data_folder
from tui.__main__ import main
from tui.app.main import MnistApp
from tui.link.errors import EngineUnreachable
from tui.link.start import connect_or_start


@pytest.fixture
def state() -> Path:
    """Where the state folder will be."""
    return Path(os.environ["XDG_STATE_HOME"]) / "mnist-tui"


def open_to_all(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def open_to_read(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o750)


def a_link(folder: Path) -> None:
    target = folder.with_name("elsewhere")
    target.mkdir(mode=0o700)
    folder.symlink_to(target)


def a_link_to_nothing(folder: Path) -> None:
    folder.symlink_to(folder.with_name("nothing"))


def a_file(folder: Path) -> None:
    folder.write_text("")


def below_a_file(folder: Path) -> None:
    folder.parent.rmdir()
    folder.parent.write_text("")


def below_a_link_to_nothing(folder: Path) -> None:
    folder.parent.rmdir()
    folder.parent.symlink_to("nothing")


def of_somebody_else(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)


HOSTILE = [
    (open_to_all, r"is open to other users \(mode 777\); chmod 700 it"),
    (open_to_read, r"is open to other users \(mode 750\); chmod 700 it"),
    (a_link, "is not a plain folder; remove it or set XDG_STATE_HOME"),
    (a_link_to_nothing, "is not a plain folder; remove it or set XDG_STATE_HOME"),
    (a_file, "is not a plain folder; remove it or set XDG_STATE_HOME"),
    (below_a_file, r"cannot be made \(Not a directory\); set XDG_STATE_HOME"),
    (below_a_link_to_nothing, r"cannot be made \(No such file or directory\); set XDG_STATE_HOME"),
    pytest.param(of_somebody_else, f"belongs to user {NOBODY}, not to you; set XDG_STATE_HOME", marks=needs_root),
]


@pytest.mark.parametrize(("make", "reason"), HOSTILE)
def test_a_hostile_state_folder_is_refused_and_left_as_it_is(
    make: Callable[[Path], None], reason: str, state: Path, checkpoints: Path
) -> None:
    make(state)
    with pytest.raises(PathError, match=f"{state}: {reason}"):
        state_folder()
    with pytest.raises(PathError, match=f"{state}: {reason}"):
        asyncio.run(connect_or_start(checkpoints))
    assert not checkpoints.exists()  # no engine was started
    assert not state.is_dir() or list(state.iterdir()) == []


async def test_the_screen_tells_of_a_hostile_state_folder(state: Path, checkpoints: Path) -> None:
    open_to_all(state)
    app = MnistApp(checkpoints)
    async with app.run_test(size=(150, 30)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        app.draw()
        await pilot.pause()
        shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
    assert "is open to other users (mode 777); chmod 700 it" in re.sub(r"\s+", " ", shown)
    assert not app.return_code


@needs_root
def test_a_place_one_may_not_write_to_is_refused() -> None:
    def tell() -> str:
        os.environ["XDG_STATE_HOME"] = "/root-only"
        try:
            return str(state_folder())
        except PathError as error:
            return str(error)

    answer = as_other_user(tell)
    assert answer == "/root-only/mnist-tui: cannot be made (Permission denied); set XDG_STATE_HOME to a folder of yours"


def test_the_folders_above_may_be_links(state: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    state.parent.rmdir()
    state.parent.symlink_to(tmp_path / "real")
    assert state_folder() == state
    assert stat.S_IMODE((tmp_path / "real" / "mnist-tui").stat().st_mode) == 0o700


@pytest.mark.parametrize("value", [None, "", "relative/path", "."])
def test_without_an_absolute_xdg_state_home_the_state_is_below_the_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    if value is None:
        monkeypatch.delenv("XDG_STATE_HOME")
    else:
        monkeypatch.setenv("XDG_STATE_HOME", value)
    assert state_folder() == tmp_path / "home" / ".local" / "state" / "mnist-tui"
    assert os.listdir(tmp_path) == ["home"]


@pytest.mark.parametrize("value", [None, ""])
def test_without_home_it_is_the_home_that_the_system_knows(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    if value is None:
        monkeypatch.delenv("HOME", raising=False)
    else:
        monkeypatch.setenv("HOME", value)
    assert user_data_folder() == Path(pwd.getpwuid(os.getuid()).pw_dir) / ".local" / "share" / "mnist-tui"


def test_a_user_without_any_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unknown(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME")
    with pytest.raises(PathError, match=r"there is no home folder .* set HOME or XDG_STATE_HOME"):
        engine_socket(tmp_path)
    monkeypatch.setenv("HOME", "not/absolute")
    monkeypatch.setattr("engine.storage.paths.source_checkout", lambda: None)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    with pytest.raises(PathError, match=r"HOME is 'not/absolute'.* set HOME or XDG_DATA_HOME"):
        default_checkpoints()
    monkeypatch.setattr(sys, "argv", ["mnist-tui", "runs"])
    with pytest.raises(SystemExit, match=r"^Error: there is no home folder .* XDG_DATA_HOME$"):
        main()


async def test_a_folder_of_runs_that_cannot_be_written_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineUnreachable, match=r"file/checkpoints: .*Not a directory.* --checkpoints"):
        await connect_or_start(tmp_path / "file" / "checkpoints")
