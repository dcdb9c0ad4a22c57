"""The screens in all their states, as files: accepted, compared by the tests, and looked at.

    python -m tests.tui.pictures                         say which are other ones than were accepted
    python -m tests.tui.pictures --update [NAME...]      accept what the screens show now; look at the difference first
    python -m tests.tui.pictures --png FOLDER [NAME...]  write all sizes and modes as PNG

A name is a state, `train/live`, or a screen, `train`. In the order to read the code: states.py says which pictures
there are, world.py what they show, stage.py how they are taken, frame.py and files.py how they are kept.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from tests.tui.pictures.files import ACCEPTED, file_of, frames_now, text_now, update
from tests.tui.pictures.png import load_font, write_png
from tests.tui.pictures.stage import Picture
from tests.tui.pictures.states import PICTURES


def chosen(names: list[str]) -> list[Picture]:
    found = [each for each in PICTURES if not names or each.name in names or each.screen in names]
    unknown = [name for name in names if not any(name in (each.name, each.screen) for each in PICTURES)]
    if unknown:
        known = ", ".join(each.name for each in PICTURES)
        sys.exit(f"python -m tests.tui.pictures: there is no picture {unknown[0]!r}; give one of {known}")
    return found


def compare(picture: Picture) -> bool:
    path = file_of(picture)
    return not path.exists() or path.read_text(encoding="utf-8") != text_now(picture)


def draw(folder: Path, picture: Picture) -> None:
    font = load_font()
    for (size, mode), frame in frames_now(picture).items():
        write_png(frame, folder / picture.screen / f"{picture.state}-{size}-{mode}.png", font)


def forget_old() -> None:
    """Remove the files of pictures that there are no more."""
    kept = {file_of(picture) for picture in PICTURES}
    for path in set(ACCEPTED.glob("*/*.txt")) - kept:
        path.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tui.pictures", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--update", action="store_true", help="accept what the screens show now")
    parser.add_argument("--png", type=Path, metavar="FOLDER", help="write PNG files into this folder")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    pictures = chosen(options.names)
    work = partial(draw, options.png.absolute()) if options.png else update if options.update else compare
    with ProcessPoolExecutor() as pool:  # a process a core
        changed = [picture.name for picture, other in zip(pictures, pool.map(work, pictures), strict=True) if other]
    if options.png:
        print(f"{len(pictures)} pictures at all sizes, in {options.png}")
        return 0
    if options.update:
        forget_old()
    print("\n".join(changed) or "no picture changed")
    return 0 if options.update else int(bool(changed))


if __name__ == "__main__":
    sys.exit(main())
