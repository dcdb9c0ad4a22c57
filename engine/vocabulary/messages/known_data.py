"""The data sets that `--data` takes by name. Light: the command line knows the names without reading any data."""

import typing

from engine.vocabulary.messages.base import DIGITS

CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
KUZUSHIJI = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
BALANCED = (*DIGITS, *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"abdefghnqrt")


class KnownData(typing.NamedTuple):
    """A data set that torchvision has. It lies in `folder`/raw of the data folder, as torchvision puts it."""

    name: str
    title: str
    folder: str
    classes: tuple[str, ...]
    megabytes: int  # to download
    images: str  # how many, in words
    aliases: tuple[str, ...] = ()


KNOWN = (
    KnownData("mnist", "MNIST", "MNIST", DIGITS, 11, "60,000 + 10,000"),
    KnownData(
        "fashion", "Fashion-MNIST", "FashionMNIST", CLOTHES, 31, "60,000 + 10,000", ("fashion-mnist", "fashionmnist")
    ),
    KnownData("kmnist", "KMNIST", "KMNIST", KUZUSHIJI, 21, "60,000 + 10,000", ("kuzushiji",)),
    KnownData("qmnist", "QMNIST", "QMNIST", DIGITS, 22, "60,000 + 60,000"),
    KnownData("usps", "USPS", "USPS", DIGITS, 8, "7,291 + 2,007"),
    KnownData("emnist-digits", "EMNIST Digits", "EMNIST", DIGITS, 562, "240,000 + 40,000"),
    KnownData("emnist-letters", "EMNIST Letters", "EMNIST", LETTERS, 562, "124,800 + 20,800"),
    KnownData("emnist-balanced", "EMNIST Balanced", "EMNIST", BALANCED, 562, "112,800 + 18,800"),
)
NAMES = tuple(each.name for each in KNOWN)


def known_data(text: str) -> KnownData | None:
    """Return the data set that has this name, whatever its case; None where there is none."""
    wanted = text.strip().casefold()
    return next((each for each in KNOWN if wanted == each.name or wanted in each.aliases), None)


def known_place(path: str) -> KnownData | None:
    """Return the data set that lies at such a path, as a run has it in its record: .../FashionMNIST/raw."""
    for each in KNOWN:
        places = [f"/{each.folder}/raw/{each.name}"] if each.folder == "EMNIST" else [f"/{each.folder}/raw"]
        if any(path.rstrip("/").endswith(place) for place in places):
            return each
    return None


def thing(classes: typing.Sequence[str]) -> str:
    """Return what an image of these classes is called: a digit only where all are digits."""
    return "digit" if tuple(classes) == DIGITS else "image"
