"""Fetching the full MNIST, with torchvision's mirrors and checksums.

torchvision's own download knows no time limit, no progress but a bar on stderr, and no way to stop it.
"""

import http.client
import urllib.request
from collections.abc import Callable
from pathlib import Path

from engine.data.dataset import DataError, Progress, throttled
from engine.data.idx import read_images, read_labels
from engine.storage.files import flush_folder, write_atomically
from engine.storage.temporary_folder import working_folder

TIMEOUT = 5.0  # seconds without an answer or a further byte
LARGEST = 50_000_000  # bytes; the largest of the four files has 10 million
CHUNK = 1 << 16


class Cancelled(Exception):
    pass


def download(folder: Path, progress: Progress | None, cancelled: Callable[[], bool]) -> None:
    """Fetch what is missing of the four files into `folder/MNIST/raw`, which changes only once all are verified.

    Raises DataError: no mirror answers (which were tried, and why not), not writable, a damaged file in the way,
    or cancelled.
    """
    from torchvision.datasets import MNIST  # takes a second to import
    from torchvision.datasets.utils import check_integrity

    raw = folder / "MNIST" / "raw"
    report = throttled(progress)
    try:
        missing = [(name, md5) for name, md5 in MNIST.resources if not is_there(raw, name, md5, check_integrity)]
        if not missing:
            return
        with working_folder(raw.parent, "raw") as work:
            for name, md5 in missing:
                failures = []
                for mirror in MNIST.mirrors:
                    try:
                        content = fetch(mirror + name, name, report, cancelled)
                    except (OSError, http.client.HTTPException, ValueError) as error:
                        failures.append(f"{mirror}: {reason(error)}")
                        continue
                    write_atomically(work / name, content)
                    if check_integrity(work / name, md5):
                        break
                    failures.append(f"{mirror}: {name} does not have the checksum of MNIST's file")
                else:
                    raise unreachable(raw, name, failures, [name for name, _ in MNIST.resources])
            if cancelled():
                raise Cancelled
            install(work, raw)
    except Cancelled:
        raise DataError(f"{raw}: the download was cancelled; nothing was kept") from None
    except OSError as error:
        raise DataError(
            f"{error.filename or raw}: cannot be written ({error.strerror}); make room or make it writable"
        ) from error


def is_there(raw: Path, name: str, md5: str, check_integrity: Callable[[Path, str], bool]) -> bool:
    """True when a file need not be fetched. An unzipped one has no checksum, so it is read; raises DataError."""
    plain = raw / name.removesuffix(".gz")
    if plain.exists():
        (read_images if "images" in name else read_labels)(plain)
        return True
    return check_integrity(raw / name, md5)


def fetch(url: str, name: str, progress: Progress, cancelled: Callable[[], bool]) -> bytes:
    """Return what is at a URL. Raises Cancelled, OSError, HTTPException, and ValueError for a wrong length."""
    if cancelled():
        raise Cancelled
    request = urllib.request.Request(url, headers={"User-Agent": "mnist-tui"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        total = int(response.headers.get("Content-Length") or 0)
        content = bytearray()
        while chunk := response.read1(CHUNK):
            content += chunk
            if len(content) > LARGEST:
                raise ValueError(f"sends more than {LARGEST:,} bytes")
            progress(f"downloading {name}", len(content), total)
            if cancelled():
                raise Cancelled
    if len(content) < total:
        raise ValueError(f"broke off after {len(content):,} of {total:,} bytes")
    return bytes(content)


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


def unreachable(raw: Path, name: str, failures: list[str], names: list[str]) -> DataError:
    return DataError(
        f"{raw}: MNIST could not be downloaded. Tried {name} from {'; '.join(failures)}. "
        f"Check the network, or put the four files ({', '.join(names)}) into this folder yourself"
    )
