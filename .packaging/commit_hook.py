"""Writes the commit into what is built, for `mnist-tui --version`: the sdist carries it on to the wheel made of it."""

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        spec = importlib.util.spec_from_file_location("version", Path(self.root) / "engine/program/version.py")
        asked = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(asked)
        commit = asked.commit_of(Path(self.root))
        if commit and version != "editable":  # an editable install asks git itself, as it changes
            self.folder = tempfile.TemporaryDirectory()
            written = Path(self.folder.name) / asked.WRITTEN
            written.write_text(commit + "\n")
            build_data["force_include"][str(written)] = f"engine/program/{asked.WRITTEN}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()
