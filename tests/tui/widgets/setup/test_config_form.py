"""The form of all hyperparameters: what is out of range is refused, with the reason that the command line gives."""

import pytest
from click.testing import CliRunner
from fake_engine import FakeApp, press_together, snapshot, tell
from textual.app import App, ComposeResult
from textual.widgets import Input, Static

from engine.vocabulary.config import FIELDS, ConfigError, RunConfig
from engine.vocabulary.fields import FieldInfo
from tui.__main__ import cli
from tui.widgets.config_form import ConfigForm
from tui.widgets.field_row import FieldRow

BOUNDED = [field for field in FIELDS.values() if field.choices or field.low is not None]


class FormApp(App[None]):
    def compose(self) -> ComposeResult:
        yield ConfigForm(RunConfig())


def beyond(field: FieldInfo) -> list[str]:
    """Return texts that a field does not take: below, above, and what is no value at all."""
    if field.choices:
        return ["something else"]
    assert field.low is not None
    assert field.high is not None
    below = field.low if field.low_open else field.low - 1
    return [f"{field.kind(below)}", f"{field.kind(field.high) * 2 + 1}", "much"]


def test_every_number_has_bounds() -> None:
    assert {field.name for field in FIELDS.values() if field not in BOUNDED} == {"device", "data", "log_to"}


async def test_every_field_refuses_what_is_out_of_range_with_the_reason_of_the_command_line() -> None:
    app = FormApp()
    async with app.run_test(size=(120, 40)) as pilot:
        form = app.query_one(ConfigForm)
        for field in BOUNDED:
            row = form.query_one(f"#row-{field.name}", FieldRow)
            for text in beyond(field):
                with pytest.raises(ConfigError) as refused:
                    field.parse(text)
                row.input.value = text
                await pilot.pause()
                assert form.config is None
                assert form.problems == (str(refused.value),)
                result = CliRunner().invoke(cli, ["train", field.option, text])
                assert result.exit_code == 2
                assert " ".join(str(refused.value).split()) in " ".join(result.output.split())
            row.input.value = str(field.default)
            await pilot.pause()
            assert form.config == RunConfig()


PAIRS = [
    {"patience": "3"},
    {"optimizer": "nesterov", "momentum": "0"},
    {"mixup": "0.2", "cutmix": "1"},
    {"schedule": "one-cycle", "warmup": "1"},
    {"epochs": "2", "warmup": "3"},
]


@pytest.mark.parametrize("values", PAIRS, ids=lambda values: "-".join(values))
async def test_fields_that_do_not_go_together_are_refused_with_the_reason_of_the_command_line(
    values: dict[str, str],
) -> None:
    with pytest.raises(ConfigError) as refused:
        RunConfig().replace(values)
    app = FormApp()
    async with app.run_test(size=(120, 40)) as pilot:
        form = app.query_one(ConfigForm)
        for name, text in values.items():
            form.query_one(f"#field-{name}", Input).value = text
        await pilot.pause()
        assert form.config is None
        assert form.problems == (str(refused.value),)
    words = [word for name, text in values.items() for word in (FIELDS[name].option, text)]
    result = CliRunner().invoke(cli, ["train", *words])
    assert result.exit_code == 2
    assert str(refused.value) in result.output


async def test_up_and_down_go_from_field_to_field_also_where_the_form_scrolls() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5", "down", "down", "down")
        assert app.focused is app.screen.query_one("#field-seed")
        await pilot.press("up", "up", "up")
        assert app.focused is app.screen.query_one("#field-log_to")


@pytest.mark.parametrize(("size", "helped"), [((80, 24), True), ((200, 50), True), ((340, 50), False)])
async def test_the_field_in_focus_shows_all_of_its_help_where_its_row_cuts_it(
    size: tuple[int, int], helped: bool
) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5", "down", "down", "down", "down")
        await pilot.pause()
        help = app.screen.query_one("#help", Static)
        assert help.display is helped
        if helped:
            assert FIELDS["validation"].help in str(help.content)
        await pilot.press("escape")
        await pilot.pause()
        assert not help.display


async def test_keys_that_come_together_lose_none() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press_together(app, pilot, "5", "down", "ctrl+u", "1", "2", "down", "ctrl+u", "7")
        assert app.current_mode == "setup"
        values = [app.screen.query_one(f"#field-{name}", Input).value for name in ("epochs", "batch_size")]
        assert values == ["12", "7"]
