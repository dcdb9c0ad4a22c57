"""The pictures that were accepted, one file a state; made anew, and compared."""

import asyncio
import re
from pathlib import Path

from tests.tui.pictures.emptiness import largest_empty
from tests.tui.pictures.frame import MODES, Frame, text_of
from tests.tui.pictures.stage import GLANCE, KEPT, MEASURED, Picture, take

ACCEPTED = Path(__file__).with_name("accepted")


def file_of(picture: Picture) -> Path:
    return ACCEPTED / picture.screen / f"{picture.state}.txt"


def text_now(picture: Picture) -> str:
    """Return what would be accepted: the frames that are kept, and how empty the screen is at every size."""
    frames = frames_now(picture)
    notes = [f"empty at {size}: {empty_words(frames[size, MODES[0]])}" for size in MEASURED]
    kept = {(size, mode): frame for (size, mode), frame in frames.items() if size in KEPT}
    return text_of(kept, [picture.name, *notes])


def glance_now(picture: Picture) -> str:
    """Return the frame of medium size in colour, as in the file."""
    text = text_of(asyncio.run(take(picture, [GLANCE], MODES[:1])))
    return section(text, f"{GLANCE} {MODES[0]}")


def section(text: str, head: str) -> str:
    """Return a frame of a file."""
    found = re.search(rf"^== {head}\b.*?(?=^== )", text, flags=re.M | re.S)
    return found[0].strip() if found else ""


def frames_now(picture: Picture) -> dict[tuple[str, str], Frame]:
    return asyncio.run(take(picture))


def empty_words(frame: Frame) -> str:
    region = largest_empty(frame)
    return f"{region[2]} columns by {region[3]} rows at {region[0]},{region[1]}" if region else "nothing"


def update(picture: Picture) -> bool:
    """Write the picture as it is now; tell whether that is another one than was accepted."""
    path, text = file_of(picture), text_now(picture)
    path.parent.mkdir(parents=True, exist_ok=True)
    changed = not path.exists() or path.read_text(encoding="utf-8") != text
    path.write_text(text, encoding="utf-8")
    return changed
