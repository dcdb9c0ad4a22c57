"""Numbers as people type them: percentages, durations with their unit, thousands and millions. Pure."""

DURATIONS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
LARGEST = 10**300
COUNTS = {"k": 1e3, "m": 1e6}


def number(text: str) -> float:
    """Return a number, an int where it is whole: seeds are larger than a float counts. Raises ValueError."""
    try:
        value: float = int(text)
    except ValueError:
        value = float(text)
    if "_" in text or not -LARGEST <= value <= LARGEST:
        raise ValueError(text)
    return value


def share(text: str) -> float:
    """Return `99`, `99 %` or `0.99` as 0.99: without its sign, a number below 1 is a share. Raises ValueError."""
    value = number(text.removesuffix("%").rstrip())
    return value if not text.endswith("%") and value < 1 else value / 100


def seconds(text: str) -> float:
    """Return `90`, `90s`, `1.5min`, `2h`, `3d` or `1w` in seconds. Raises ValueError."""
    return scaled(text, DURATIONS)


def seconds_with_unit(text: str) -> float:
    """As seconds; a bare number is refused, as nobody knows whether it counts minutes or days. Raises ValueError."""
    if not text[-1:].isalpha():
        raise ValueError(text)
    return seconds(text)


def count(text: str) -> float:
    """Return `21840`, `20k` or `1.2M`. Raises ValueError."""
    return scaled(text, COUNTS)


def scaled(text: str, units: dict[str, float] | dict[str, int]) -> float:
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    unit = text[len(digits) :].lower()
    if not unit:
        return number(digits)
    if unit not in units:
        raise ValueError(text)
    return number(digits.rstrip()) * units[unit]
