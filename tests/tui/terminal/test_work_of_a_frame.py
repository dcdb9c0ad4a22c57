"""What a frame costs: a screen that comes back is rendered once, and what stays the same is not worked out again."""

import pytest
from fake_engine import FakeApp, snapshot, tell
from rich.console import Console
from rich.segment import Segment
from textual._compositor import Compositor, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets._footer import FooterKey

import tui.terminal.frame_diff as frame_diff
from tests.tui.app.screen_text import TRAINING
from tui.terminal.line_filters import SanitizeFilter


async def test_a_screen_that_comes_back_is_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = []
    render = Compositor.render_full_update

    def counted(self: Compositor, *args: object, **kwargs: object) -> object:
        rendered.append(self)
        return render(self, *args, **kwargs)

    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        for key in ("2", "1"):
            await pilot.press(key)
            await pilot.pause()
        monkeypatch.setattr(Compositor, "render_full_update", counted)
        for seen, key in enumerate(("2", "1", "2", "1"), 1):
            await pilot.press(key)
            await pilot.pause()
            assert len(rendered) == seen, key


async def test_lines_that_stay_are_filtered_once_whatever_is_drawn_over_them(monkeypatch: pytest.MonkeyPatch) -> None:
    filtered = []
    apply = SanitizeFilter.apply

    def counted(self: SanitizeFilter, segments: list[Segment], background: object) -> list[Segment]:
        filtered.append("".join(segment.text for segment in segments))
        return apply(self, segments, background)  # type: ignore[arg-type]

    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        monkeypatch.setattr(SanitizeFilter, "apply", counted)
        app.screen.refresh()
        await pilot.pause()
        assert not "".join(filtered).strip()  # what lies behind all widgets has no text
        await pilot.press("A")  # other filters: every line is another one
        await pilot.pause()
        assert len([text for text in filtered if text.strip()]) > 20


async def test_keys_below_are_styled_once_before_they_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    updated = []
    monkeypatch.setattr(FooterKey, "update_node_styles", lambda self, animate=True: updated.append(self))
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        assert len(app.screen.query(FooterKey)) > 3
        assert updated == []


def test_the_cells_of_a_line_that_stays_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    styled = []
    cell_styles = frame_diff.cell_styles
    monkeypatch.setattr(frame_diff, "cell_styles", lambda *args: styled.append(args) or cell_styles(*args))
    console = Console(force_terminal=True, color_system="truecolor", width=8, height=3)
    lines = [Strip([Segment(text)]) for text in ("one     ", "two     ", "three   ")]
    buffer = frame_diff.ScreenBuffer()

    def drawn() -> frame_diff.Frame | None:
        return buffer.diff(LayoutUpdate([[line] for line in lines], Region(0, 0, 8, 3)), console)

    assert drawn() is not None
    assert len(styled) == 3
    assert drawn() is None
    lines[1] = Strip([Segment("TWO     ")])
    frame = drawn()
    assert frame is not None
    assert "TWO" in frame.text
    assert len(styled) == 4


def test_what_is_kept_of_lines_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_diff, "MOST_STRIPS", 4)
    console = Console(force_terminal=True, color_system="truecolor", width=8, height=1)
    buffer = frame_diff.ScreenBuffer()
    for number in range(20):
        buffer.diff(LayoutUpdate([[Strip([Segment(f"{number:8}")])]], Region(0, 0, 8, 1)), console)
    assert len(buffer._cells) == 4
