"""The rule about where the time of a run goes."""

import statistics

from engine.vocabulary.config import FIELDS, Value
from tui.coach.evidence.progress import recent_epochs
from tui.state.advice import Advice
from tui.state.run import RunView

INPUT = 1 / 3  # of a step's time
LARGE = "deep-cnn"
PLAIN: dict[str, Value] = {"elastic": 0.0, "erasing": 0.0, "noise": 0.0}
TIMED = 3  # epochs, of which the one in the middle counts: other work on the machine disturbs single ones


def input_bound(view: RunView) -> Advice | None:
    epochs = recent_epochs(view)[-TIMED:]
    if len(epochs) < TIMED or statistics.median(epoch.input_share for epoch in epochs) < INPUT:
        return None
    changes: dict[str, Value] = dict(PLAIN)
    if view.config.model != LARGE:
        resized = {name for name in ("width", "depth") if getattr(view.config, name) != FIELDS[name].default}
        changes = {"model": LARGE, **{name: FIELDS[name].default for name in sorted(resized)}}
    share = statistics.median(epoch.input_share for epoch in epochs)
    return Advice(
        rule="input-bound",
        seen=f"Making the images takes {100 * share:.0f} % of a step's time:"
        f" {epochs[-1].seconds * share:.1f} of {epochs[-1].seconds:.1f} s of the last epoch.",
        why="During that time nothing is learned: the network waits for its input.",
        remedy=f"Train a larger network, {LARGE}: it makes better use of images that take this long."
        if "model" in changes
        else "Switch off the slowest augmentations: elastic distortions, erasing and noise.",
        changes=changes,
    )
