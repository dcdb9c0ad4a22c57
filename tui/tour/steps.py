"""The ten steps of the tour: what each says at a moment, and whether it is done. Pure.

A step looks at the state and never at keys: whichever way somebody takes to the goal, the step is done. What it says
fits one line of 80 columns.
"""

from collections.abc import Callable

import msgspec

from engine.vocabulary.messages import Explained
from tui.state.words.runs import short_run_name
from tui.tour.moment import Moment
from tui.tour.needs import LINKS, TYPING, has_run

HIGH = 0.1  # a learning rate from which adam is sure to wreck the network: a hundred times the usual one
RISING = 2  # epochs, after which curves can be seen to fall and rise
SEVEN = 7


def is_in_form(step: "Step", moment: Moment) -> bool:
    """Whether the step goes on in the form, whose fields take what is typed."""
    wrecked = moment.run is not None and moment.run.config.lr >= HIGH
    return moment.screen == "setup" and step.name in ("steer", "coach") and not wrecked


class Step(msgspec.Struct, frozen=True):
    """`say` returns what to do now, `why` says what it is good for. `name` is that of the step in the file of progress,
    which stays; `live` says whether it needs a run that trains, `asks` whether it asks a network."""

    name: str
    title: str
    why: str
    say: Callable[[Moment], str]
    done: Callable[[Moment], bool]
    live: bool = False
    asks: bool = False

    def instruction(self, moment: Moment) -> str:
        """Return what to do now: first of all what the step needs."""
        broken = LINKS.get(moment.state.link, "")
        if moment.typing and (broken or not is_in_form(self, moment)):
            return TYPING
        if broken:
            return broken
        if moment.state.link == "connecting" and self.name != "train":
            return "The engine, which trains, is starting: a few seconds."
        if self.live and moment.run is None and not is_coached(moment):
            return "No run is in progress. Press t: a new one begins."
        if self.live and moment.run is not None and moment.run.state == "paused" and self is not PAUSE:
            return "The run is paused. Press space: it goes on."
        if self.asks and not has_run(moment):
            return "There is no network to look at yet. Press t: a run begins."
        return self.say(moment)


def say_train(moment: Moment) -> str:
    if moment.state.awaited:
        return "The engine, which trains, is starting. The run begins as soon as it is there."
    if moment.state.engine is None:
        return "Press t. If the engine is still starting, the run begins once it is there."
    return "Press t: a small network begins to learn digits, from 4,000 examples."


def say_watch(moment: Moment) -> str:
    if moment.run is not None and moment.run.epoch < RISING:
        return "The loss, how wrong it is, falls; the accuracy, the share it has right, rises."
    return "Look at the curves. Then press 2: test digits, and what it takes them for."


def say_steer(moment: Moment) -> str:
    if moment.run is not None and moment.run.changed and moment.run.config.lr < HIGH:
        return f"{moment.run.config.lr:g} does not harm it enough. Press 5 and give it a learning rate of 1."
    if moment.screen != "setup":
        return "Press 5: Setup, the hyperparameters of this run and of the next one."
    name = short_run_name(moment.run.run) if moment.run is not None else ""
    return f"Press tab as far as the column {name} now, down to Learning rate, type 1, F5."


def is_coached(moment: Moment) -> bool:
    """Whether the form waits with what the coach advised."""
    return bool(moment.state.coach.applied) and moment.screen == "setup"


def say_coach(moment: Moment) -> str:
    run, advice = moment.state.run, moment.state.coach.present
    if moment.run is None and is_coached(moment):
        return "The form has the coach's learning rate. Press F5: a new run with it begins."
    if run is not None and run.live and run.config.lr < HIGH:
        return "This run is healthy, so the coach is silent: give it a learning rate of 1 (5)."
    if moment.screen != "train":
        return "Press 1: advice is shown under the charts."
    if advice is None or not advice.changes:
        return "The loss jumps. The coach looks after each epoch: give it about four."
    return "Press c to follow the advice, and s to stop this run: it cannot be repaired."


def is_helped(moment: Moment) -> bool:
    return bool(moment.state.coach.applied) and moment.run is not None and moment.run.config.lr < HIGH


def say_mistake(moment: Moment) -> str:
    gallery, run = moment.state.gallery.shown, moment.state.shown
    if moment.screen != "digits":
        return "Press 2: the test digits, as this run sees them."
    if gallery is None or not gallery.answered or (run is not None and gallery.run != run.run):
        return "The digits are tested at the end of each epoch: a moment."
    if moment.digit is None and moment.only_wrong:
        return "Press enter: the digit at the cursor in full. The arrows move the cursor."
    if moment.digit is None:
        return "Press w: only what it gets wrong. Then press enter: one of them in full."
    return "It has this one right. Press escape, w for the wrong ones, and enter."


def say_why(moment: Moment) -> str:
    if moment.screen not in ("digits", "inside"):
        return "Press 8: Inside, where you see what the network has learned to look at."
    return "Press y: the pixels that speak for its answer, and those against it."


def is_explained(moment: Moment) -> bool:
    return moment.screen == "inside" and any(isinstance(each.answer, Explained) for each in moment.state.inside.kept)


def say_draw(moment: Moment) -> str:
    answer = moment.state.drawing.answer
    if moment.screen != "draw":
        return "Press 7: Draw."
    if answer is not None and answer.predicted >= 0:
        return f"It takes this for a {answer.predicted}. A long bar and a steep stroke help; c clears."
    return "Draw a 7 with the mouse; or space: pen down, arrows: move, space: pen up."


def is_seven(moment: Moment) -> bool:
    answer = moment.state.drawing.answer
    return moment.screen == "draw" and answer is not None and answer.predicted == SEVEN


def say_compare(moment: Moment) -> str:
    if not has_run(moment):
        return "There is no run yet. Press t: one begins."
    if len(moment.state.runs) < 2:
        stop = "Press S to stop it, then" if moment.state.training else "Press"
        return f"There is one run only. {stop} t: another one begins."
    if moment.screen != "runs":
        return "Press 4: Runs, all that you have trained here."
    if not moment.state.marks:
        return "Press space: it marks the run at the cursor, which moves on to the next one."
    return "One is marked. Press space on another; j and k move the cursor."


def is_compared(moment: Moment) -> bool:
    return moment.screen == "runs" and len(moment.state.marks) >= 2


# How results leave: the one place that knows which key does it. `State.written` has the files.
def say_export(moment: Moment) -> str:
    if not has_run(moment):
        return "There is no run yet. Press t: one begins."
    if moment.screen != "runs":
        return "Press 4: Runs."
    return "Press E and choose a format: csv opens in every program that reads tables."


def is_exported(moment: Moment) -> bool:
    return len(moment.state.written) > moment.written


PAUSE = Step(
    "pause",
    "Pause a run",
    "A paused run is saved at that very step. After a restart it goes on there.",
    lambda moment: "Press space: the run stops after the step that it is in.",
    lambda moment: moment.run is not None and moment.run.state == "paused",
    live=True,
)
STEPS: tuple[Step, ...] = (
    Step(
        "train",
        "Train a network",
        "The digits came with the program: nothing is downloaded, nothing to be set.",
        say_train,
        lambda moment: moment.state.training,
    ),
    Step(
        "watch",
        "Watch it learn",
        "It never trains on the test digits, so they tell what it really has learned.",
        say_watch,
        lambda moment: moment.screen == "digits" and moment.state.gallery.shown is not None,
        live=True,
    ),
    PAUSE,
    Step(
        "steer",
        "Set a learning rate that is far too high",
        "You can change a run while it trains. 1 is a thousand times too high for it.",
        say_steer,
        lambda moment: moment.run is not None and moment.run.config.lr >= HIGH,
        live=True,
    ),
    Step(
        "coach",
        "Let the coach help",
        "It shows the figures that it goes by: press v, and judge them yourself.",
        say_coach,
        is_helped,
        live=True,
    ),
    Step(
        "mistake",
        "Look at a mistake",
        "One figure hides what goes wrong; the digits themselves often show it.",
        say_mistake,
        lambda moment: moment.digit is not None and moment.digit.is_wrong,
        asks=True,
    ),
    Step(
        "why",
        "Ask why",
        "An answer can be right for a wrong reason, and then fail on the next digit.",
        say_why,
        is_explained,
        asks=True,
    ),
    Step(
        "draw",
        "Draw a seven",
        "Nothing in its data was written by you: this is a test that it has not seen.",
        say_draw,
        is_seven,
        asks=True,
    ),
    Step(
        "compare",
        "Compare two runs",
        "Marked runs share a chart, and a table of the hyperparameters that differ.",
        say_compare,
        is_compared,
    ),
    Step(
        "export",
        "Take a result with you",
        "A file stays when the screen is closed, and other programs can read it.",
        say_export,
        is_exported,
    ),
)
