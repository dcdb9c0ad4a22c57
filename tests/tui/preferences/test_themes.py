"""Every theme of Textual's can be read: on every screen, in every chart."""

import pytest
from fake_engine import RUN, FakeApp, digit, snapshot, tell
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES
from textual.widget import Widget

from engine.vocabulary.messages import Predicted, RunsListed
from tests.tui.app.screen_text import OLD, TRAINING
from tests.tui.coach.fake_rule import press
from tui.app.themes import LINES, PLACES, TEXT, WORDS, contrast, legible
from tui.widgets.chart import Chart
from tui.widgets.confusion import ConfusionMatrix
from tui.widgets.digit import DigitDrawing
from tui.widgets.probabilities import Probabilities

FIXED = [name for name, theme in BUILTIN_THEMES.items() if not theme.ansi]  # the others have the terminal's colours
# Frames, what lies behind a line, a dot for nothing.
NOT_READ = ("chart--axis", "live-digit--rule", "chart--step", "confusion--zero")
LEAST_STEP = 1.5


def variables(theme: str) -> dict[str, str]:
    chosen = BUILTIN_THEMES[theme]
    return {**chosen.to_color_system().generate(), **chosen.variables}


@pytest.mark.parametrize("theme", FIXED)
def test_the_colours_of_text_and_lines_stand_out_from_the_backgrounds_of_every_theme(theme: str) -> None:
    changed = legible(variables(theme))
    for name in WORDS:
        for place in PLACES:
            assert contrast(Color.parse(changed[name]), Color.parse(changed[place])) >= TEXT, (name, place)
    for name in LINES:
        assert contrast(Color.parse(changed[name]), Color.parse(changed["background"])) >= TEXT, name


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    before = variables("textual-dark")
    assert before["text-accent"] == legible(before)["text-accent"]


@pytest.mark.parametrize("theme", [name for name in BUILTIN_THEMES if name not in FIXED])
def test_where_the_terminal_has_the_colours_they_stay(theme: str) -> None:
    assert legible(variables(theme)) == variables(theme)


def shown_contrast(widget: Widget, name: str) -> float:
    style: Style = widget.get_component_rich_style(name)
    assert style.color is not None
    assert style.bgcolor is not None
    return contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))


HARDEST = ("textual-light", "solarized-light")  # the others take a minute
TRIED = [name if name in HARDEST else pytest.param(name, marks=pytest.mark.slow) for name in FIXED]


@pytest.mark.parametrize("theme", TRIED)
async def test_every_line_and_word_of_charts_and_digits_can_be_read(theme: str) -> None:
    app = FakeApp()
    app.theme = theme
    async with app.run_test(size=(120, 48)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        unreadable = {}
        for key in ("1", "2", "3"):
            await press(app, pilot, key)
            await tell(app, pilot, Predicted(run=RUN, step=50, digits=[digit()]))
            for widget in app.screen.query("*"):
                if isinstance(widget, Chart | ConfusionMatrix | DigitDrawing | Probabilities):
                    for name in widget.COMPONENT_CLASSES:
                        least = LEAST_STEP if name in NOT_READ else 3 if "--" in name and "bar" in name else TEXT
                        if "cursor" not in name and (found := shown_contrast(widget, name)) < least - 0.05:
                            unreadable[name] = round(found, 2)
    assert unreadable == {}
