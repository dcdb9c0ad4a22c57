"""The user's own digits: image folders, `own-digits/test/<digit>/00000.png`, on which any run can be tested. Images of
other classes have a folder of their own, with the names in `classes.txt`.

A drawing is kept as it was drawn, and read as any image is. Nothing is overwritten.
"""

import io
import os
from pathlib import Path

import msgspec
from PIL import Image

from engine.data.folder import RECORD
from engine.data.images.preprocess import preprocess
from engine.data.names.class_names import LIST, folder_names
from engine.insight.drawing.classify import canvas_of
from engine.insight.runs.undisturbed import InsightError
from engine.storage.files import flush_folder, flush_to_disk, put_in_place, temporary_name, write_atomically
from engine.storage.typed_path import written
from engine.vocabulary.messages import DrawingSaved, SaveDrawing
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.messages.known_data import thing
from engine.vocabulary.messages.pictures import own_folder
from engine.vocabulary.preprocessing import Preprocessing

DRAWN = Preprocessing(ground="dark")


def save_drawing(command: SaveDrawing, checkpoints: Path) -> DrawingSaved:
    """Keep a drawing in its set below the folder of runs. Raises InsightError for a blank drawing, and OSError."""
    if command.label >= len(command.classes):
        raise InsightError(f"there is no class {command.label}; give 0 to {len(command.classes) - 1}")
    folder = checkpoints / own_folder(command.classes)
    canvas = canvas_of(command.drawing)
    if preprocess(canvas, DRAWN)[0] is None:
        what = "a digit" if command.classes == DIGITS else "something"
        raise InsightError(f"the drawing is blank: no ink stands out from the ground; draw {what}, then save it")
    content = io.BytesIO()
    Image.fromarray(canvas).save(content, "PNG")
    names = folder_names(command.classes)
    own = folder / "test" / names[command.label]
    own.mkdir(parents=True, exist_ok=True)
    if command.classes != DIGITS:
        write_atomically(folder / LIST, "".join(f"{name}\n" for name in command.classes).encode())
    if not (folder / RECORD).exists():  # drawings alone decide nothing: which ground they have is known
        write_atomically(folder / RECORD, msgspec.json.encode(DRAWN))
    path = write_new(own, content.getvalue())
    counts = [len(names_in(folder / "test" / name)) for name in names]
    return DrawingSaved(path=written(path), folder=written(folder), counts=counts)


def own_digits(checkpoints: Path, classes: tuple[str, ...] = DIGITS) -> Path:
    """Return the folder of the user's own digits, or images of other classes. Raises InsightError where none was saved
    yet."""
    folder = checkpoints / own_folder(classes)
    if not (folder / "test").is_dir():
        raise InsightError(
            f"{written(folder)}: holds no {thing(classes)} of your own yet; draw one, and save it with its label"
        )
    return folder


def names_in(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.endswith(".png")] if folder.is_dir() else []


def write_new(folder: Path, content: bytes) -> Path:
    """Write a file `00007.png` with the next free number, which appears complete or not at all. Raises OSError."""
    number = max((int(stem) for name in names_in(folder) if (stem := name[:-4]).isdecimal()), default=-1) + 1
    temporary = temporary_name(folder / "new.png")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            flush_to_disk(file.fileno())
        while True:
            path = folder / f"{number:05}.png"
            if put_in_place(temporary, path):
                break
            number += 1
    finally:
        temporary.unlink(missing_ok=True)
    flush_folder(folder)
    return path
