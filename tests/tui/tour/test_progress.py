"""How far the tour is, kept in a file."""

from pathlib import Path

import pytest

from tui.tour.progress import Progress, ProgressError, progress_file, read_progress, tour_folder, write_progress
from tui.tour.steps import STEPS


def test_progress_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_progress(tmp_path) == Progress()
    progress = Progress().after(STEPS[0]).after(STEPS[1], skipped=True)
    write_progress(tmp_path, progress)
    assert read_progress(tmp_path) == progress
    assert read_progress(tmp_path).step is STEPS[2]


def test_after_the_last_step_there_is_none() -> None:
    assert Progress(done=tuple(step.name for step in STEPS)).step is None


@pytest.mark.parametrize("content", [b"", b"{", b'{"done": 3}', b"\xff"])
def test_a_damaged_file_is_named_with_its_remedy(tmp_path: Path, content: bytes) -> None:
    progress_file(tmp_path).write_bytes(content)
    with pytest.raises(ProgressError, match=r"tour.json: is damaged .* --restart"):
        read_progress(tmp_path)


def test_the_tour_has_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("MNIST_TUI_CHECKPOINTS", str(tmp_path / "checkpoints"))
    assert tour_folder() == tmp_path / "mnist-tui" / "tour"
    assert not (tmp_path / "checkpoints").exists()
