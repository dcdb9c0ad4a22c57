"""python -m engine.export: read an ExportRequest as JSON from stdin, do it, and print Exported as JSON.

Started by `tui/link/export_process.py`. What libraries and users' networks print goes to stderr.
"""

import os
import signal
import sys

import msgspec

from engine.export.answer import export
from engine.vocabulary.messages.export_messages import ExportRequest


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no half-written file stays
    answer = os.dup(1)
    os.dup2(2, 1)
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=ExportRequest)
    with open(answer, "wb") as file:
        file.write(msgspec.json.encode(export(request)))
    sys.stderr.flush()
    os._exit(0)  # threads and exit handlers of a user's own network hold nothing up


if __name__ == "__main__":
    main()
