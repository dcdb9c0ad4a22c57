"""Trackio: a project in its database of this user, `mnist-tui` or the one that `trackio=PROJECT` names.

`trackio.log` hands over to a thread and tells nobody when something is written; so it is written here, with an id for
each row: what comes twice is kept once. `trackio show` draws it, and `trackio sync` sends it to a Space.
"""

import io
from datetime import UTC, datetime
from typing import Any

import trackio
from PIL import Image
from trackio.sqlite_storage import SQLiteStorage

from engine.tracking.batch import Batch, RunFacts

PROJECT = "mnist-tui"


def open_run(facts: RunFacts, target: str) -> "TrackioRun":
    return TrackioRun(facts, target or PROJECT)


class TrackioRun:
    """One run of a project."""

    takes_back = False

    def __init__(self, facts: RunFacts, project: str) -> None:
        SQLiteStorage.validate_project_name(project)
        self.project = project
        self.facts = facts
        self.config: dict[str, Any] = {
            **{name: str(value) for name, value in facts.tags.items()},
            **facts.values,
            "_Group": facts.group or None,
            "_Created": datetime.fromtimestamp(facts.started, UTC).isoformat(),
        }

    @property
    def where(self) -> str:
        return f"`trackio show --project {self.project}`, {SQLiteStorage.get_project_db_path(self.project)}"

    def confirmed(self) -> int | None:
        return None

    def send(self, batch: Batch) -> None:
        rows = self._rows(batch)
        if rows:
            SQLiteStorage.bulk_log(
                self.project,
                self.facts.run,
                [row for _, _, _, row in rows],
                steps=[step for step, _, _, _ in rows],
                timestamps=[datetime.fromtimestamp(when, UTC).isoformat() for _, _, when, _ in rows],
                config=self.config,
                log_ids=[f"{self.facts.key}-{step}-{part}" for step, part, _, _ in rows],
                run_id=self.facts.key,
            )

    def close(self) -> None: ...

    def _rows(self, batch: Batch) -> list[tuple[int, str, float, dict[str, Any]]]:
        """Return a row for each step and kind of scalar, which always has the same in it."""
        rows: dict[tuple[int, str], tuple[float, dict[str, Any]]] = {}
        for point in batch.points:
            part = point.name.partition("/")[0]
            rows.setdefault((point.step, part), (point.time, {}))[1][point.name] = point.value
        for note in batch.notes:
            rows[note.step, f"note {note.text}"] = note.time, {"notes": trackio.Markdown(note.text)._to_dict()}
        for picture in batch.pictures:
            rows[picture.step, picture.name] = picture.time, {picture.name: self._kept(picture.png, picture.step)}
        return [(step, part, when, row) for (step, part), (when, row) in rows.items()]

    def _kept(self, png: bytes, step: int) -> dict[str, Any]:
        """Return what a row has in place of a picture, which is kept as a file."""
        image = trackio.Image(Image.open(io.BytesIO(png)))
        image._save(self.project, self.facts.run, step)
        kept: dict[str, Any] = image._to_dict()
        return kept
