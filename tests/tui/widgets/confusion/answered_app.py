"""The app with an engine that answers at once, and what it was asked."""

from fake_engine import FakeApp, epoch_done, snapshot, started, steps

from tests.tui.app.screen_text import screen_text
from tests.tui.pictures.answers import AnsweringClient

LIVE = snapshot(
    started(), steps(40, [1.0] * 40), epoch_done(1), steps(200, [0.5] * 40), epoch_done(5), steps(210, [0.5])
)


class AnsweredApp(FakeApp):
    """Its engine answers at once."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = AnsweringClient()


def words(app: FakeApp) -> str:
    """Return what is on the screen, however its lines are broken."""
    return " ".join(screen_text(app).split())


def asked(app: FakeApp, kind: type) -> list:
    return app.engine.sent_of(kind)
