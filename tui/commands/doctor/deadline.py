"""The last resort: doctor ends even where a disk hangs before it has begun, as while its options are read."""

import os
import threading

from tui.commands.doctor.probing import LIMIT

SLACK = 30.0  # seconds for what comes after the slowest check
WORDS = (
    "WRONG: no end within {:.0f} s: the folder of runs, your home or TMPDIR is on a disk or network that does not"
    " answer; `mount` and `dmesg` say more\n"
)


def end_in_time(limit: float = LIMIT + SLACK) -> None:
    """End this process with status 1 after so many seconds, whatever its main thread waits for."""

    def give_up() -> None:
        os.write(2, WORDS.format(limit).encode())  # no lock, which the main thread may hold
        os._exit(1)

    timer = threading.Timer(limit, give_up)
    timer.daemon = True
    timer.start()
