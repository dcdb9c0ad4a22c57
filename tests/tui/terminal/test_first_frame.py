"""What the first frame waits for: few modules, one rendering, and no engine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fake_engine import FakeApp, snapshot, tell
from limits import LIMIT
from places import ROOT
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet

from tests.tui.app.screen_text import TRAINING, screen_text
from tui.screens.train import TrainScreen
from tui.widgets.charts.pane import ChartsPane

# Runs the program as far as its first frame, and tells which modules are there by then.
PROBE = """
import json, sys
from pathlib import Path
import tui.__main__
from tui.app.main import MnistApp

class Probe(MnistApp):
    def after_first_frame(self):
        print(json.dumps(sorted(sys.modules)))
        self.exit()

Probe(Path(sys.argv[1])).run(headless=True, size=(120, 36))
"""
ROOMS = {  # of the first frame, and what of each; all of the others wait
    "tui.commands": {"shared_options"},
    "tui.screens": {
        "base",
        "train",
        "follows",
        "digit_messages",
        "draw_messages",
        "run_messages",
        "setup_messages",
        "study_wishes",
    },
    "tui.widgets": {
        *("cells", "list_keys", "drag_border", "run_bar", "nav", "key_bar", "log", "welcome", "welcome_blocks"),
        *("digit_art", "charts", "charts.view", "charts.actions", "side", "side.room"),
    },
    "tui.coach": {"watch"},
    "tui.link": {"errors"},
    "tui.state.run_filter": set(),
    "engine.storage": {"files", "file_lock", "paths", "preset_file", "typed_path"},
    "engine.machine": set(),
    "engine.tuning": {"history"},
}
HEAVY = {  # what none of them needs
    *("torch", "numpy", "scipy", "PIL", "plotext", "optuna", "psutil", "pynvml", "tomlkit", "httpx"),
    *("tomllib", "hashlib", "multiprocessing", "textual.widgets._data_table", "textual.widgets._tabbed_content"),
}


def modules_at_the_first_frame(folder: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=LIMIT,
    )  # fmt: skip
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_first_frame_waits_for_no_module_that_it_does_not_show(tmp_path: Path) -> None:
    loaded = modules_at_the_first_frame(tmp_path)
    assert "tui.screens.train" in loaded
    for room, expected in ROOMS.items():
        there = {name.removeprefix(f"{room}.") for name in loaded if name.startswith(f"{room}.")}
        assert there - expected == set(), room
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_the_first_frame_is_rendered_once_and_styled_once(monkeypatch: pytest.MonkeyPatch, theme: str) -> None:
    rendered, styled = [], []
    render, update = Compositor.render_update, Stylesheet.update

    def counted_render(self: Compositor, *args: object, **kwargs: object) -> object:
        rendered.append(self)
        return render(self, *args, **kwargs)

    def counted_update(self: Stylesheet, *args: object, **kwargs: object) -> None:
        styled.append(args)
        update(self, *args, **kwargs)

    class Probe(FakeApp):
        def after_first_frame(self) -> None:
            self.counts = len(rendered), len(styled)

    monkeypatch.setattr(Compositor, "render_update", counted_render)
    monkeypatch.setattr(Stylesheet, "update", counted_update)
    app = Probe()
    app.theme = theme
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert app.counts == (1, 0)


async def test_the_engine_is_looked_for_and_charts_are_made_after_the_first_frame() -> None:
    class Probe(FakeApp):
        seen: tuple[int, int] | None = None

        def after_first_frame(self) -> None:
            self.seen = self.connections, len(self.screen.query(ChartsPane))
            super().after_first_frame()

    app = Probe()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        assert app.seen == (0, 0)
        assert app.connections == 1
        assert isinstance(app.screen, TrainScreen)
        assert app.screen.pane.is_mounted
        assert "epoch 2/10" in screen_text(app)


async def test_a_preferred_theme_is_there_from_the_first_style_on() -> None:
    app = FakeApp()
    app.theme = "textual-light"
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        surface = app.screen.query_one("Nav").styles.background
        assert surface.hex == app.get_css_variables()["surface"]
        app.theme = "textual-dark"
        await pilot.pause()
        assert app.screen.query_one("Nav").styles.background.hex == app.get_css_variables()["surface"]
        assert app.screen.query_one("Nav").styles.background != surface
