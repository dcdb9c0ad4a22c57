"""Files of presets, written by hand."""

from pathlib import Path


def write(checkpoints: Path, name: str, content: str | bytes) -> Path:
    path = checkpoints / "presets" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
