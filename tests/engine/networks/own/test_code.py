"""Whose code is run: a run keeps a copy of its own, and what came from elsewhere waits until it is trusted."""

import os
import sys
import textwrap
from pathlib import Path

import msgspec
import pytest
import torch

from engine.data.dataset import Dataset
from engine.networks.own.code import (
    COPY,
    NetworkError,
    code_of_run,
    named_code,
    record,
    trust,
    trusted,
)
from engine.storage.paths import state_folder
from engine.storage.runs.folders import LAST
from engine.storage.runs.record import read_record
from engine.training.evaluation import evaluate
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import (
    DescribeModel,
    Evaluate,
    Evaluated,
    ModelDescribed,
    Predict,
    ResumeRun,
    StartRun,
    Stop,
)
from tests.engine.networks.own.written import NET, Write, config_of
from tests.engine.server.worker.driven_worker import Engine


def test_a_run_keeps_a_copy_and_goes_on_with_it_whatever_becomes_of_the_file(engine: Engine, write: Write) -> None:
    own = write()
    engine.done(StartRun(config=config_of(own)))
    engine.done(Stop())
    folder = engine.checkpoints / "0001-net"
    assert (folder / COPY).read_text() == textwrap.dedent(NET)
    assert read_record(folder).config.model == own

    write("raise ValueError('edited')")
    engine.done(ResumeRun(run="1"))
    assert engine.finish().state == "finished"
    assert read_record(folder).config.model == own
    fresh = Engine(engine.checkpoints)  # another engine, with nothing in memory
    fresh.worker.loader.load("")
    told = fresh.tell(Evaluate(run="1"))
    assert isinstance(told, Evaluated)
    assert told.accuracy > 0.15

    reason = engine.refused(StartRun(config=config_of(own)))  # a new run is of the file as it is now
    assert "edited" in reason
    assert not (engine.checkpoints / "0002-net").exists()
    engine.done(StartRun(config=config_of(write(NET.replace("32", "16")))))
    assert engine.worker.jobs.live is not None
    assert engine.worker.jobs.live.model.hidden.out_features == 16
    engine.done(Stop())
    Path(own.rpartition(":")[0]).unlink()
    assert "does not exist" in engine.refused(StartRun(config=config_of(own)))


def test_a_network_that_calls_exit_in_training_ends_its_run_and_not_the_engine(engine: Engine, write: Write) -> None:
    leaving = NET.replace("self.out(self", "exit(3) if self.training else self.out(self")
    assert leaving != NET
    engine.done(StartRun(config=config_of(write(leaving))))
    ended = engine.finish()
    assert (ended.state, ended.reason) == ("failed", "SystemExit: 3")
    engine.done(StartRun(config=config_of(write())))


def test_a_resumed_run_ends_with_the_weights_of_an_undisturbed_one(
    digits: Dataset, write: Write, tmp_path: Path
) -> None:
    from engine.training.run import resume

    own = write()
    code = named_code(own)
    trust(code)
    folder = tmp_path / "0001-net"
    folder.mkdir()
    (folder / COPY).write_bytes(code.text)  # type: ignore[union-attr]
    whole = Run(config_of(own), digits, code=code)
    list(train(whole))
    list(train(Run(config_of(own, epochs=1), digits, name="0001-net", folder=folder, code=code)))
    second = resume("0001-net", folder, digits, {"epochs": 2})
    list(train(second))
    assert all(map(torch.equal, whole.model.parameters(), second.model.parameters()))
    assert evaluate(second.model, digits.test_images, digits.test_labels).accuracy > 0.15


def test_a_network_is_described_without_touching_the_run_in_progress(engine: Engine, write: Write) -> None:
    engine.done(StartRun(config=config_of("seed-cnn")))
    before = torch.get_rng_state()
    told = engine.tell(
        DescribeModel(config=config_of(write("import torch; torch.manual_seed(1)\n" + textwrap.dedent(NET))))
    )
    assert isinstance(told, ModelDescribed)
    assert [(layer.name, layer.shape) for layer in told.layers] == [("hidden", [32]), ("drop", [32]), ("out", [10])]
    assert told.flops == 2 * (784 * 32 + 32 * 10)
    assert torch.equal(before, torch.get_rng_state())
    assert "cannot be loaded" in engine.refused(DescribeModel(config=config_of(write("1 / 0"))))
    assert "(depth)" in engine.refused(DescribeModel(config=RunConfig(model="lenet5", depth=3)))
    engine.done(Stop())


# ------------------------------------------------------- other people's folders


@pytest.fixture
def brought(engine: Engine, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    """An engine with a run that somebody else has trained and that was copied here with its code.

    The code leaves a trace wherever it is run; so does that in the file it names.
    """
    trace = tmp_path / "trace"
    own = write(f"open({str(trace)!r}, 'a').write('copy')\n" + textwrap.dedent(NET), "theirs.py")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "their-state"))
    engine.done(StartRun(config=config_of(own)))
    engine.done(Stop())
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "my-state"))
    write(f"open({str(trace)!r}, 'a').write('file')\n" + textwrap.dedent(NET), "theirs.py")
    trace.unlink()
    made = Engine(engine.checkpoints)
    made.worker.loader.load("")
    return made


def test_code_that_came_with_a_run_is_not_run_until_its_reader_trusts_it(brought: Engine, tmp_path: Path) -> None:
    trace, folder = tmp_path / "trace", brought.checkpoints / "0001-net"
    for command in (ResumeRun(run="1"), Evaluate(run="1"), Predict(start=0, run="1"), Predict(start=0)):
        reason = brought.refused(command)
        assert "mnist-tui trust 0001-net" in reason
        assert str(folder / COPY) in reason
    assert not trace.exists()
    assert read_record(folder).state == "stopped"

    from engine.networks.own.code import brought_code

    trust(brought_code(read_record(folder).config.model, folder))
    assert isinstance(brought.tell(Evaluate(run="1")), Evaluated)
    brought.done(ResumeRun(run="1"))
    brought.done(Stop())
    assert set(trace.read_text().split("copy")) == {""}  # never the file that they named


def test_what_a_trusted_run_names_is_not_what_the_next_run_begins_with(brought: Engine, write: Write) -> None:
    folder = brought.checkpoints / "0001-net"
    copy = named_code(f"{folder / COPY}:Net")
    trust(copy)  # as `mnist-tui trust` does: their path is not on record
    brought.done(ResumeRun(run="1"))
    assert brought.worker.jobs.live is not None
    assert brought.worker.jobs.live.config.model == f"{folder / COPY}:Net"
    brought.done(Stop())
    assert read_record(folder).config.model == f"{folder / COPY}:Net"
    brought.done(ResumeRun(run="1"))
    brought.done(Stop())


def test_a_trusted_copy_that_is_changed_is_not_trusted_any_more(brought: Engine, tmp_path: Path) -> None:
    folder = brought.checkpoints / "0001-net"
    trust(named_code(f"{folder / COPY}:Net"))
    with open(folder / COPY, "a") as file:
        file.write("\n")
    assert "mnist-tui trust" in brought.refused(Evaluate(run="1"))
    (folder / COPY).unlink()
    assert "does not exist" in brought.refused(Evaluate(run="1"))
    (folder / COPY).symlink_to(tmp_path / "theirs.py")
    assert "mnist-tui trust" in brought.refused(Evaluate(run="1"))


def test_a_checkpoint_that_names_other_code_than_its_record_runs_none_of_it(brought: Engine, tmp_path: Path) -> None:
    from engine.storage.runs.checkpoint import load_checkpoint, save_checkpoint

    folder = brought.checkpoints / "0001-net"
    trust(named_code(f"{folder / COPY}:Net"))
    state = load_checkpoint(folder / LAST)
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'trace')!r}, 'a').write('evil')\n")
    for model in (f"{tmp_path / 'evil.py'}:Evil", "antigravity:Net", "os:abort"):
        save_checkpoint(folder / LAST, {**state, "config": {**state["config"], "model": model}})
        for command in (ResumeRun(run="1"), Evaluate(run="1"), Predict(start=0, run="1")):
            assert "mnist-tui trust" in brought.refused(command)
    assert "antigravity" not in sys.modules
    assert not (tmp_path / "trace").exists()


def test_listing_and_opening_a_run_reads_no_code(brought: Engine, tmp_path: Path) -> None:
    from engine.storage.runs.listing import list_runs, summarize

    summary = summarize(brought.checkpoints / "0001-net", live="")
    assert (summary.state, summary.problem) == ("stopped", "")
    assert list_runs(brought.checkpoints, live="") == [summary]
    assert not (tmp_path / "trace").exists()


def test_the_record_of_what_is_trusted_is_private_and_survives_nonsense(write: Write) -> None:
    own = write()
    trust(named_code(own))
    trust(named_code(own))
    assert len(trusted()) == 1
    assert record().parent == state_folder()
    assert record().stat().st_mode & 0o777 == 0o600
    with open(record(), "ab") as file:
        file.write(b"\xff\xfe nonsense\n\nabc\n" + os.urandom(50) + b"\n")
    trust(named_code(write(NET.replace("32", "16"))))
    assert len(trusted()) == 2


def test_a_package_is_trusted_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "0001-linear"
    for name in ("torch.nn:Identity", "torch.nn:Linear"):
        with pytest.raises(NetworkError, match="from the package"):
            code_of_run(name, folder)
    trust(named_code("torch.nn:Identity"))
    code = code_of_run("torch.nn:Identity", folder)
    assert code is not None
    assert msgspec.structs.asdict(code) == {"model": "torch.nn:Identity", "text": b""}
    with pytest.raises(ConfigError):
        code_of_run("torch.nn:Linear", folder)
