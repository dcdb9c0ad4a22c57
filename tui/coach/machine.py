"""Rules about units and time, from what the engine measures during the test (engine/training/diagnostics.py)."""

import statistics

from engine.vocabulary.config import FIELDS, Value
from tui.coach.trends import recent_epochs
from tui.coach.usual_values import lower, times_usual
from tui.state.advice import Advice
from tui.state.run import RunView

DEAD = 0.5  # of the units: with a third of them dead, networks were seen to learn as well as with none
LOW = 1 / 3  # times the usual rate: shorter steps kill no units, whatever did
EPOCHS = 2  # in which units have to be dead: in the first some only wait for their turn
INPUT = 1 / 3  # of a step's time
LARGE = "deep-cnn"
PLAIN: dict[str, Value] = {"elastic": 0.0, "erasing": 0.0, "noise": 0.0}
TIMED = 3  # epochs, of which the one in the middle counts: other work on the machine disturbs single ones


def dead_units(view: RunView) -> Advice | None:
    epochs = recent_epochs(view)[-EPOCHS:]
    if len(epochs) < EPOCHS or min(epoch.dead for epoch in epochs) < DEAD or times_usual(view.config) < LOW:
        return None
    changes = lower(view)
    return Advice(
        rule="dead units",
        seen=f"Behind the ReLUs {100 * epochs[-1].dead:.0f} % of the units and feature maps have been zero for each"
        f" test image looked at, for {EPOCHS} epochs.",
        why="A unit that never fires gets no gradient and seldom recovers: the network is smaller than it looks.",
        remedy=f"Start again with a learning rate of {changes['lr']:g}; long steps kill units.",
        changes=changes,
        anew=True,
    )


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
