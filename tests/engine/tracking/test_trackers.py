"""Which trackers there are, and what `--log-to` takes."""

import sys
from pathlib import Path

import pytest

from engine.server.worker.checks import where_to_log
from engine.server.worker.run_queue import RunQueue
from engine.tracking.sender import Sender
from engine.tracking.trackers import BUILT_IN, as_text, opener, others, resolved, targets, trust, without_secrets
from engine.vocabulary.config import RunConfig
from engine.vocabulary.fields import ConfigError
from engine.vocabulary.messages import AnyEvent, QueuedRun, RunEvent
from tests.engine.tracking.made_runs import TWO_EPOCHS, make_run

URL = "http://127.0.0.1:5000"


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.tracking.trackers.find_spec", lambda name: name)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_several_trackers_are_named_with_commas_each_with_where() -> None:
    found = targets(f" tensorboard, mlflow={URL} ,trackio=digits")
    assert found == {"tensorboard": "", "mlflow": URL, "trackio": "digits"}
    assert targets(as_text(found)) == found
    assert targets("") == {}


@pytest.mark.parametrize(
    ("log_to", "problem"),
    [
        ("Tensor Board", "'Tensor Board' is no name of a tracker"),
        ("=x", "'' is no name of a tracker"),
        ("../x", "'../x' is no name of a tracker"),
        ("trackio,trackio=x", "named twice"),
        ("mlflow=https://user:secret@host", "a user or password in it"),
        ("mlflow=https://token@host", "a user or password in it"),
        ("mlflow=https://user:sec/secret@host", "a user or password in it"),
        ("mlflow=https://host/?api_key=secret", "or a key"),
        ("mlflow=postgresql://host/runs?sslmode=on&password=secret", "or a key"),
        ("https://user:secret@host", "'https://...@host' is no name of a tracker"),
        ("mlflow=http://" + "x" * 2000, "longer than"),
        ("mlflow=http://\x1b[31m", "or no text"),
    ],
)
def test_what_cannot_be_a_tracker_is_refused_and_nothing_secret_repeated(log_to: str, problem: str) -> None:
    with pytest.raises(ConfigError, match="Log to") as refused:
        targets(log_to)
    assert problem in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("target", ["file:///home/me@work/runs", "postgresql://host/runs?sslmode=on", "sqlite:////a@b"])
def test_what_only_looks_like_a_user_is_taken(target: str) -> None:
    assert targets(f"mlflow={target},tensorboard=/me@work") == {"mlflow": target, "tensorboard": "/me@work"}


def test_a_tracker_that_is_not_known_is_refused_with_what_was_meant() -> None:
    with pytest.raises(ConfigError, match="'tensorbord'; did you mean tensorboard"):
        resolved("tensorbord")


@pytest.mark.parametrize("name", BUILT_IN)
def test_one_that_is_not_installed_is_refused_with_its_extra(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.tracking.trackers.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=rf"{name} is not installed; .*mnist-tui\[{name}\]"):
        resolved(f"{name}={URL}")


def test_the_server_of_mlflow_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="MLFLOW_TRACKING_URI"):
        resolved("mlflow")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", URL)
    assert resolved("mlflow") == f"mlflow={URL}"
    assert resolved("mlflow=http://other") == "mlflow=http://other"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://user:secret@host")
    with pytest.raises(ConfigError, match="MLFLOW_TRACKING_USERNAME") as refused:
        resolved("mlflow")
    assert "secret" not in str(refused.value)


def test_folders_are_those_of_the_user_not_of_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolved("tensorboard=board") == f"tensorboard={tmp_path}/board"
    assert resolved("mlflow=sqlite:///own.db") == f"mlflow=sqlite:///{tmp_path}/own.db"


def test_an_address_is_shown_without_what_is_secret() -> None:
    assert without_secrets("https://a:b@host:1/path?token=c#/runs/1") == "https://host:1/path#/runs/1"
    assert without_secrets("/a/folder") == "/a/folder"


OTHER = """
from pathlib import Path

class Tracker:
    takes_back = True
    where = "elsewhere"
    def __init__(self, target): self.target = target
    def confirmed(self): return None
    def send(self, batch): Path(self.target).write_text(f"{len(batch.points)} points, {batch.ended}")
    def close(self): pass

def open_run(facts, target): return Tracker(target)
"""


def test_another_package_brings_a_tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other_tracker.py").write_text(OTHER)
    package = tmp_path / "other_tracker-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: other-tracker\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[mnist_tui.trackers]\nother = other_tracker:open_run\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    others.cache_clear()
    try:
        assert resolved("other=there") == "other=there"
        assert opener("other").__module__ == "other_tracker"
        trust(f"other={tmp_path / 'sent'}")
        sender = Sender(make_run(tmp_path, TWO_EPOCHS), "other", str(tmp_path / "sent"))
        sender.send()
        assert (sender.problem, sender.told.where) == ("", "elsewhere")
        assert (tmp_path / "sent").read_text().endswith("points, finished")
    finally:
        others.cache_clear()
        sys.modules.pop("other_tracker", None)


def test_a_run_that_waits_in_somebody_elses_queue_is_not_logged_to_where_that_says(tmp_path: Path) -> None:
    events = EventsKept()
    waiting = RunQueue(tmp_path, events)
    run = QueuedRun(id=1, config=RunConfig(log_to="trackio,mlflow=http://evil"))
    with pytest.raises(ConfigError, match="mlflow=http://evil was not named on this machine"):
        waiting.check(run)
    assert where_to_log({"log_to": "mlflow=http://evil"}) == {"log_to": "mlflow=http://evil"}  # a command names it
    waiting.check(run)


class EventsKept:
    def __init__(self) -> None:
        self.events: list[AnyEvent] = []

    def publish(self, event: AnyEvent) -> None:
        self.events.append(event)

    def replace_history(self, events: list[RunEvent]) -> None: ...
