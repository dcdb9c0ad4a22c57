"""`mnist-tui bench`: all rows on the same images, in turns, as a table and as JSON."""

import json
from pathlib import Path

import pytest
import torch
from test_cli import call

from engine.baselines import ROWS as BASELINE_ROWS
from engine.baselines import limit, prepare, resident, timed
from engine.data import load_data
from tui.bench import BASELINES, LIMITS, ROWS, Result, measured
from tui.bench_report import print_bench

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
    assert 0 < resident(tmp_path, CPU)(0) < 60
    assert 0 < limit(tmp_path, CPU, torch.float32)(0) < 60


def test_an_epoch_of_a_baseline_sees_every_image_once() -> None:
    seen: list[int] = []

    class Batches:
        def __iter__(self):  # type: ignore[no-untyped-def]
            for start in range(0, 30, 10):
                seen.extend(range(start, start + 10))
                yield torch.rand(10, 1, 28, 28), torch.arange(10)

    epoch = timed(Batches(), CPU)  # type: ignore[arg-type]
    assert epoch(0) > 0
    assert seen == list(range(30))
    epoch(2)  # a warm-up
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
    assert "'tensorflow' is no row; give one of notebook, torchvision" in done.stderr


@pytest.mark.slow
def test_all_rows_are_measured_on_the_same_images(checkpoints: Path, digits_folder: Path) -> None:
    done = call(checkpoints, "bench", "--images", "150", "--rounds", "2", "--data", str(digits_folder), "--json")
    result = json.loads(done.stdout)
    assert result["images"] == 150
    assert [row["row"] for row in result["rows"]] == list(ROWS)
    assert all(len(row["seconds"]) == 2 and min(row["seconds"]) > 0 for row in result["rows"])
    assert next(row for row in result["rows"] if row["row"] == "resident")["ratio"] == 1.0
