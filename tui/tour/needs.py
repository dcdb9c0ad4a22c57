"""What every step needs before its own keys: an engine, a run to look at, and keys that no field takes. Pure."""

from tui.tour.moment import Moment

LINKS = {  # what to do first where there is no engine that this screen can use
    "lost": "The engine, which trains, has ended. Press e: a new one starts.",
    "foreign": "The engine is of another version. Press e, and choose to stop it.",
}
TYPING = "You are in a field, which takes all letters and digits. Press escape first."


def has_run(moment: Moment) -> bool:
    """Whether there is a run to look at, in progress or past."""
    return moment.state.shown is not None or bool(moment.state.runs)
