"""An app with the screen of drawing in front, its mouse, and what its engine answers."""

from fake_engine import RUN, FakeApp, snapshot, tell
from textual.events import Key, MouseDown, MouseEvent, MouseMove, MouseUp

from engine.vocabulary.messages import (
    ClassifyDrawing,
    DrawingClassified,
    Explained,
)
from engine.vocabulary.messages.pictures import pack_floats
from tests.tui.app.screen_text import TRAINING
from tests.tui.coach.fake_rule import press
from tui.screens.draw import DrawScreen
from tui.state.drawing.answers import CLASSIFY, EXPLAIN
from tui.widgets.drawing.canvas import CanvasView

PIXELS = bytes(255 if 10 <= place % 28 <= 12 else 0 for place in range(784))
LEFT, RIGHT = 1, 3


def classified(predicted: int = 7, step: int = 50, **more) -> DrawingClassified:
    shares = [0.91 if label == predicted else 0.01 for label in range(10)]
    values = {"pixels": PIXELS, "treatment": "cropped, centred", "reply_to": CLASSIFY, **more}
    return DrawingClassified(run=RUN, step=step, predicted=predicted, probabilities=shares, **values)


def explained(label: int = 7, method="integrated") -> Explained:
    heat = pack_floats([gray / 255 if place < 392 else -gray / 255 for place, gray in enumerate(PIXELS)])
    return Explained(run=RUN, step=50, method=method, label=label, heat=heat, pixels=PIXELS, predicted=7,
                     probabilities=[0.1] * 10, output=1.0, empty_output=0.0, reply_to=EXPLAIN)  # fmt: skip


def key_from(app: FakeApp, key: str) -> Key:
    """Return a key as the terminal sends it: it has yet to be dealt with."""
    event = Key(key, key)
    event.set_sender(app)
    return event


def canvas(app: FakeApp) -> CanvasView:
    return app.screen.query_one(CanvasView)


def mouse(app: FakeApp, kind: type[MouseEvent], x: int, y: int, button: int = LEFT) -> None:
    """Send an event at a cell of the canvas, as the terminal does."""
    inner = canvas(app).content_region
    event = kind(None, inner.x + x, inner.y + y, 0, 0, button, False, False, False)
    event.set_sender(app)
    app.post_message(event)


async def drag(app: FakeApp, pilot, *cells: tuple[int, int], button: int = LEFT) -> None:
    mouse(app, MouseDown, *cells[0], button)
    for cell in cells[1:]:
        mouse(app, MouseMove, *cell, button)
    mouse(app, MouseUp, *cells[-1], button)
    await pilot.pause()


def asked(app: FakeApp) -> list[ClassifyDrawing]:
    return app.engine.sent_of(ClassifyDrawing)


async def answer_all(app: FakeApp, pilot, **more) -> None:
    """Answer the question that is open, and those that then come of it."""
    answered = -1
    while answered != len(asked(app)):
        answered = len(asked(app))
        await tell(app, pilot, classified(**more))


async def begin(app: FakeApp, pilot, *events) -> None:
    await tell(app, pilot, snapshot(*(events or TRAINING)))
    await press(app, pilot, "7")
    assert isinstance(app.screen, DrawScreen)
