"""python -m engine.tracking.pictures.test_images RUN_FOLDER: the test images of a run on stdout, 784 bytes each.

A process of its own, for some seconds: data sets are read with torch, which would stay in the memory of who sends.
"""

import os
import sys
from pathlib import Path

from engine.storage.runs.record import read_record


def main() -> int:
    from engine.data.find import DataError, load_data

    out, record = os.fdopen(os.dup(1), "wb"), read_record(Path(sys.argv[1]))
    os.dup2(2, 1)
    try:
        data = load_data(record.data_path)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    if data.fingerprint != record.data:
        print(f"{data.path} holds other data than the run was trained on", file=sys.stderr)
        return 1
    with out:
        out.write(data.test_images.numpy().tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
