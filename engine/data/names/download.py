"""Fetching MNIST, and the data sets like it, with torchvision's mirrors and checksums.

torchvision's own download knows no time limit, no progress but a bar on stderr, and no way to stop it.
"""

import http.client
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

from engine.data.dataset import DataError, Progress, throttled
from engine.data.idx import read_images, read_labels
from engine.data.names.files import Fetched, raw_folder, sources
from engine.storage.files import flush_folder, flush_to_disk, naming
from engine.storage.temporary_folder import working_folder
from engine.vocabulary.messages.known_data import KNOWN, KnownData

TIMEOUT = 5.0  # seconds without an answer or a further byte
LARGEST = 50_000_000  # bytes of a file; most have 10 million, Fashion-MNIST's largest 26
CHUNK = 1 << 16


class Cancelled(Exception):
    pass


def download(
    folder: Path, progress: Progress | None, cancelled: Callable[[], bool], known: KnownData = KNOWN[0]
) -> None:
    """Fetch what is missing of a data set's files into `folder/MNIST/raw` (FashionMNIST/raw, ...), which changes only
    once all are verified.

    Raises DataError: no mirror answers (which were tried, and why not), not writable, a damaged file in the way,
    or cancelled.
    """
    from torchvision.datasets.utils import check_integrity  # takes a second to import

    raw = raw_folder(known, folder)
    files = sources(known)
    report = throttled(progress)
    try:
        missing = [file for file in files if not is_there(raw, file, check_integrity)]
        if not missing:
            return
        with working_folder(raw.parent, "raw") as work:
            for file in missing:
                failures = []
                for url in file.urls:
                    mirror = url.removesuffix(file.name)
                    try:
                        fetch(url, work / file.name, file.largest or LARGEST, report, cancelled)
                    except (http.client.HTTPException, ValueError, OSError) as error:
                        if isinstance(error, OSError) and not isinstance(error, URLError) and error.filename:
                            raise  # of the disk: no other mirror helps
                        failures.append(f"{mirror}: {reason(error)}")
                        continue
                    if check_integrity(work / file.name, file.md5):
                        break
                    failures.append(f"{mirror}: {file.name} does not have the checksum of {known.title}'s file")
                else:
                    raise unreachable(known, raw, file.name, failures, [each.name for each in files])
            if cancelled():
                raise Cancelled
            install(work, raw)
    except Cancelled:
        raise DataError(f"{raw}: the download was cancelled; nothing was kept") from None
    except OSError as error:
        raise DataError(
            f"{error.filename or raw}: cannot be written ({error.strerror}); make room or make it writable"
        ) from error


def is_there(raw: Path, file: Fetched, check_integrity: Callable[[Path, str], bool]) -> bool:
    """True when a file need not be fetched. An unzipped one has no checksum, so it is read; raises DataError."""
    plain = raw / file.name.removesuffix(".gz")
    if plain.name != file.name and plain.exists():
        if plain.name.endswith("idx3-ubyte"):
            read_images(plain)
        elif plain.name.endswith("idx1-ubyte"):
            read_labels(plain)
        return True
    return check_integrity(raw / file.name, file.md5)


def fetch(url: str, path: Path, largest: int, progress: Progress, cancelled: Callable[[], bool]) -> None:
    """Write what is at a URL. Raises Cancelled, OSError, HTTPException, and ValueError for a wrong length."""
    if cancelled():
        raise Cancelled
    request = urllib.request.Request(url, headers={"User-Agent": "mnist-tui"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response, open(path, "wb") as file:
        total = int(response.headers.get("Content-Length") or 0)
        size = 0
        while chunk := response.read1(CHUNK):
            with naming(path):
                file.write(chunk)
            size += len(chunk)
            if size > largest:
                raise ValueError(f"sends more than {largest:,} bytes")
            progress(f"downloading {path.name}", size, total)
            if cancelled():
                raise Cancelled
        with naming(path):
            file.flush()
            flush_to_disk(file.fileno())
    if size < total:
        raise ValueError(f"broke off after {size:,} of {total:,} bytes")


def install(work: Path, raw: Path) -> None:
    """Move the files to where they belong: all at once, if nothing is there yet."""
    if not raw.exists():
        work.rename(raw)
    else:
        for path in sorted(work.iterdir()):
            path.replace(raw / path.name)
    flush_folder(raw.parent)


def reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
        return f"no answer within {TIMEOUT:g} seconds"
    inner = getattr(error, "reason", None) or error
    return str(getattr(inner, "strerror", None) or inner or type(error).__name__)


def unreachable(known: KnownData, raw: Path, name: str, failures: list[str], names: list[str]) -> DataError:
    count = {1: "file", 2: "two files", 4: "four files"}[len(names)]
    return DataError(
        f"{raw}: {known.title} could not be downloaded. Tried {name} from {'; '.join(failures)}. "
        f"Check the network, or put the {count} ({', '.join(names)}) into this folder yourself"
    )
