"""What a screen shows, as text, and runs to show."""

from fake_engine import FakeApp, epoch_done, started, steps

from engine.vocabulary.messages import RunSummary

SIZES = [(80, 24), (120, 36), (200, 50)]


TRAINING = (started(), steps(40, [2.0 - i / 40 for i in range(40)]), epoch_done(1), steps(50, [0.5] * 10))


OLD = RunSummary(
    run="0000-seed-cnn", state="stopped", started=1.0, model="seed-cnn", epoch=2, epochs=10, sample=True,
    test_accuracy=0.95, test_loss=0.2, resumable=True,
)  # fmt: skip


def screen_text(app: FakeApp) -> str:
    """Return what is on the screen, as text."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def filtered_strips(app: FakeApp) -> list:
    """Return what would be written: the screen, through the app's line filters."""
    from textual.color import Color

    filters = app.get_line_filters()
    strips = []
    for strip in app.screen._compositor.render_strips():
        for line_filter in filters:
            strip = strip.apply_filter(line_filter, Color(0, 0, 0))
        strips.append(strip)
    return strips


def filtered_text(app: FakeApp) -> str:
    return "\n".join(strip.text for strip in filtered_strips(app))
