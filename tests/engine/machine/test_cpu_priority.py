"""An engine gives way only while it uses all cores."""

from pathlib import Path

import pytest

from engine.machine.cpu_priority import FAIR, GIVES_WAY, Priority
from engine.vocabulary.messages import RunEnded, ThreadsChanged


def test_a_run_that_leaves_cores_to_others_takes_a_fair_share_of_the_rest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    setting = tmp_path / "autogroup"
    monkeypatch.setattr("engine.machine.cpu_priority.SETTING", setting)

    def after(event: ThreadsChanged | RunEnded) -> str:
        priority.follow(event)
        return setting.read_text()

    def threads(count: int, busy: bool) -> ThreadsChanged:
        return ThreadsChanged(run="r", step=1, threads=count, most_threads=4, busy=busy)

    priority = Priority()
    priority.follow(threads(4, busy=False))
    assert not setting.exists()  # the engine gives way from its start
    assert after(threads(3, busy=True)) == FAIR
    assert after(threads(4, busy=False)) == GIVES_WAY
    assert after(threads(2, busy=True)) == FAIR
    assert after(RunEnded(run="r", step=2, time=0.0, state="finished")) == GIVES_WAY
