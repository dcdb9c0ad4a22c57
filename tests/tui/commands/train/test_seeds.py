"""`mnist-tui train --seeds`: one configuration with several seeds, alone and with a real engine."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from fake_engine import epoch_done

from engine.storage.runs.record import RunRecord
from engine.vocabulary.config import ConfigError, RunConfig
from tui.__main__ import cli
from tui.commands.run_coroutine import INTERRUPTED
from tui.commands.train.interrupts import Interrupts
from tui.commands.train.outcome import Outcome
from tui.commands.train.seeds.series import train_seeds
from tui.link.errors import CommandRefused
from tui.state.run import RunView
from tui.state.significance import sample

# A test accuracy, or validation and test accuracy of the better of two epochs,
Fate = float | tuple[float, float] | str | Exception | None  # a state, what it is refused for, or no word of it


class FakeRuns:
    """Stands for `train_run`: the run of each seed ends as it is told to."""

    def __init__(self, fates: dict[int, Fate]) -> None:
        self.fates = fates
        self.seeds: list[int] = []
        self.notified: list[bool] = []

    async def __call__(
        self, checkpoints: Path, config: RunConfig, interrupts: Interrupts, *, notify: bool, **_: object
    ) -> Outcome:
        self.seeds.append(config.seed)
        self.notified.append(notify)
        fate = self.fates[config.seed]
        if isinstance(fate, Exception):
            raise fate
        if fate is None:
            return Outcome(1, None)
        run = f"{len(self.seeds):04}-seed-cnn"
        if isinstance(fate, float):
            test = msgspec.structs.replace(epoch_done(1, run, fate), test_loss=1 - fate)
            return Outcome(0, RunView(run=run, config=config, state="finished", epochs=(test,)))
        if isinstance(fate, tuple):
            validation, accuracy = fate
            epochs = tuple(
                msgspec.structs.replace(
                    epoch_done(epoch, run, test), test_loss=1 - test, validation_accuracy=held, validation_loss=1 - held
                )
                for epoch, held, test in ((1, validation, accuracy), (2, validation / 2, 0.1))
            )
            return Outcome(0, RunView(run=run, config=config, state="finished", epochs=epochs))
        interrupts.came = fate in ("stopped by us", "left")
        state = {"stopped by us": "stopped", "left": "running"}.get(fate, fate)
        return Outcome(1, RunView(run=run, config=config, state=state, reason="it is no number" * (state == "failed")))


@pytest.fixture
def seeds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[int, FakeRuns]]:
    async def nothing() -> None: ...

    def run(fates: dict[int, Fate], *, json: bool = False, metric: str = "", **config: object) -> tuple[int, FakeRuns]:
        runs = FakeRuns(fates)
        monkeypatch.setattr("tui.commands.train.seeds.series.train_run", runs)
        monkeypatch.setattr("tui.commands.train.seeds.series.warn_of_logout", nothing)
        first = RunConfig().replace({"seed": min(fates), **config})
        training = train_seeds(
            tmp_path, first, len(fates), metric=metric, processes=None, json=json, notify=True, coach=True
        )
        return asyncio.run(training), runs

    return run


Seeds = Callable[..., tuple[int, FakeRuns]]


def test_every_seed_is_trained_and_mean_deviation_and_interval_are_told(
    seeds: Seeds, capsys: pytest.CaptureFixture[str]
) -> None:
    status, runs = seeds({3: 0.98, 4: 0.99, 5: 0.97})
    assert (status, runs.seeds) == (0, [3, 4, 5])
    assert runs.notified == [False, False, True]
    out, err = capsys.readouterr()
    table = [" ".join(line.split()) for line in out.splitlines()]
    assert table[1:] == [
        "3 0001-seed-cnn 98.00 % 0.0200",
        "4 0002-seed-cnn 99.00 % 0.0100",
        "5 0003-seed-cnn 97.00 % 0.0300",
        "mean 98.00 % 0.0200",
        "standard deviation 1.00 0.0100",
        "95 % confidence of the mean 95.52 to 100.48 % -0.0048 to 0.0448",
    ]
    assert "seed 4, 2 of 3" in err
    assert "mnist-tui compare 1-3 RUNS" in err


@pytest.mark.parametrize("changed", [False, True])
def test_data_that_changed_between_the_seeds_is_told(
    seeds: Seeds, tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: bool
) -> None:
    for number, data in enumerate(("1" * 16, ("2" if changed else "1") * 16), start=1):
        folder = tmp_path / f"{number:04}-seed-cnn"
        folder.mkdir()
        record = RunRecord(
            run=folder.name, state="finished", started=1.0, config=RunConfig(), device="cpu", data=data,
            data_path="/own", sample=False, versions={},
        )  # fmt: skip
        (folder / "run.json").write_bytes(msgspec.json.encode(record))
    seeds({3: 0.98, 4: 0.99}, json=True)
    out, err = capsys.readouterr()
    assert ("the data changed between the seeds" in err) is changed
    assert ("2" * 16 in out) is changed


@pytest.mark.parametrize(
    ("fate", "words"),
    [
        ("failed", "seed 1 failed: it is no number"),
        (CommandRefused("no room"), "seed 1 failed: no room"),
        (None, "seed 1 interrupted: the engine ended while it was training"),
        ("running", "seed 1 interrupted: the engine ended while it was training"),
    ],
)
def test_a_seed_that_fails_is_told_and_counted_and_the_next_is_trained(
    seeds: Seeds, capsys: pytest.CaptureFixture[str], fate: Fate, words: str
) -> None:
    status, runs = seeds({0: 0.98, 1: fate, 2: 0.96})
    assert (status, runs.seeds) == (1, [0, 1, 2])
    out, _ = capsys.readouterr()
    assert words in out
    assert "2 of 3 seeds finished; the figures are for these only" in out
    assert "97.00 %" in out


def test_what_the_first_seed_is_refused_for_ends_it_all(seeds: Seeds) -> None:
    with pytest.raises(CommandRefused, match="no data"):
        seeds({0: CommandRefused("no data"), 1: 0.9})


def test_seeds_beyond_the_last_there_is_are_refused_before_anything_is_trained(seeds: Seeds) -> None:
    with pytest.raises(ConfigError, match="out of range"):
        seeds({2**63 - 2: 0.9, 2**63 - 1: 0.9, 2**63: 0.9})


@pytest.mark.parametrize(
    ("fate", "status", "state"),
    [("stopped by us", INTERRUPTED, "stopped"), ("stopped", 1, "stopped"), ("left", INTERRUPTED, "stopping")],
)
def test_a_stop_ends_the_series_and_says_how_to_go_on(
    seeds: Seeds, capsys: pytest.CaptureFixture[str], fate: str, status: int, state: str
) -> None:
    got, runs = seeds({0: 0.98, 1: fate, 2: 0.96, 3: 0.97}, lr=0.5)
    assert (got, runs.seeds) == (status, [0, 1])
    out, err = capsys.readouterr()
    assert f"seed 1 {state}" in out
    assert "1 of 4 seeds finished" in out
    assert "the other seeds: mnist-tui train --seed 2 --lr 0.5 --seeds 2\n" in err
    assert "to continue: mnist-tui train --resume 2\n" in err


def test_json_ends_with_one_line_that_adds_up(seeds: Seeds, capsys: pytest.CaptureFixture[str]) -> None:
    status, _ = seeds({0: 0.98, 1: "failed", 2: 0.96}, json=True)
    assert status == 1
    [line] = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert (told["event"], told["wanted"], told["missing"], told["sample"]) == ("SeedsDone", 3, 1, False)
    assert [(run["seed"], run["state"], run["accuracy"]) for run in told["runs"]] == [
        (0, "finished", 0.98), (1, "failed", None), (2, "finished", 0.96),
    ]  # fmt: skip
    assert told["accuracy"] == msgspec.to_builtins(sample([0.98, 0.96]))


def test_seeds_with_images_held_out_go_by_validation_at_their_best_epochs(
    seeds: Seeds, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _ = seeds({0: (0.9, 0.95), 1: (0.8, 0.97)}, validation=0.1)
    assert status == 0
    out, err = capsys.readouterr()
    table = [" ".join(line.split()) for line in out.splitlines()]
    assert table[:3] == [
        "seed run best epoch validation accuracy test accuracy test loss",
        "0 0001-seed-cnn 1 90.00 % 95.00 % 0.0500",
        "1 0002-seed-cnn 1 80.00 % 97.00 % 0.0300",
    ]
    assert "mean 85.00 % 96.00 % 0.0400" in table
    assert err.rstrip().endswith("mnist-tui compare 1-2 RUNS")
    seeds({0: (0.9, 0.95), 1: (0.8, 0.97)}, validation=0.1, metric="accuracy")
    out, err = capsys.readouterr()
    assert out.split()[:8] == ["seed", "run", "best", "epoch", "test", "accuracy", "validation", "accuracy"]
    assert err.rstrip().endswith("mnist-tui compare 1-2 RUNS --metric accuracy")


def test_json_of_seeds_has_every_metric_and_the_one_to_go_by(seeds: Seeds, capsys: pytest.CaptureFixture[str]) -> None:
    seeds({0: (0.9, 0.95), 1: (0.8, 0.97)}, validation=0.1, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["metric"] == "validation_accuracy"
    assert told["validation_accuracy"]["mean"] == pytest.approx(0.85)
    assert told["accuracy"]["mean"] == pytest.approx(0.96)
    assert [run["epoch"] for run in told["runs"]] == [1, 1]


def test_a_metric_without_seeds_or_without_images_held_out_is_refused() -> None:
    alone = CliRunner().invoke(cli, ["train", "--metric", "loss"])
    assert alone.exit_code == 2
    assert "--metric needs --seeds" in alone.output
    none = CliRunner().invoke(cli, ["train", "--seeds", "2", "--metric", "validation_accuracy"])
    assert none.exit_code == 2
    assert "add --validation 0.1, say, or use accuracy" in none.output


def test_the_last_seed_alone_is_left_as_a_series_of_one_run(seeds: Seeds, capsys: pytest.CaptureFixture[str]) -> None:
    seeds({0: 0.98, 1: "stopped", 2: 0.96})
    assert "the other seeds: mnist-tui train --seed 2\n" in capsys.readouterr().err


def test_seeds_and_a_resumed_run_do_not_go_together() -> None:
    result = CliRunner().invoke(cli, ["train", "--seeds", "3", "--resume", "1"])
    assert result.exit_code == 2
    assert "leave out --seeds" in result.output
    for wrong in ("1", "0", "x", "1001"):
        assert CliRunner().invoke(cli, ["train", "--seeds", wrong]).exit_code == 2


def test_seeds_that_nobody_would_read_of_are_not_trained(seeds: Callable[..., tuple[int, FakeRuns]]) -> None:
    with pytest.raises(BrokenPipeError):
        seeds({0: 0.9, 1: BrokenPipeError(), 2: 0.9})
