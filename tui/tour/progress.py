"""Which steps of the tour are done: one small file, replaced as a whole."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from engine.storage.files import in_words, open_regular, write_atomically
from engine.storage.paths import make_private, state_folder
from tui.tour.steps import STEPS, Step

LONGEST = 1 << 16  # bytes


class ProgressError(Exception):
    """A file of progress that cannot be used; the message names it, and what to do."""


class Progress(msgspec.Struct, frozen=True):
    """The names of steps that were done, and of those that were skipped."""

    done: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def step(self) -> Step | None:
        """The step to do now, None after the last one."""
        return next((step for step in STEPS if step.name not in (*self.done, *self.skipped)), None)

    def after(self, step: Step, *, skipped: bool = False) -> "Progress":
        if skipped:
            return replace(self, skipped=(*self.skipped, step.name))
        return replace(self, done=(*self.done, step.name))


def tour_folder() -> Path:
    """Return the folder of the tour's own runs, made if needed: those of the user stay as they are.

    Raises PathError, OSError.
    """
    folder = state_folder() / "tour"
    make_private(folder)
    return folder


def progress_file(folder: Path) -> Path:
    return folder / "tour.json"


def read_progress(folder: Path) -> Progress:
    """Return how far the tour is; nothing is done where there is no file. Raises ProgressError."""
    path = progress_file(folder)
    try:
        with open_regular(path) as file:
            return msgspec.json.decode(file.read(LONGEST), type=Progress)
    except FileNotFoundError:
        return Progress()
    except OSError as error:
        raise ProgressError(f"{in_words(error)}; make it readable, or remove it") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ProgressError(f"{path}: is damaged ({error}); `mnist-tui tour --restart` begins anew") from error


def write_progress(folder: Path, progress: Progress) -> None:
    """Raises OSError."""
    write_atomically(progress_file(folder), msgspec.json.encode(progress) + b"\n")
