"""`mnist-tui bench`: all rows on the same images, in turns, as a table and as JSON."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.benchmark.baselines import ROWS as BASELINE_ROWS
from engine.benchmark.baselines import Limit, Loop, prepare, resident
from engine.data.dataset import ARRAYS, write_npz
from engine.data.find import load_data
from engine.storage.paths import sample_file
from tests.tui.commands.calls import call
from tui.commands.bench.accuracy import TARGETS, WAYS, Mark, Reached, reached
from tui.commands.bench.report import print_accuracy, print_bench
from tui.commands.bench.screen.costs import QUICK, ScreenCosts
from tui.commands.bench.screen.long_list import LongList
from tui.commands.bench.screen.redraw import Redraws
from tui.commands.bench.screen.report import print_case, print_screen
from tui.commands.bench.screen.startup import with_compiled_modules
from tui.commands.bench.screen.training import Case
from tui.commands.bench.throughput import BASELINES, LIMITS, ROWS, Result, measured

CPU = torch.device("cpu")


def test_the_rows_are_those_that_the_other_process_knows() -> None:
    assert set(BASELINES) | set(LIMITS) == set(BASELINE_ROWS)


def test_a_ratio_is_the_median_of_those_within_the_rounds() -> None:
    """A machine that was slow in one round was slow for both."""
    row = measured("engine", [1.0, 10.0, 2.0], [2.0, 20.0, 2.0], images=600)
    assert (row.median, row.ratio, row.images_per_s) == (2.0, 0.5, 300.0)
    assert measured("engine", [1.0], None, images=600).ratio is None


def test_what_is_prepared_are_the_first_images_in_every_form(digits_folder: Path, tmp_path: Path) -> None:
    assert prepare(tmp_path, str(digits_folder), 50) == 50
    whole, part = load_data(digits_folder), load_data(tmp_path)
    assert part.kind == "IDX files"
    assert torch.equal(part.train_images, whole.train_images[:50])
    assert torch.equal(part.train_labels, whole.train_labels[:50])
    assert torch.equal(part.test_images, whole.test_images)
    assert len(list((tmp_path / "png" / "train").glob("*/*.png"))) == 50
    assert resident(tmp_path, CPU).train(0) > 0
    assert Limit(tmp_path, CPU, torch.float32).train(0) > 0


def test_an_epoch_of_a_baseline_sees_every_image_once() -> None:
    seen: list[int] = []

    class Batches:
        def __iter__(self):  # type: ignore[no-untyped-def]
            for start in range(0, 30, 10):
                seen.extend(range(start, start + 10))
                yield torch.rand(10, 1, 28, 28), torch.arange(10)

    loop = Loop(Batches(), CPU)  # type: ignore[arg-type]
    assert loop.train(0) > 0
    assert seen == list(range(30))
    loop.train(2)  # a warm-up
    assert seen == [*range(30), *range(20)]


def test_the_table_names_machine_precision_and_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [measured("resident", [2.0, 4.0], [2.0, 4.0], 600), measured("engine", [1.0, 2.0], [2.0, 4.0], 600)]
    print_bench(
        Result(
            images=600,
            device="cpu",
            device_name="Some CPU\x1b[2J",
            torch="2.99",
            threads=2,
            cores=2,
            precision="bf16",
            rows=rows,
        )
    )
    out = capsys.readouterr().out
    assert "600 training images" in out
    assert "Some CPU�[2J, 2 cores, torch 2.99, 2 threads" in out
    assert any(line.split() == ["engine", "(bf16)", "1.50", "1.00", "2.00", "400", "0.50"] for line in out.splitlines())


def test_an_unknown_row_is_refused_with_those_there_are(checkpoints: Path) -> None:
    done = call(checkpoints, "bench", "--row", "tensorflow", expect=2)
    assert "there is no row 'tensorflow'; give one of notebook, torchvision" in done.stderr


def test_a_target_is_reached_at_the_first_epoch_that_has_it_and_not_by_every_seed() -> None:
    runs = [
        [Mark(2.0, 5.0, 0.98), Mark(4.0, 8.0, 0.99), Mark(6.0, 11.0, 0.985), Mark(8.0, 14.0, 0.992)],
        [Mark(3.0, 6.0, 0.97), Mark(6.0, 10.0, 0.98)],
    ]
    assert reached("notebook", 0.987, runs) == Reached(
        way="notebook", target=0.987, training=[4.0], wall=[8.0], accuracies=[0.992, 0.98]
    )
    assert reached("notebook", 0.97, runs).training == [2.0, 3.0]
    assert reached("notebook", 0.999, runs).wall == []


def test_the_table_of_accuracies_counts_the_seeds_that_got_there(capsys: pytest.CaptureFixture[str]) -> None:
    way = Reached(way="notebook", target=0.987, training=[2.0, 4.0], wall=[3.0, 3.0], accuracies=[0.99, 0.988, 0.98])
    never = Reached(way="notebook", target=0.99, training=[], wall=[], accuracies=[0.98])
    print_accuracy([way, never])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1] == ["notebook", "98.7%", "3.0", "±", "1.4", "3.0", "±", "0.0", "2/3"]
    assert lines[2] == ["notebook", "99.0%", "-", "-", "0/1"]


def test_what_the_screen_costs_is_told_as_medians_and_a_percentile(capsys: pytest.CaptureFixture[str]) -> None:
    print_screen(
        ScreenCosts(
            help=[(0.02, 0.12), (0.03, 0.14), (0.02, 0.13)],
            first_step=[(2.0, 2.5), (4.0, 4.4)],
            first_frame=[(0.5, 0.75), (1.0, 1.2), (0.25, 0.5)],
            attached=[0.1, 0.2, 0.7],
            first_paint=12345,
            live_per_s=1234.5,
            idle_per_s=0.0,
            keys=[float(key) for key in range(101)],
            setup=[200.0, 210.0],
            many=LongList(runs=500, epochs=50, opened=[0.2, 0.3, 0.7], keys=[10.0, 20.0, 30.0], memory=100 << 20),
            redraws=[Redraws(runs=20, epochs=2000, first=[25.0], zoom=[1.0, 3.0], pan=[2.0], cursor=[4.0])],
        )
    )
    help, step, first, attached, paint, wire, keys, *rows = capsys.readouterr().out.splitlines()
    assert "0.11 s over bare Python (0.02 s)" in help
    assert "3.45 s, 1.18 of torch and data (3.00 s)" in step
    assert "0.20 s after it" in attached
    assert "0.75 s, 1.50 of a bare import of Textual (0.50 s)" in first
    assert "12,345 bytes" in paint
    assert "1,234 bytes/s while training (limit 4,096), 0 idle" in wire
    assert "50 ms, 95th percentile 95 ms" in keys
    setup, many, opened, filtered, memory, overlaid, drawn, *_ = rows
    assert "205 ms" in setup
    assert many == "500 runs of 50 epochs"
    assert "0.30 s after the first frame (limit 0.5)" in opened
    assert "20 ms from a key to the list, 95th percentile 29 ms (limit 50)" in filtered
    assert "100 MB" in memory
    assert "20 runs of 2000 epochs over each other, redrawn (limit 30 ms)" in overlaid
    assert "25 ms, 95th percentile 25 ms" in drawn


def test_what_a_screen_costs_what_trains_is_told_with_its_spread_and_its_floor(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_case(
        Case(
            runs=500,
            epochs=2000,
            first_frame=[(0.2, 0.3), (0.2, 0.25), (0.1, 0.12)],
            keys=[float(key) for key in range(101)],
            floor=[2.0, 4.0],
            steps=[(100.0, 98.0), (50.0, 48.0), (100.0, 101.0)],
        )
    )
    case, first, keys, steps = capsys.readouterr().out.splitlines()
    assert case == "beside 500 runs, one of 2000 epochs on the charts; while training"
    assert "1.25 of a bare import of Textual, 1.20 to 1.50 (limit 1.35)" in first
    assert "50 ms, 95th percentile 95 ms (limit 20); the least app: 3 and 4 ms" in keys
    assert "2.0 % of the steps a second, -1.0 to 4.0 (limit 3)" in steps


def test_what_is_measured_finds_compiled_modules_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    with with_compiled_modules(tmp_path):
        assert "PYTHONDONTWRITEBYTECODE" not in os.environ
        assert os.environ["PYTHONPYCACHEPREFIX"] == str(tmp_path)
    assert os.environ["PYTHONDONTWRITEBYTECODE"] == "1"
    assert "PYTHONPYCACHEPREFIX" not in os.environ


@pytest.mark.slow
def test_the_screen_is_measured_in_a_terminal(checkpoints: Path) -> None:
    done = call(checkpoints, "bench", "--screen", "--quick", "--json")
    costs = json.loads(done.stdout)
    assert len(costs["help"]) == len(costs["first_frame"]) == len(costs["attached"]) == QUICK.starts
    assert len(costs["first_step"]) == QUICK.steps
    assert costs["first_paint"] > 2000  # a screen full of text
    assert len(costs["keys"]) == QUICK.keys
    assert min(costs["keys"]) > 0
    assert costs["live_per_s"] > costs["idle_per_s"]
    many = costs["many"]
    assert (many["runs"], many["epochs"], len(many["opened"])) == (QUICK.runs, QUICK.epochs, QUICK.starts)
    assert len(many["keys"]) == 4 * QUICK.rounds
    assert many["memory"] > 1 << 24
    assert [each["epochs"] for each in costs["redraws"]] == [QUICK.epochs, QUICK.most_epochs]
    cases = costs["cases"]
    assert [(each["runs"], each["epochs"]) for each in cases] == [(0, 0), (QUICK.runs, 0), (20, QUICK.most_epochs)]
    assert all(len(each["keys"]) == len(each["floor"]) == QUICK.keys for each in cases)
    assert all(len(each["steps"]) == QUICK.turns and min(map(min, each["steps"])) > 0 for each in cases)


@pytest.mark.slow
def test_all_rows_are_measured_on_the_same_images_and_all_ways_tested(checkpoints: Path, tmp_path: Path) -> None:
    with np.load(sample_file()) as sample:
        few = {name: sample[name][: 300 if name.startswith("train") else 100] for name in ARRAYS}
    (tmp_path / "few.npz").write_bytes(write_npz(few, ()))
    done = call(checkpoints, "bench", "--images", "300", "--rounds", "1", "--json", "--data", f"{tmp_path}/few.npz")
    result = json.loads(done.stdout)
    assert result["images"] == 300
    assert [row["row"] for row in result["rows"]] == list(ROWS)
    assert all(len(row["seconds"]) == 1 and min(row["seconds"]) > 0 for row in result["rows"])
    assert next(row for row in result["rows"] if row["row"] == "resident")["ratio"] == 1.0
    ways = result["time_to_accuracy"]
    assert [(way["way"], way["target"]) for way in ways] == [(way, target) for way in WAYS for target in TARGETS]
    assert all(0.3 < way["accuracies"][0] < 0.97 for way in ways)  # of so few images nobody learns more


def test_bench_busy_measures_what_training_loses_beside_other_programs(checkpoints: Path, digits_folder: Path) -> None:
    arguments = ("--busy", "1", "--rounds", "1", "--images", "400", "--json", "--data", str(digits_folder))
    done = call(checkpoints, "bench", *arguments)
    assert done.returncode == 0, done.stderr
    beside = json.loads(done.stdout)
    assert all(len(beside[way]) == 1 and beside[way][0] > 0 for way in ("quiet", "adapted", "fixed"))
    assert (beside["busy"], beside["quiet_threads"]) == (1, 1)
