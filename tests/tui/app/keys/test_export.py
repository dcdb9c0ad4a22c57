"""E on the screen of runs: the format is asked, a process writes, the screen tells what became of it."""

from pathlib import Path

import pytest
from fake_engine import FakeApp, snapshot, tell

from engine.vocabulary.messages import RunsListed
from engine.vocabulary.messages.export_messages import Exported, ExportRequest
from tests.tui.app.screen_text import OLD, screen_text
from tui.link import export_process
from tui.screens.export_choice import ExportChoice


async def asked_with(
    answer: Exported, folder: Path, monkeypatch: pytest.MonkeyPatch, *keys: str
) -> tuple[list[ExportRequest], list[str], str]:
    seen: list[ExportRequest] = []

    async def export(request: ExportRequest) -> Exported:
        seen.append(request)
        return answer

    monkeypatch.setattr(export_process, "export", export)
    app = FakeApp()
    app.checkpoints = folder
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[OLD]))
        await pilot.press("4")
        await tell(app, pilot)
        await pilot.press("E")
        await pilot.pause()
        assert isinstance(app.screen, ExportChoice)
        shown = screen_text(app)
        await pilot.press(*keys)
        await pilot.pause()
        await pilot.pause()
        return seen, [notification.message for notification in app._notifications], shown


async def test_a_format_is_chosen_and_written_into_the_folder_of_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Exported(files=["/x/\x1b[31m.jsonl"], notes=["it is so"])
    [request], told, shown = await asked_with(answer, tmp_path, monkeypatch, "down", "enter")
    assert (request.format, request.runs, request.renumber, request.force) == ("jsonl", [OLD.run], True, False)
    assert request.folder == str(tmp_path / "exports")
    assert (tmp_path / "exports").is_dir()
    assert told[-1] == "/x/\N{REPLACEMENT CHARACTER}[31m.jsonl\nit is so"
    assert f"export {OLD.run}" in shown
    assert "onnx" in shown


async def test_what_could_not_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, told, _ = await asked_with(Exported(problem="svg needs matplotlib"), tmp_path, monkeypatch, "enter")
    assert told[-1] == "svg needs matplotlib"
    (tmp_path / "file").write_text("")
    seen, told, _ = await asked_with(Exported(), tmp_path / "file", monkeypatch, "enter")
    assert seen == []
    assert "Not a directory" in told[-1]


async def test_escape_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, told, _ = await asked_with(Exported(), tmp_path, monkeypatch, "escape")
    assert (seen, told) == ([], [])
