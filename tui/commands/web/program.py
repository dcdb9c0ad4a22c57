"""The program of one visitor: mnist-tui, whose terminal is the pseudo-terminal that it was given.

Only the first process of a session that takes a terminal as its own is told by the system when that hangs up, or
changes its size.
"""

import fcntl
import runpy
import termios

if __name__ == "__main__":
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    runpy.run_module("tui", run_name="__main__", alter_sys=True)
