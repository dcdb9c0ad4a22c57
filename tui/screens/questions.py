"""What is asked before something that cannot be undone. A question about what trains is a function of the state."""

from engine.vocabulary.fields import counted
from tui.screens.dialogs import Answer, Question
from tui.state.advice import Advice
from tui.state.state import State
from tui.state.words.figures import duration
from tui.state.words.runs import state_word
from tui.state.words.values import format_values
from tui.terminal.sanitize import sanitize

LEAVE = Answer("leave", "Leave it", "l")
CANCEL = Answer("cancel", "Cancel", "c")
KEEP_WAITING = Answer("cancel", "Keep waiting", "k")
GIVE_UP = Answer("force", "End without saving", "w")


def keep_words(state: str) -> str:
    return "Leave it paused" if state == "paused" else "Keep it going"


def quit_question(state: State) -> Question:
    """Ask what becomes of what trains, or trained until just now, when the screen is left."""
    run, study = state.run, state.study
    if state.stalled:
        return hang_question(state, [LEAVE, GIVE_UP, CANCEL])
    if study is not None and study.live:
        word = "paused" if study.state == "paused" else "tuning"
        return Question(
            f"Study {sanitize(study.study, 40)} is {word}. {keep_words(word)} in the background?",
            [LEAVE, Answer("stop", "Stop it", "s"), CANCEL],
        )
    if run is not None and run.live:
        name = sanitize(run.run)
        if run.problem:
            text = f"{name} cannot be saved and waits: {run.problem}. It goes on as soon as there is room."
            return Question(text, [LEAVE, GIVE_UP, CANCEL])
        return Question(
            f"{name} is {state_word(run.state)}. {keep_words(run.state)} in the background? `mnist-tui` brings it back."
            + queue_words(state),
            [LEAVE, *stop_answers(state), CANCEL],
        )
    if state.histories.at_once:
        return Question(
            f"{words_at_once(state)} are training. Keep them going in the background? `mnist-tui` brings them back."
            + queue_words(state),
            [LEAVE, *stop_answers(state), CANCEL],
        )
    if run is not None:
        name, ended = sanitize(run.run), sanitize(run.state, 16)
    else:
        name, ended = (sanitize(study.study, 40), study.state) if study else ("What trained", "ended")
    return Question(
        f"{name} ended in the meantime: {ended}. Leave the screen?", [Answer("leave", "Leave", "l"), CANCEL]
    )


def stop_question(state: State) -> Question | None:
    """Ask whether to end what trains; None where nothing does."""
    run, study = state.run, state.study
    if state.stalled:
        return hang_question(state, [KEEP_WAITING, GIVE_UP])
    if study is not None and study.live:
        return Question(
            f"Stop study {sanitize(study.study, 40)}? Its trials are kept; start a study of the same name to continue"
            " it.",
            [Answer("stop", "Stop it", "s"), Answer("cancel", "Keep tuning", "k")],
        )
    if (run is None or not run.live) and state.histories.at_once:
        return Question(
            f"Stop {words_at_once(state)} after the current step and save? You can resume each later."
            + queue_words(state),
            [*stop_answers(state), Answer("cancel", "Keep training", "k")],
        )
    if run is None or not run.live:
        return None
    name = sanitize(run.run)
    if run.problem:
        text = f"{name} cannot be saved and waits: {run.problem}. End it anyway? All since its last checkpoint is lost."
        return Question(text, [KEEP_WAITING, GIVE_UP])
    return Question(
        f"Stop {name} after the current step and save it? You can resume it later." + queue_words(state),
        [*stop_answers(state), Answer("cancel", "Keep training", "k")],
    )


def words_at_once(state: State) -> str:
    """Name the runs that train beside each other."""
    names = ", ".join(sanitize(view.run.partition("-")[0], 12) for view in state.histories.at_once)
    return f"{counted(len(state.histories.at_once), 'run')} ({names})"


def queue_words(state: State) -> str:
    """Say what the queue does when the run in progress ends; "" where none waits."""
    if not state.waiting:
        return ""
    waiting = f" {counted(state.waiting, 'run')} wait{'s' * (state.waiting == 1)}"
    return f"{waiting}; the queue is paused." if state.queue_paused else f"{waiting}, and the next starts afterwards."


def stop_answers(state: State) -> list[Answer]:
    """Return how a run can be stopped: with or without the next one in its place."""
    if not state.waiting or state.queue_paused:
        return [Answer("stop", "Stop and save", "s")]
    return [Answer("stop", "Stop, next", "s"), Answer("hold", "Stop, pause queue", "p")]


def queue_question(state: State) -> Question | None:
    """Ask whether a run is to wait for what trains; None where nothing does."""
    run, study = state.run, state.study
    if study is not None and study.live:
        what = f"Study {sanitize(study.study, 40)} is tuning"
    elif run is not None and run.live:
        what = f"{sanitize(run.run)} is {state_word(run.state)}"
    elif state.histories.at_once:
        what = f"{words_at_once(state)} are training"
    else:
        return None
    place = f", after {counted(state.waiting, 'other run')}" if state.waiting else ""
    changes = format_values(state.next_config.differences()) or "the defaults"
    return Question(
        f"{what}. Put the run of the form into the queue? It starts by itself when nothing trains{place}."
        f"\n\n{sanitize(changes, longest=300)}",
        [Answer("queue", "Queue it", "q"), CANCEL],
    )


def hang_question(state: State, answers: list[Answer]) -> Question:
    """Ask what becomes of a run that makes no step: as long as it makes none, it cannot be saved."""
    run, study = state.run, state.study
    name = f"study {study.study}" if study is not None and study.live else run.run if run is not None else "the run"
    seconds = duration(state.stalled)
    return Question(
        f"{sanitize(name, 40)} has made no step for {seconds}. End it and its engine? All since its last checkpoint is"
        " lost.",
        answers,
    )


def new_run_question(state: State) -> Question | None:
    """Ask whether to end the run in progress for one with other hyperparameters; None where there is none."""
    run = state.run
    if run is None or not run.live:
        return None
    name = sanitize(run.run)
    if run.problem:  # why it cannot be saved
        text = f"{name} cannot be saved and waits: {run.problem}. Wait for it before you start a new run."
        return Question(text, [KEEP_WAITING])
    return Question(
        f"This needs a new run. Stop {name} after the current step, save it, and fill in the form?",
        [Answer("stop", "Stop and fill in", "s"), Answer("cancel", "Keep training", "k")],
    )


def advice_question(advice: Advice) -> Question:
    """Show all that the coach has to say of one thing, and ask what to do about it."""
    text = f"{advice.rule}\n\n{advice.seen}\n\n{advice.why}\n\n{advice.remedy}"
    answers = [Answer("dismiss", "Dismiss", "d"), Answer("later", "Later", "l")]
    return Question(text, [Answer("take", "Do it", "c"), *answers] if advice.changes else answers)


def version_question(engine: str, here: str) -> Question:
    """Ask what to do about a running engine of another version."""
    return Question(
        f"The engine that serves these runs has version {engine}, this screen {here}: they do not understand each"
        " other's commands. Watch it, or stop it after saving its run and start a new one?",
        [Answer("watch", "Watch", "w"), Answer("stop", "Save, stop", "s"), Answer("quit", "Quit", "q")],
    )


def download_question(folder: str) -> Question:
    """Ask before anything is fetched from the network: what, how large, and where it goes."""
    return Question(
        f"Download the full MNIST, 60,000 training and 10,000 test images in four files of 11 MB together, into"
        f" {folder}/MNIST/raw?",
        [Answer("download", "Download", "d"), CANCEL],
    )


def replace_question(preset: str) -> Question:
    """Ask before a preset is written over."""
    return Question(f"There is a preset {preset} already.", [Answer("replace", "Replace it", "w"), CANCEL])
