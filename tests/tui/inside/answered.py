"""An app whose engine answers what Inside asks."""

from fake_engine import FakeApp, FakeClient, snapshot, tell

from tests.tui.app.screen_text import TRAINING
from tests.tui.coach.fake_rule import press
from tests.tui.pictures.answers import AnsweringClient
from tui.screens.inside.screen import InsideScreen


class Answered(FakeApp):
    """Its engine answers questions as soon as they are asked."""

    def __init__(self, client: type[FakeClient] = AnsweringClient) -> None:
        super().__init__()
        self.engine = client()


async def opened(app: FakeApp, pilot, *keys: str) -> InsideScreen:
    await tell(app, pilot, snapshot(*TRAINING))
    await press(app, pilot, "8", *keys)
    for _ in range(8):  # each answer may lead to the next question
        await tell(app, pilot)
    assert isinstance(app.screen, InsideScreen)
    return app.screen


async def settle(app: FakeApp, pilot) -> None:
    for _ in range(8):
        await tell(app, pilot)
