"""The network of the form: its size before the run, and the dialog with its layers."""

import pytest
from fake_engine import FakeApp, snapshot, started, tell
from textual.widgets import Input

from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import CommandFailed, DescribeModel, Layer, ModelDescribed, StartRun, Steer
from engine.vocabulary.presets import PRESETS
from tests.tui.app.screen_text import TRAINING, filtered_text, screen_text
from tui.screens.network import NetworkScreen
from tui.screens.setup import SetupScreen
from tui.state.state import State
from tui.state.state import described as known
from tui.state.store import MOST_NETWORKS, apply
from tui.state.words.networks import layer_row, network_line, network_of, operations
from tui.widgets.network_line import NetworkLine

pytestmark = pytest.mark.slow  # the whole form is mounted for each

OWN = "/home/me/nets/mine.py:Net"


def described(model: str = "seed-cnn", width: float = 1.0, depth: int = 0, parameters: int = 21_840) -> ModelDescribed:
    layers = [
        Layer(name="conv1", kind="Conv2d", shape=[10, 24, 24], parameters=260),
        Layer(name="fc2", kind="Linear", shape=[10], parameters=510),
    ]
    return ModelDescribed(model=model, width=width, depth=depth, parameters=parameters, flops=961_000, layers=layers)


def line(app: FakeApp) -> str:
    return str(app.screen.query_one(NetworkLine).content)


async def open_setup(app: FakeApp, pilot) -> None:
    await tell(app, pilot, snapshot())
    await pilot.press("5")
    await tell(app, pilot)


async def type_in(app: FakeApp, pilot, **values: str) -> None:
    for name, value in values.items():
        app.screen.query_one(f"#field-{name}", Input).value = value
    await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_form_shows_the_size_of_its_network_before_the_run(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await open_setup(app, pilot)
        assert [command.config for command in app.engine.sent_of(DescribeModel)] == [RunConfig()]
        assert "seed-cnn: 21,840 parameters" in screen_text(app)  # before the engine has said so
        await tell(app, pilot, described())
        assert "seed-cnn: 21,840 parameters, 0.961 MFLOPs an image; F8 shows its layers" in screen_text(app)


async def test_it_is_asked_anew_when_network_or_size_change_and_old_answers_are_passed_over() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_setup(app, pilot)
        await type_in(app, pilot, model="mlp")
        await type_in(app, pilot, depth="3")
        await type_in(app, pilot, lr="0.5")
        asked = [(each.config.model, each.config.depth) for each in app.engine.sent_of(DescribeModel)]
        assert asked == [("seed-cnn", 0), ("mlp", 0), ("mlp", 3)]
        await tell(app, pilot, described("mlp", parameters=111))
        assert "waiting for its size" in line(app)
        await tell(app, pilot, described("mlp", depth=3, parameters=222))
        assert "mlp: 222 parameters" in line(app)
        await type_in(app, pilot, depth="0")
        assert "mlp: 111 parameters" in line(app)  # what was told once is not asked again
        assert len(app.engine.sent_of(DescribeModel)) == 3


async def test_a_size_that_does_not_fit_is_told_and_starts_nothing() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_setup(app, pilot)
        await type_in(app, pilot, model="lenet5", width="2")
        assert "Width (width): 2.0 is not possible for lenet5" in screen_text(app)
        await pilot.press("f5")
        await pilot.pause()
        assert not app.engine.sent_of(StartRun)


async def test_code_of_ones_own_is_loaded_when_a_key_asks_for_it_and_not_while_typing() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_setup(app, pilot)
        before = len(app.engine.sent_of(DescribeModel))
        await type_in(app, pilot, model=OWN)
        assert len(app.engine.sent_of(DescribeModel)) == before
        assert "mine.py:Net is your own code; F8 loads it" in line(app)
        await pilot.press("f8")
        await tell(app, pilot)
        assert app.engine.sent_of(DescribeModel)[-1].config.model == OWN
        await tell(app, pilot, CommandFailed(reason=f"{OWN}: cannot be loaded: ValueError: \x1b[2Jno, line 3"))
        text = screen_text(app)
        assert "cannot be loaded" in text
        assert "\x1b" not in text


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 10)])
async def test_the_key_shows_layers_n_another_network_and_enter_takes_it(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await open_setup(app, pilot)
        await tell(app, pilot, described())
        await type_in(app, pilot, lr="11")  # a bad field elsewhere is no hindrance
        await pilot.press("f8")
        await tell(app, pilot)
        assert isinstance(app.screen, NetworkScreen)
        if size[1] > 20:
            text = screen_text(app)
            assert "10x24x24" in text
            assert "21,840 parameters" in text
        await pilot.press("p", "n", "n")
        await tell(app, pilot, described("seed-cnn-bn", parameters=21_870))
        assert app.engine.sent_of(DescribeModel)[-1].config.model == list(CATALOGUE)[1]
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, SetupScreen)
        assert app.screen.query_one("#field-model", Input).value == "seed-cnn-bn"
        await pilot.press("f8")
        await pilot.press("n", "escape")
        await pilot.pause()
        assert app.screen.query_one("#field-model", Input).value == "seed-cnn-bn"


async def test_a_recipe_fills_in_all_that_suits_a_network_and_keeps_its_size_and_the_machine() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_setup(app, pilot)
        await type_in(app, pilot, model="vgg-small", width="0.5", lr="0.5", keep_every="3")
        await pilot.press("f8")
        await tell(app, pilot, described("vgg-small", width=0.5))
        assert "preset vgg-small" in screen_text(app)
        await pilot.press("r")
        await pilot.pause()
        assert app.config == RunConfig().replace({**PRESETS["vgg-small"].changes, "width": 0.5, "keep_every": 3})


async def test_a_network_of_ones_own_has_no_recipe() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_setup(app, pilot)
        await type_in(app, pilot, model=OWN)
        await pilot.press("f8")
        await tell(app, pilot, described(OWN))
        assert "recipe (r" not in screen_text(app)
        await pilot.press("r")
        await pilot.pause()
        assert isinstance(app.screen, NetworkScreen)


async def test_during_a_run_its_network_is_shown_and_another_is_taken_for_the_next_run_only() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("5")
        await tell(app, pilot)
        assert not app.engine.sent_of(DescribeModel)  # the run would wait for the answer
        assert "seed-cnn: 21,840 parameters" in line(app)
        await pilot.press("f8", "n", "enter")
        await pilot.pause()
        assert app.screen.query_one("#field-model", Input).value == "seed-cnn-bn"
        assert app.config.model == "seed-cnn-bn"
        assert not app.engine.sent_of(Steer)


async def test_names_of_layers_are_shown_inert_and_ascii_is_kept() -> None:
    odd = Layer(name="[/nope]\x1b[31m", kind="K\u202e", shape=[], parameters=0)
    app = FakeApp(ascii=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await open_setup(app, pilot)
        await pilot.press("f8")
        await tell(app, pilot)
        told = described()
        await tell(app, pilot, ModelDescribed(model="seed-cnn", width=1.0, depth=0, parameters=1, flops=1,
                                              layers=[*told.layers, odd], more=7))  # fmt: skip
        text = screen_text(app)
        assert "[/nope]" in text
        assert "not called" in text
        assert "and 7 more" in text
        assert not set(text) & set("\x1b\u202e")
        assert filtered_text(app).isascii()


async def test_a_run_of_ones_own_network_shows_its_short_name_on_the_panel() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(started(model=OWN, width=2.0)))
        text = screen_text(app)
    assert "mine.py:Net" in text
    assert "/home/me" not in text
    assert "Width" in text


def test_words() -> None:
    assert [operations(n) for n in (961_000, 40_367_872, 1_344_641_024, 5_000, 0)] == [
        "0.961 MFLOPs", "40.4 MFLOPs", "1.34 GFLOPs", "5 kFLOPs", "0 kFLOPs",
    ]  # fmt: skip
    assert layer_row(Layer(name="a", kind="ReLU", shape=[3], parameters=0)) == ("a", "ReLU", "3", "-")
    assert "waiting for its size" in network_line(RunConfig(model="mlp", depth=3), None)
    assert "11,172,810 parameters" in network_line(RunConfig(model="resnet18"), None)
    config = RunConfig(model="lenet5", width=2.0, depth=3, lr=0.5)
    assert network_of(config) == RunConfig(model="lenet5")
    assert network_of(RunConfig(model=OWN, width=2.0)) == RunConfig(model=OWN, width=2.0)
    state = apply(apply(State(), described("lenet5", width=2.0)), described("lenet5", parameters=5))
    assert known(state, RunConfig(model="lenet5", lr=0.5)) == described("lenet5", parameters=5)
    assert known(state, RunConfig(model="lenet5", depth=3)) is None
    for width in range(40):
        state = apply(state, described("mlp", width=float(width)))
    assert [each.width for each in state.networks] == [float(width) for width in range(39, 39 - MOST_NETWORKS, -1)]


async def test_the_name_of_a_file_is_no_markup() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_setup(app, pilot)
        await app.push_screen(NetworkScreen(RunConfig(model="/home/me/[red]x.py:Net"), 0))
        await pilot.pause()
        assert "[red]x.py:Net" in screen_text(app)
