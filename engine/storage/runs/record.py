"""`run.json`: what a person, or a resume, needs to know of a run."""

import contextlib
import unicodedata
from pathlib import Path

import msgspec

from engine.storage.files import open_regular, write_atomically
from engine.storage.runs.event_log import EVENTS, EventReader, is_read_whole, sum_up
from engine.storage.runs.folders import RunError
from engine.vocabulary.config import ConfigError, RunConfig, Value
from engine.vocabulary.log_summary import LogSummary, summarize_log
from engine.vocabulary.messages import Count, EpochFigures, Loss, Positive, Seconds, Share, Text, encode
from engine.vocabulary.messages.base import DIGITS, Classes
from engine.vocabulary.preprocessing import MNIST, Preprocessing
from engine.vocabulary.run_conventions import OLD, Conventions

RECORD = "run.json"
LONGEST_RECORD = 1 << 17
LONGEST = {"title": 100, "note": 2000}  # characters


class RunRecord(msgspec.Struct, kw_only=True):
    """`run.json`: what a person, or a resume, needs to know of a run."""

    run: Text
    state: Text
    started: Seconds
    config: RunConfig
    device: Text
    device_name: Text = ""
    """What its maker calls it; "" in records of versions that did not tell."""
    data: Text
    data_path: Text
    sample: bool
    versions: dict[str, str]
    epoch: Count = 0
    step: Count = 0
    test_loss: Loss | None = None
    test_accuracy: Share | None = None
    reason: Text = ""
    threads: Count = 0
    """How many threads computed it last, on a CPU; `events.jsonl` tells at which step the number changed."""
    steered: bool = False
    """Whether it was trained with other hyperparameters before: `config` is that of its end."""
    began: dict[str, Value] = {}
    """The values at the start of what was steered on the way."""
    validation_loss: Loss | None = None
    validation_accuracy: Share | None = None
    best: EpochFigures | None = None
    """The best epoch by validation accuracy; the figures above are of the last one."""
    images_per_s: Positive = 0.0
    """Training images per second of the last epoch, 0 in records of versions that did not tell."""
    tested_per_s: Positive = 0.0
    """Images per second of the test after it."""
    conventions: Conventions = OLD
    classes: Classes = DIGITS
    """The names of its labels."""
    parent: Text = ""
    """The run with whose weights, after its epoch `parent_epoch`, it began; "" for one that began anew."""
    parent_epoch: Count = 0
    parent_step: Count = 0
    treatment: Preprocessing = MNIST
    """How the pictures of its data were read; `predict` reads others likewise."""
    title: Text = ""
    note: Text = ""
    star: bool = False
    """The user's own, as the name is."""
    parameters: Count = 0
    """Of its network; 0: not known."""
    seconds: Seconds = 0.0
    """Of training, without the tests, summed over all epochs."""

    @property
    def reported(self) -> EpochFigures | None:
        """The epoch that speaks for the run: the best one by validation, the last where no images are held out."""
        return self.best or self.last

    @property
    def last(self) -> EpochFigures | None:
        if self.test_accuracy is None or self.test_loss is None:
            return None
        return EpochFigures(
            epoch=self.epoch,
            test_loss=self.test_loss,
            test_accuracy=self.test_accuracy,
            validation_loss=self.validation_loss,
            validation_accuracy=self.validation_accuracy,
        )

    def update(self, summary: LogSummary | None, whole: bool = False) -> None:
        """Take over what the log says of the run; one that is not `whole` does not speak against the record."""
        if summary is not None:
            self.best, self.began = summary.best, summary.began
            self.steered = bool(summary.began) or (self.steered and not whole)


def read_record(folder: Path) -> RunRecord:
    """Raises RunError."""
    try:
        with open_regular(folder / RECORD) as file:
            content = file.read(LONGEST_RECORD + 1)
        if len(content) > LONGEST_RECORD:
            raise RunError(f"{folder / RECORD}: is too long for a record; the file is damaged")
        record = msgspec.json.decode(content, type=RunRecord)
        record.config = RunConfig().replace(msgspec.structs.asdict(record.config))  # decoding checks types, not bounds
        if (record.config.validation and record.epoch and record.best is None) or (record.steered and not record.began):
            record.update(*read_log_summary(folder))  # a record of the time before it said so
        if record.epoch and not record.parameters:
            with contextlib.suppress(OSError):  # likewise
                record.parameters, record.seconds = sum_up(folder)
        return record
    except FileNotFoundError:
        raise RunError(f"{folder / RECORD}: is missing; the run was interrupted before its first step") from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError, ConfigError) as error:
        raise RunError(f"{folder / RECORD}: cannot be read ({error})") from error


def write_record(folder: Path, record: RunRecord) -> None:
    """Raises OSError."""
    write_atomically(folder / RECORD, msgspec.json.format(encode(record)) + b"\n")


def mark(folder: Path, state: str, reason: str, step: int | None = None) -> None:
    """Write into a run's record what became of it. Raises RunError, OSError."""
    record = read_record(folder)
    record.state, record.reason = state, reason
    record.step = record.step if step is None else step
    write_record(folder, record)


def edit(folder: Path, words: "OwnWords") -> None:
    """Write the user's words into a run's record. Raises RunError, OSError."""
    record = read_record(folder)
    words.write_into(record)
    write_record(folder, record)


class OwnWords(msgspec.Struct, frozen=True, kw_only=True):
    """What the user calls a run, notes of it, and whether it has a star; None leaves it as it is."""

    title: str | None = None
    note: str | None = None
    star: bool | None = None

    def write_into(self, record: RunRecord) -> None:
        """Raises RunError, before anything is changed."""
        title, note = (clean(name, getattr(self, name)) for name in ("title", "note"))
        record.title = record.title if title is None else title
        record.note = record.note if note is None else note
        record.star = record.star if self.star is None else self.star


def clean(name: str, text: str | None) -> str | None:
    """Return a title or note without space around it. Raises RunError for one that cannot be shown, or is too long."""
    if text is None:
        return None
    text = text.strip()
    allowed = "\n" if name == "note" else ""
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") and char not in allowed for char in text):
        raise RunError(f"{name} {text[:50]!r} has characters that are no text; give letters, digits, signs and spaces")
    if len(text) > LONGEST[name]:
        raise RunError(f"{name} {text[:20] + '…'!r} has {len(text):,} characters; give at most {LONGEST[name]:,}")
    return text


def read_log_summary(folder: Path) -> tuple[LogSummary | None, bool]:
    """Return the summary of a run from its log, None where that cannot be read, and whether all of the log was."""
    reader = EventReader(folder)
    with contextlib.suppress(OSError):
        summary = summarize_log(reader)
        return summary, not reader.skipped and is_read_whole((folder / EVENTS).stat().st_size)
    return None, False


def classes_of(folder: Path) -> tuple[str, ...]:
    """Return the names of the labels that a run was trained on: MNIST's where its record cannot be read."""
    try:
        return read_record(folder).classes
    except RunError:
        return DIGITS
