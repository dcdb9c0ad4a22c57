"""MLflow: a run on a server, `mlflow=http://127.0.0.1:5000` or what MLFLOW_TRACKING_URI says.

`mlflow-skinny` is enough, which is its client alone. The offset of the log that the server has is a tag of the run,
which is written last with each batch; points have the same times whenever they are sent, and the server keeps one of
equals. So nothing is there twice, whenever a connection is lost.
"""

import os
import tempfile
from pathlib import Path

# Before the import: whoever waits here is a process of its own, and it tries again by itself.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag

from engine.tracking.batch import Batch, RunFacts
from engine.tracking.trackers import without_secrets

EXPERIMENT = "mnist-tui"
KEY, OFFSET, NOTES = "mnist_tui.key", "mnist_tui.log_offset", "mnist_tui.notes"
MOST_METRICS, MOST_PARAMS = 1000, 100  # of one request
LONGEST_TAG, LONGEST_PARAM = 4000, 500  # characters
STATES = {"finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED", "interrupted": "FAILED"}


def open_run(facts: RunFacts, target: str) -> "MlflowRun":
    return MlflowRun(facts, target)


class MlflowRun:
    """One run of the server."""

    takes_back = False

    def __init__(self, facts: RunFacts, target: str) -> None:
        self.target = target
        self.client = MlflowClient(tracking_uri=target)
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT
        experiment = self.client.get_experiment_by_name(name)
        self.experiment = experiment.experiment_id if experiment is not None else self.client.create_experiment(name)
        run = self._found(facts) or self._created(facts)
        self.run_id = run.info.run_id
        self._tags = run.data.tags
        self._notes = run.data.tags.get(NOTES, "")
        self._status = run.info.status
        self._params = {name: str(value)[:LONGEST_PARAM] for name, value in facts.values.items()}
        self._params = {name: value for name, value in self._params.items() if name not in run.data.params}

    @property
    def where(self) -> str:
        address = without_secrets(self.target)
        if address.startswith("http"):
            return f"{address.rstrip('/')}/#/experiments/{self.experiment}/runs/{self.run_id}"
        return f"{address}, run {self.run_id}"

    def confirmed(self) -> int:
        offset = self._tags.get(OFFSET, "0")
        return int(offset) if offset.isdecimal() else 0

    def send(self, batch: Batch) -> None:
        client, run = self.client, self.run_id
        if self._status != "RUNNING" and not batch.ended:
            client.update_run(run, status="RUNNING")  # it goes on
            self._status = "RUNNING"
        params = [Param(name, value) for name, value in self._params.items()]
        for i in range(0, len(params), MOST_PARAMS):
            client.log_batch(run, params=params[i : i + MOST_PARAMS])
        self._params = {}
        self._log_pictures(batch)
        points = [Metric(each.name, each.value, round(1000 * each.time), each.step) for each in batch.points]
        for i in range(0, len(points), MOST_METRICS):
            client.log_batch(run, metrics=points[i : i + MOST_METRICS])
        lines = [line for each in batch.notes if (line := f"step {each.step}: {each.text}") not in self._notes]
        if lines:
            self._notes = "\n".join(filter(None, (self._notes, *lines)))[-LONGEST_TAG:]
        if batch.ended:
            status = STATES.get(batch.ended, "FINISHED")
            client.set_terminated(run, status=status, end_time=round(1000 * batch.time))
            self._status = status
        tags = [RunTag(NOTES, self._notes)] if lines else []
        client.log_batch(run, tags=[*tags, RunTag(OFFSET, str(batch.offset))])  # last: it says that all is there

    def close(self) -> None: ...

    def _found(self, facts: RunFacts) -> Run | None:
        """Return this run if the server has it: its cursor was lost, or the answer when it was created."""
        found = self.client.search_runs([self.experiment], filter_string=f"tags.{tag(KEY)} = '{facts.key}'")
        return found[0] if found else None

    def _created(self, facts: RunFacts) -> Run:
        tags = {
            **{f"mnist_tui.{name}": str(value)[:LONGEST_TAG] for name, value in facts.tags.items()},
            **({"mnist_tui.group": facts.group} if facts.group else {}),
            **({"mlflow.note.content": facts.title} if facts.title else {}),
            KEY: facts.key,
        }
        return self.client.create_run(
            self.experiment, start_time=round(1000 * facts.started), tags=tags, run_name=facts.run
        )

    def _log_pictures(self, batch: Batch) -> None:
        """Send pictures as artifacts: one that comes again takes its own place."""
        with tempfile.TemporaryDirectory(prefix="mnist-tui-") as folder:
            for picture in batch.pictures:
                path = Path(folder) / f"epoch-{picture.epoch:04d}.png"
                path.write_bytes(picture.png)
                self.client.log_artifact(self.run_id, str(path), picture.name)


def tag(name: str) -> str:
    return f"`{name}`"
