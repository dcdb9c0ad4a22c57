"""A preset as a file: TOML with an optional `title`, all else fields of RunConfig with their values.

A preset says what is trained and how. Where that happens, the group "Machine" of RunConfig (data, device, precision,
processes and the like), is no part of it: so it suits every machine. Imports no torch.
"""

import difflib
from collections.abc import Mapping
from pathlib import Path

from engine.storage.files import open_regular
from engine.vocabulary.architectures import is_own
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig, Value, parse_values
from engine.vocabulary.presets import Preset

TITLE = "title"
MACHINE = tuple(name for name, field in FIELDS.items() if field.group == "Machine")
LONGEST_TITLE = 200
LONGEST_FILE = 1 << 16


class PresetError(ConfigError):
    """A preset that is not there, or cannot be read or saved; the message names it, and what would be right."""


def read_preset(path: Path) -> Preset:
    """Raises FileNotFoundError, or PresetError with the file and what is wrong in it."""
    try:
        with open_regular(path) as file:
            content = file.read(LONGEST_FILE + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise PresetError(f"{path}: cannot be read ({error.strerror})") from error
    if len(content) > LONGEST_FILE:
        raise PresetError(f"{path}: is longer than {LONGEST_FILE} bytes, the most for a preset")
    try:
        return parse_preset(content)
    except ConfigError as error:
        raise PresetError(f"{path}: {error}") from None


def parse_preset(content: bytes) -> Preset:
    """Read the content of a preset's file. Raises ConfigError with the line, or the key, that is wrong."""
    import tomllib  # it takes as long as all else here, and few commands read a preset

    try:
        values = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PresetError(f"line {line} is not UTF-8") from None
    except (ValueError, RecursionError) as error:  # ValueError: TOMLDecodeError, and numbers of thousands of digits
        raise PresetError(f"is not TOML: {error}") from None
    title = check_title(values.pop(TITLE, ""))
    for key, value in values.items():
        if key not in FIELDS and difflib.get_close_matches(key, [*FIELDS, TITLE], n=1) == [TITLE]:
            raise PresetError(f"there is no hyperparameter {key!r}; did you mean {TITLE}?")
        if key in FIELDS and (problem := unusable(value)):
            raise PresetError(f"{FIELDS[key].label} ({key}) {problem}; give {FIELDS[key].bounds}")
    return Preset(title, check_changes(values))


def unusable(value: object) -> str:
    """Say why no hyperparameter can have a value of TOML, "" where the field itself is to judge."""
    if isinstance(value, bool) or not isinstance(value, Value):
        return f"is of the kind {type(value).__name__}"
    if isinstance(value, int) and value.bit_length() > 64:
        return "is a number of more than 64 bits"
    return ""


def check_title(title: object) -> str:
    if not isinstance(title, str) or len(title) > LONGEST_TITLE:
        raise PresetError(f"{TITLE}: give a text of at most {LONGEST_TITLE} characters")
    try:
        title.encode()
    except UnicodeEncodeError:
        raise PresetError(f"{TITLE}: {title!r} is not Unicode") from None
    return title


def check_changes(changes: Mapping[str, object]) -> dict[str, Value]:
    """Return the values parsed and checked, alone and together, in the order of RunConfig. Raises ConfigError."""
    values = parse_values(changes)
    RunConfig().replace(values)
    for field in (FIELDS[name] for name in MACHINE if name in values):
        raise PresetError(
            f"{field.label} ({field.name}) is a setting of the machine and cannot be in a preset; leave it out, and use"
            f" {field.option} with the preset"
        )
    if is_own(str(values.get("model", ""))):
        raise PresetError(
            "Network (model): a preset cannot name code, as it may come from somebody else; leave it out, and use"
            " --model with the preset"
        )
    return {name: values[name] for name in FIELDS if name in values}


def preset_text(preset: Preset) -> str:
    """Return a preset as TOML."""
    title = {TITLE: preset.title} if preset.title else {}
    return "".join(f"{key} = {toml_value(value)}\n" for key, value in {**title, **preset.changes}.items())


def toml_value(value: Value) -> str:
    if not isinstance(value, str):
        return repr(value)
    return '"' + "".join(toml_character(each) for each in value) + '"'


def toml_character(character: str) -> str:
    """Escape what a string of TOML must not hold, and what an editor or a terminal would not show."""
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def without_machine(changes: Mapping[str, Value]) -> dict[str, Value]:
    """Return what of a config's changes a preset can hold."""
    return {name: value for name, value in changes.items() if name not in MACHINE}
