"""What torchrun tells the processes that it starts. https://docs.pytorch.org/docs/stable/elastic/run.html"""

import os

MEETING_VARIABLE = "MNIST_TUI_MEETING"


def world_size() -> int:
    """Return how many processes train together, 1 without torchrun."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """Return this process's number among them; 0 is the engine."""
    return int(os.environ.get("RANK", "0"))


def local_rank() -> int:
    """Return this process's number on its machine, which is the number of its GPU."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def restarts() -> int:
    """Return how often all were started again because one was lost."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def meeting() -> str:
    """Return the folder where processes of one machine find each other; "" where torchrun's own store is for that."""
    return os.environ.get(MEETING_VARIABLE, "")
