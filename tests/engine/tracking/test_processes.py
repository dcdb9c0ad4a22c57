"""The processes that send: told by the engine which runs, and heard; nothing waits for them."""

import io
import json
import os
import queue
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_engine import started
from limits import LIMIT

import engine.tracking.__main__
import engine.tracking.processes
from engine.tracking.cursor import Cursor, Wish, told, write_cursor
from engine.tracking.processes import TrackedEvents, Trackers
from engine.tracking.trackers import trust
from engine.tracking.trials import trial_folder
from engine.vocabulary.messages import AnyEvent, RunTold, TrackerTold, TrialSummary, TrialTold
from tests.engine.tracking.made_runs import RUN, TWO_EPOCHS, log, make_run, steered

OTHER = """
from pathlib import Path

class Tracker:
    takes_back = True
    where = "elsewhere"
    def __init__(self, facts, target):
        self.path = Path(target) / facts.run
    def confirmed(self): return None
    def send(self, batch):
        if (self.path.parent / "down").exists():
            raise ConnectionError("timed out")
        if (self.path.parent / "crash").exists():
            (self.path.parent / "crash").unlink()
            import os
            os._exit(5)
        with open(self.path, "a") as file:
            file.write("".join(f"{point.step} " for point in batch.points if point.name == "train/loss"))
        print("what a library prints")
    def close(self): pass

def open_run(facts, target): return Tracker(facts, target)
"""


class Heard:
    """What the engine's screens hear."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[AnyEvent] = queue.SimpleQueue()

    def until(self, wanted: Callable[[TrackerTold], bool]) -> TrackerTold:
        while True:
            event = self.events.get(timeout=LIMIT)
            if isinstance(event, TrackerTold) and wanted(event):
                return event


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A tracker of another package, that writes steps into a file; the value of --log-to for it."""
    package = tmp_path / "site" / "other_tracker-1.dist-info"
    package.mkdir(parents=True)
    (tmp_path / "site" / "other_tracker.py").write_text(OTHER)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: other-tracker\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[mnist_tui.trackers]\nother = other_tracker:open_run\n")
    here = str(Path(__file__).parents[3])
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'site'}{os.pathsep}{here}")
    (tmp_path / "sent").mkdir()
    trust(f"other={tmp_path / 'sent'}")
    return f"other={tmp_path / 'sent'}"


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def trackers(tmp_path: Path, heard: Heard) -> Iterator[Trackers]:
    (tmp_path / "runs").mkdir()
    trackers = Trackers(tmp_path / "runs", heard.events.put)
    processes = trackers._processes
    yield trackers
    trackers.close()
    for each in processes.values():
        for process in each.begun:
            process.wait(LIMIT)


def sent(tmp_path: Path, name: str = RUN) -> list[int]:
    return [int(step) for step in (tmp_path / "sent" / name).read_text().split()]


ALL = list(range(1, 81))


def test_a_run_is_sent_while_it_trains_and_what_libraries_print_harms_nothing(
    tmp_path: Path, other: str, trackers: Trackers, heard: Heard
) -> None:
    begun = started(log_to=other)
    folder = make_run(tmp_path / "runs", [begun], "running")
    trackers.follow(begun)
    assert heard.until(lambda event: bool(event.where)).where == "elsewhere"
    log(folder, TWO_EPOCHS[1:])
    assert heard.until(lambda event: event.done).step == 80
    assert sent(tmp_path) == ALL


def test_a_tracker_that_is_down_is_told_and_gets_all_of_it_later(
    tmp_path: Path, other: str, trackers: Trackers, heard: Heard
) -> None:
    (tmp_path / "sent" / "down").touch()
    make_run(tmp_path / "runs", TWO_EPOCHS)
    trackers.follow(RunTold(told=started(log_to=other)))
    assert heard.until(lambda event: bool(event.problem)).problem == "no answer in time"
    (tmp_path / "sent" / "down").unlink()
    assert heard.until(lambda event: event.done).problem == ""
    assert sent(tmp_path) == ALL


def test_a_process_that_crashes_is_begun_again_and_loses_nothing(
    tmp_path: Path, other: str, trackers: Trackers, heard: Heard
) -> None:
    (tmp_path / "sent" / "crash").touch()
    make_run(tmp_path / "runs", TWO_EPOCHS)
    trackers.follow(started(log_to=other))
    heard.until(lambda event: event.done)
    assert sent(tmp_path) == ALL


def test_a_process_that_always_ends_by_itself_is_given_up_and_told(
    tmp_path: Path, other: str, trackers: Trackers, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.tracking.processes.sys, "executable", "/bin/false")
    make_run(tmp_path / "runs", TWO_EPOCHS)
    trackers.follow(started(log_to=other))
    assert "mnist-tui track" in heard.until(lambda event: True).problem


def test_what_an_engine_could_not_send_the_next_one_sends(
    tmp_path: Path, other: str, trackers: Trackers, heard: Heard
) -> None:
    name, _, target = other.partition("=")
    folder = make_run(tmp_path / "runs", TWO_EPOCHS, "interrupted")
    write_cursor(folder, Cursor(tracker=name, key="key", target=target))
    trackers.resume()
    heard.until(lambda event: event.done)
    assert sent(tmp_path) == ALL
    assert [each.done for each in told(folder)] == [True]


def test_a_trial_that_is_logged_is_sent_too_and_only_trouble_is_told(
    tmp_path: Path, other: str, trackers: Trackers, heard: Heard
) -> None:
    name, _, target = other.partition("=")
    trial = TrialTold(study="study-0001", trial=TrialSummary(number=3, state="running"))
    trackers.follow(trial)  # it has no log yet
    folder = trial_folder(tmp_path / "runs", "study-0001", 3)
    make_run(folder.parent, TWO_EPOCHS).rename(folder)
    write_cursor(folder, Cursor(tracker=name, key="key", target=target))
    trackers.follow(trial)
    make_run(tmp_path / "runs", TWO_EPOCHS)
    trackers.follow(started(log_to=other))
    assert heard.until(lambda event: event.done).run == RUN
    process = trackers._processes["other"]
    trackers.close()
    for each in process.begun:
        each.wait(LIMIT)
    assert sent(tmp_path, folder.name) == ALL
    while not heard.events.empty():
        assert not isinstance(heard.events.get(), TrackerTold)


def test_a_trial_goes_on_where_no_process_can_be_begun(
    tmp_path: Path, trackers: Trackers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.tracking.processes.sys, "executable", "/nowhere")
    folder = trial_folder(tmp_path / "runs", "study-0001", 3)
    make_run(folder.parent, TWO_EPOCHS).rename(folder)
    write_cursor(folder, Cursor(tracker="trackio", key="key"))
    trackers.follow(TrialTold(study="study-0001", trial=TrialSummary(number=3, state="running")))
    assert [each.tracker for each in told(folder)] == ["trackio"]


def test_nobody_waits_for_a_process_that_takes_nothing_any_more(
    tmp_path: Path, trackers: Trackers, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = tmp_path / "deaf"
    deaf.write_text("#!/bin/sh\nexec sleep 600 >&-\n")  # reads nothing
    deaf.chmod(0o755)
    monkeypatch.setattr(engine.tracking.processes.sys, "executable", str(deaf))
    for number in range(40):  # more than a pipe holds
        trackers._tell("trackio", tmp_path / "runs" / f"{number:04d}", "x" * 4000)
    [process] = trackers._processes["trackio"].begun
    trackers.close()
    process.kill()


def test_runs_without_a_tracker_begin_no_process(tmp_path: Path, trackers: Trackers) -> None:
    trackers.follow(started())
    trackers.follow(steered(40, 0.5))
    assert not trackers._processes


def test_events_are_passed_on_before_anything_else(tmp_path: Path, trackers: Trackers) -> None:
    passed: list[AnyEvent] = []
    events = TrackedEvents(passed.append, lambda history: None, trackers)
    begun = started(log_to="nothing=x")
    events.publish(begun)  # its folder is not there: that is no matter of who trains
    assert passed == [begun]


def test_a_library_that_never_returns_is_left_once_the_engine_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(engine.tracking.__main__, "STUCK", 0.0)
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"run": "0001-a"}\n')))
    wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
    engine.tracking.__main__.listen(wishes)
    assert [wishes.get(), wishes.get(), ended] == [Wish("0001-a"), None, [1]]


def test_a_process_ends_with_its_engine(tmp_path: Path, other: str) -> None:
    folder = make_run(tmp_path / "runs", TWO_EPOCHS[:3], "running")
    words = [sys.executable, "-m", "engine.tracking", str(tmp_path / "runs"), "other"]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    wish = json.dumps({"run": RUN, "target": other.partition("=")[2]}) + "\n"
    output, _ = process.communicate(wish.encode(), timeout=LIMIT)
    assert process.returncode == 0
    assert json.loads(output.splitlines()[-1])["where"] == "elsewhere"
    assert sent(tmp_path) == ALL[:40]
    assert not told(folder)[0].done
