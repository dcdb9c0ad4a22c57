"""Images in folders."""

from pathlib import Path

from engine.dataset import DataError, Dataset, Progress


def has_image_folders(root: Path) -> bool:
    return (root / "train").is_dir() or (root / "test").is_dir()


def read_image_folders(root: Path, progress: Progress | None = None) -> Dataset:
    raise DataError(f"{root}: not yet")


def export_pngs(dataset: Dataset, folder: Path, progress: Progress | None = None) -> None:
    raise DataError(f"{folder}: not yet")
