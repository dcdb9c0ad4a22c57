"""Where things are: this checkout, what its tests share, and the full MNIST, which tests use if it is there."""

from pathlib import Path

SUPPORT = Path(__file__).resolve().parent
ROOT = SUPPORT.parents[1]
FULL_MNIST = ROOT.parent / "shared" / "data" / "mnist"
