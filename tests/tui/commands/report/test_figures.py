"""What a report says are the figures of the files, and what differs between runs is said as Runs says it."""

import re
from pathlib import Path

import msgspec
import pytest
from fake_engine import epoch_done, measured, started

from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import CheckpointSaved, RunStarted, Steered
from tests.tui.commands.report.made import Digits, Page, epoch, facts_of, make_run
from tui.report.asking import with_digits
from tui.report.contents.configuration import command_of
from tui.report.written import written
from tui.state.significance import sample, wilson
from tui.state.words.run_differences import seeds_of_one


def page_of(*folders: Path, live: str | None = "") -> Page:
    return Page(written(facts_of(*folders, live=live), "html"))


def test_the_figures_are_those_of_the_run_s_files(tmp_path: Path) -> None:
    folder = make_run(
        tmp_path, [measured(1), epoch(1, 0.9, 0.91), epoch(2, 0.98, 0.99), epoch(3, 0.97, 0.95)], epochs=3
    )
    record, page = read_record(folder), page_of(folder)
    assert record.best is not None
    low, high = wilson(record.best.test_accuracy, 1000)
    assert (record.best.epoch, record.best.test_accuracy) == (2, 0.98)
    for words in ("98.00 %", f"({100 * low:.2f} to {100 * high:.2f} %)", "20", "of 1,000 test images", "99.00 %"):
        assert words in page.texts
    assert f"{record.best.test_loss:.4f}" in page.texts
    matrix = page.table("actual")
    assert matrix[1] == ["actual", *"0123456789", "recall, %"]
    counts = [[count if count != "·" else "0" for count in row[1:11]] for row in matrix[2:12]]
    assert counts == [[str(count) for count in row] for row in epoch_done(2).confusion]
    assert matrix[6][-1] == "93.0"
    assert ["4 taken for 9", "7", "7.0 %"] in page.table("mistake")
    epochs = page.table("epoch")
    assert [row[0] for row in epochs[1:]] == ["1", "2", "3"]
    assert epochs[2][:4] == ["2", "93.00 %", "99.00 %", "98.00 %"]
    assert "734 MB at most, of 17.2 GB" in page.texts


async def test_the_worst_digits_are_those_of_the_epoch_that_is_reported(tmp_path: Path) -> None:
    folder = make_run(tmp_path, [epoch(1, 0.98, 0.99), epoch(2, 0.97, 0.9)])
    engine = Digits()
    facts = await with_digits(facts_of(folder), engine, 1)
    digits = facts.runs[0].digits
    assert digits is not None
    assert (digits.epoch, digits.images, digits.wrong, [row.index for row in digits.rows]) == (1, 4, 2, [2])
    assert digits.pixels == (bytes([80]) * 784,)
    assert "2 of 4 test images are wrong after epoch 1" in Page(written(facts, "html")).text


@pytest.mark.parametrize(
    ("engine", "said", "pictures"),
    [
        (Digits(refused="run 1 has no beliefs.bin"), "Not shown: run 1 has no beliefs.bin.", 0),
        (Digits(without_pictures="the data are gone"), "Without pictures: the data are gone.", 0),
        (Digits(other_labels=True), "Without pictures: the data are not those that the run was tested on", 0),
    ],
)
async def test_what_cannot_be_shown_is_said_with_the_reason(
    tmp_path: Path, engine: Digits, said: str, pictures: int
) -> None:
    page = Page(written(await with_digits(facts_of(make_run(tmp_path)), engine, 9), "html"))
    assert said in page.text
    assert len(page.all("img")) == pictures


def test_several_runs_are_in_one_chart_with_what_differs(tmp_path: Path) -> None:
    folders = [make_run(tmp_path, [epoch(1, each), epoch(2, each)], lr=each) for each in (0.8, 0.9, 0.7)]
    page = page_of(*folders)
    [head, *rows] = page.table("run")
    assert head[:4] == ["run", "network", "test accuracy", "95 % confidence"]
    assert [row[2] for row in rows] == ["80.00 %", "90.00 %", "70.00 %"]
    assert [row for row in page.tables if row[0] == ["run", "lr"]] == [
        [["run", "lr"], ["a 0001-seed-cnn", "0.8"], ["b 0002-seed-cnn", "0.9"], ["c 0003-seed-cnn", "0.7"]]
    ]
    legend = [text for text in page.texts if re.fullmatch(r"[abc] 000\d-seed-cnn", text)]
    assert {"a 0001-seed-cnn", "b 0002-seed-cnn", "c 0003-seed-cnn"} <= set(legend)
    [commands] = [text.splitlines() for text in page.texts if "mnist-tui train" in text]
    assert commands[::2] == ["# a 0001-seed-cnn", "# b 0002-seed-cnn", "# c 0003-seed-cnn"]
    assert commands[1::2] == [f"mnist-tui train --epochs 2 --lr {each} --threads 2" for each in (0.8, 0.9, 0.7)]


def test_seeds_have_the_mean_and_the_interval_that_the_screen_of_runs_has(tmp_path: Path) -> None:
    accuracies = [0.98, 0.985, 0.99]
    folders = [make_run(tmp_path, [epoch(1, each), epoch(2, each)], seed=i) for i, each in enumerate(accuracies)]
    folders.append(make_run(tmp_path, lr=0.5))
    facts, found = facts_of(*folders), sample(accuracies)
    page = Page(written(facts, "html"))
    assert found.low is not None
    assert found.high is not None
    [row] = page.table("runs")[1:]
    assert row[:5] == ["a b c", "0, 1, 2", "98.50 %", "0.50", f"{100 * found.low:.2f} to {100 * found.high:.2f} %"]
    letters = {run.run: run.letter for run in facts.runs}
    [said] = seeds_of_one(letters, [run.summary for run in facts.runs])
    assert all(words in said for words in (row[0], row[2], row[4]))


def test_a_killed_run_is_reported_as_interrupted_up_to_its_last_whole_line(tmp_path: Path) -> None:
    folder = make_run(tmp_path, [epoch(1, 0.9)], state="", epochs=5)
    with open(folder / "events.jsonl", "ab") as log:
        log.write(b'{"event":"EpochDone","run":"0001-see')
    page = page_of(folder)
    assert "interrupted after epoch 1 of 5." in page.text
    assert "90.00 %" in page.texts
    assert "still in training" in page_of(folder, live=folder.name).text


def test_a_run_that_never_finished_an_epoch_has_a_report_too(tmp_path: Path) -> None:
    folder = make_run(tmp_path, [CheckpointSaved(run="", step=1, file="last.pt")], state="failed", reason="no memory")
    page = page_of(folder, make_run(tmp_path))
    assert "a 0001-seed-cnn" in page.text
    assert "failed after epoch 0 of 2: no memory." in page.text
    (folder / "events.jsonl").unlink()
    assert "the beginning of its log is lost" in page_of(folder).text


def test_own_code_is_named_and_said_to_be_missing(tmp_path: Path) -> None:
    page = page_of(make_run(tmp_path, model="/home/me/nets.py:Tiny"))
    assert "nets.py:Tiny" in page.text
    assert "The network is the user's own code, which is not in this report." in page.texts
    assert "mnist-tui train --epochs 2 --model /home/me/nets.py:Tiny --threads 2" in page.texts


def test_what_was_steered_is_marked_and_no_command_claims_to_repeat_it(tmp_path: Path) -> None:
    later = RunConfig(epochs=2, lr=0.0001)
    steered = Steered(run="", step=40, changes={"lr": 0.0001}, config=later)
    folder = make_run(tmp_path, [epoch(1), steered, epoch(2)])
    page = page_of(folder)
    assert ["1", "1", "40", "changed to lr 0.0001"] in page.table("number")
    assert page.text.count("changed to lr 0.0001") > 3  # in each chart, below them, and in the table
    assert ["Learning rate", "0.001→0.0001", "0.001", "--lr"] in page.table("hyperparameter")
    assert "No single command trains it again" in page.text
    assert "mnist-tui train --epochs 2 --threads 2" in page.texts


def test_the_command_of_a_fork_begins_where_its_parent_was(tmp_path: Path) -> None:
    saved = CheckpointSaved(run="", step=80, file="last.pt")
    parent = make_run(tmp_path, [epoch(1), epoch(2), saved], lr=0.01, batch_size=50)
    (parent / "last.pt").touch()
    fork = make_run(tmp_path, record={"parent": parent.name, "parent_epoch": 2, "parent_step": 80}, batch_size=50)
    [run] = facts_of(fork).runs
    assert command_of(run) == "mnist-tui train --lr 0.001 --threads 2 --fork 1@2"
    (parent / "last.pt").unlink()
    [run] = facts_of(fork).runs
    assert command_of(run) == "mnist-tui train --epochs 2 --batch-size 50 --threads 2 --fork 1@2"


def test_many_classes_are_drawn_and_listed_by_their_names(tmp_path: Path) -> None:
    names = tuple(f"class {chr(97 + i)}" for i in range(26))
    counts = [[9 * (i == j) + (i == 3 and j == 5) for j in range(26)] for i in range(26)]
    start = msgspec.structs.replace(started(), classes=names)
    assert isinstance(start, RunStarted)
    events = [start, msgspec.structs.replace(epoch(1), confusion=counts)]
    page = page_of(make_run(tmp_path, events, record={"classes": names}))
    assert ["class d taken for class f", "1", "10.0 %"] in page.table("mistake")
    assert page.table("class")[4] == ["class d", "10", "1", "90.0 %", "100.0 %", "94.7 %"]
    assert "class d taken for class f: 1" in page.texts
    assert "Worst digits" not in page.texts
