"""The form of all hyperparameters: what is out of range is refused, with the reason that the command line gives."""

import pytest
from click.testing import CliRunner
from fake_engine import FakeApp, snapshot, tell
from textual.app import App, ComposeResult
from textual.widgets import Input

from engine.config import FIELDS, ConfigError, RunConfig
from engine.fields import FieldInfo
from tui.__main__ import cli
from tui.widgets.config_form import ConfigForm, FieldRow

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
    assert {field.name for field in FIELDS.values() if field not in BOUNDED} == {"device", "data"}


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
        assert app.focused is app.screen.query_one("#field-keep_every")
