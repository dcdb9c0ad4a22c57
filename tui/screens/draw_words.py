"""What the screen of drawing says. Pure."""

from engine.vocabulary.messages import OWN_DIGITS, DrawingClassified, Explained
from tui.state.class_words import thing, worded
from tui.state.drawing.answers import DrawingAnswers
from tui.state.state import State, classes_of
from tui.terminal.sanitize import sanitize


def words_of(state: State, blank: bool) -> tuple[str, ...]:
    """Say what to do where there is no answer yet."""
    return tuple(worded(each, classes_of(state)) for each in sentences(state, blank))


def sentences(state: State, blank: bool) -> tuple[str, ...]:
    view = state.shown
    if state.link == "lost":
        return ("There is no engine to ask. Press e to start one; what you draw stays.",)
    if state.link != "live":
        return ("Waiting for the engine; draw meanwhile.",)
    if view is None:
        if any(run.epoch and run.resumable for run in state.runs):
            return ("Opening the latest run that has weights ...",)
        return (
            "No network has been trained yet. Press t to train one, and come back: it tells what it takes your drawing"
            " for, with each step that it learns.",
        )
    if not view.live and not view.epochs:
        return (f"{sanitize(view.run)} has no weights. Choose another run on the Runs screen (4).",)
    if blank:
        return (
            f"{sanitize(view.run)} looks at what you draw, and says here what it takes it for while the stroke grows.",
            "It sees 28x28 pixels: the digit is cropped, scaled to 20 pixels and centred by its mass, as MNIST's were.",
            "o opens an image file; s keeps a drawing with its right label among your own digits.",
        )
    return ("Nothing stands out yet: draw on." if state.drawing.answer else "Asking the network ...",)


def notes_of(answers: DrawingAnswers, answer: DrawingClassified | None, why: Explained | None) -> tuple[str, ...]:
    """Say what the signs of the heat are, what was saved, by which weights it is answered, and how it was read; `why`
    is the heat that is shown. The most important comes first."""
    own = own_words(answers)
    if answer is None:
        return own
    notes = ["red .+*# for, blue ,-~= against"] if why is not None else []
    notes += [*own[:-1], f"by {sanitize(answer.run)}, step {answer.step:,}", *own[-1:], sanitize(answer.treatment)]
    notes += ["n p another class, m another method"] if why is not None else []
    return tuple(filter(None, notes))


def own_words(answers: DrawingAnswers) -> tuple[str, ...]:
    """Say what was saved, and how many of the user's own digits the network has right."""
    saved, tested = answers.saved, answers.tested
    words = []
    if saved is not None:
        words.append(f"saved: {sanitize('/'.join(saved.path.split('/')[-4:]), 200)}")
    if tested is not None and tested.images:
        right = round(tested.accuracy * tested.images)
        words.append(f"own {thing(tested.classes)}s: {right} of {tested.images} right")
    elif saved is not None:
        own = "digits" if f"/{OWN_DIGITS}/" in saved.path else "images"
        words.append(f"own {own}: {sum(saved.counts)}")
    return tuple(words)
