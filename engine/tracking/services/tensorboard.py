"""TensorBoard: event files in the folder of the run, or in FOLDER/RUN with `tensorboard=FOLDER`.

Records are those of tensorboard itself; torch's SummaryWriter is not used, as it imports torch, and tells nobody when
something is written. Each file begins with the key of its run, and each batch ends with a session log that has its
offset. What stands behind the last one when the files are opened again was cut off, by a crash say, and is removed: it
is sent again. Files of another key, as of a run in another folder of runs, stay as they are.
"""

import os
import socket
import struct
import time
from collections.abc import Iterator, Mapping
from io import BufferedWriter
from itertools import islice
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2, summary_v2
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_tensor_proto

from engine.storage.files import flush_folder, flush_to_disk, open_regular
from engine.tracking.batch import Batch, Note, Picture, Point, RunFacts
from engine.vocabulary.config import Value

FOLDER = "tensorboard"
PREFIX = "events.out.tfevents."
OFFSET = "mnist-tui, log read up to byte "
OWNER = "mnist-tui, run "  # its key follows
HEAD, CRC = struct.Struct("<Q"), 4  # of a record: the length of its data; a CRC stands behind that, and behind them
LARGEST = 1 << 26  # bytes of a record
METRICS = ("epoch/test_accuracy", "epoch/test_loss", "epoch/validation_accuracy", "epoch/train_loss")


def open_run(facts: RunFacts, target: str) -> "EventFiles":
    """Where the folder has the files of another run of this name, the key is added to its name."""
    folder = Path(target) / facts.run if target else facts.folder / FOLDER
    if is_taken(folder, facts.key):
        folder = folder.with_name(f"{folder.name}-{facts.key[:8]}")
    return EventFiles(folder, facts)


class EventFiles:
    """The event files of one run: each time that they are opened a new one is begun."""

    takes_back = True

    def __init__(self, folder: Path, facts: RunFacts) -> None:
        self.folder = folder
        self.facts = facts
        folder.mkdir(parents=True, exist_ok=True)
        self._files = [path for path in event_files(folder) if owner(path) == facts.key]
        self._confirmed = self._cut_off()
        self._file = self._begin()
        self._records = RecordWriter(self._file)
        self._write(Event(wall_time=time.time(), file_version="brain.Event:2"))
        self._write(Event(wall_time=time.time(), session_log=SessionLog(msg=f"{OWNER}{facts.key}")))
        if not self._confirmed:
            self._describe()
        self._flush()
        flush_folder(folder)

    @property
    def where(self) -> str:
        return str(self.folder)

    def confirmed(self) -> int:
        return self._confirmed

    def send(self, batch: Batch) -> None:
        if batch.rewinds is not None:
            start = SessionLog(status=SessionLog.START)
            self._write(Event(wall_time=batch.time, step=batch.rewinds + 1, session_log=start))
        for point in batch.points:
            self._write(scalar(point))
        for step, notes in by_step(batch.notes).items():
            self._write(text("notes", step, notes[-1].time, "\n\n".join(note.text for note in notes)))
        for picture in batch.pictures:
            self._write(image(picture))
        if batch.ended:
            self._write(ended(batch))
        log = SessionLog(status=SessionLog.CHECKPOINT, msg=f"{OFFSET}{batch.offset}")
        self._write(Event(wall_time=batch.time, step=batch.step, session_log=log))
        self._flush()

    def close(self) -> None:
        self._file.close()

    # ----------------------------------------------------------------- files

    def _cut_off(self) -> int:
        """Return the offset of the last whole batch, 0 for none, and remove what stands behind it."""
        for path in reversed(self._files):
            found, end = 0, 0
            for event, place in records(path):
                if event.session_log.msg.startswith(OFFSET):
                    found, end = int(event.session_log.msg.removeprefix(OFFSET)), place
            if found:
                if path.stat().st_size > end:
                    os.truncate(path, end)
                return found
            path.unlink()  # nothing in it is confirmed
        return 0

    def _begin(self) -> BufferedWriter:
        """Return a new file, whose name comes after those of all others: that is the order in which they are read."""
        at = int(time.time())
        for path in self._files:
            stamp = path.name.removeprefix(PREFIX).partition(".")[0]
            at = max(at, int(stamp) + 1) if stamp.isdecimal() else at
        return open(self.folder / f"{PREFIX}{at:010d}.{socket.gethostname()}.{os.getpid()}.0", "xb")

    def _write(self, event: Event) -> None:
        self._records.write(event.SerializeToString())

    def _flush(self) -> None:
        self._file.flush()
        flush_to_disk(self._file.fileno())

    def _describe(self) -> None:
        """Write the hyperparameters, and which figures are to be compared with them."""
        facts = self.facts
        values: dict[str, Value] = dict(facts.values)
        figures = [summary_v2.Metric(name) for name in METRICS]
        names = [summary_v2.HParam(name) for name in values]
        for summary in (
            summary_v2.hparams_config_pb(names, figures, facts.started),
            summary_v2.hparams_pb(values, trial_id=facts.run, start_time_secs=facts.started),
        ):
            self._write(Event(wall_time=facts.started, step=0, summary=Summary.FromString(summary.SerializeToString())))
        rows = "".join(f"| {name} | {value} |\n" for name, value in {**values, **facts.tags}.items())
        self._write(text("configuration", 0, facts.started, f"| | |\n|---|---|\n{rows}"))


def event_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.startswith(PREFIX)) if folder.is_dir() else []


def is_taken(folder: Path, key: str) -> bool:
    """Tell whether a folder has event files, and all of them are of other runs."""
    owners = {owner(path) for path in event_files(folder)} - {None}
    return bool(owners) and key not in owners


def owner(path: Path) -> str | None:
    """Return the key of the run that an event file begins with, "" for a file of another program, None for one that is
    cut off before that."""
    first = [event.session_log.msg for event, _ in islice(records(path), 2)]
    if len(first) < 2:
        return None
    return first[1].removeprefix(OWNER) if first[1].startswith(OWNER) else ""


def records(path: Path) -> Iterator[tuple[Event, int]]:
    """Yield the whole records of an event file, each with the place behind it."""
    with open_regular(path) as file:
        while len(head := file.read(HEAD.size + CRC)) == HEAD.size + CRC:
            (length,) = HEAD.unpack(head[: HEAD.size])
            if length > LARGEST:
                return
            content = file.read(length + CRC)
            if len(content) < length + CRC:
                return
            try:
                event = Event.FromString(content[:length])
            except Exception:  # a DecodeError of protobuf: damaged
                return
            yield event, file.tell()


def scalar(point: Point) -> Event:
    value = Summary.Value(tag=point.name, simple_value=point.value)
    return Event(wall_time=point.time, step=point.step, summary=Summary(value=[value]))


def text(tag: str, step: int, when: float, content: str) -> Event:
    plugin = SummaryMetadata.PluginData(plugin_name="text")
    tensor = make_tensor_proto([content.encode()], shape=[1])
    value = Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=plugin), tensor=tensor)
    return Event(wall_time=when, step=step, summary=Summary(value=[value]))


def image(picture: Picture) -> Event:
    width, height = struct.unpack(">II", picture.png[16:24])
    drawn = Summary.Image(width=width, height=height, colorspace=3, encoded_image_string=picture.png)
    value = Summary.Value(tag=picture.name, image=drawn)
    return Event(wall_time=picture.time, step=picture.step, summary=Summary(value=[value]))


def ended(batch: Batch) -> Event:
    """Return the end of the session, as the table of hyperparameters has it."""
    status = api_pb2.STATUS_SUCCESS if batch.ended in ("finished", "stopped") else api_pb2.STATUS_FAILURE
    info = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=batch.time)
    content = plugin_data_pb2.HParamsPluginData(version=metadata.PLUGIN_DATA_VERSION, session_end_info=info)
    plugin = SummaryMetadata.PluginData(plugin_name=metadata.PLUGIN_NAME, content=content.SerializeToString())
    value = Summary.Value(tag=metadata.SESSION_END_INFO_TAG, metadata=SummaryMetadata(plugin_data=plugin))
    return Event(wall_time=batch.time, step=batch.step, summary=Summary(value=[value]))


def by_step(notes: list[Note]) -> Mapping[int, list[Note]]:
    found: dict[int, list[Note]] = {}
    for note in notes:
        found.setdefault(note.step, []).append(note)
    return found
