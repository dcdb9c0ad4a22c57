"""Runs of different data are not compared silently."""

from engine.vocabulary.messages import MNIST_FINGERPRINT, RunSummary
from tui.state.run_filter.language import parse
from tui.state.words.run_differences import caution, differences
from tui.state.words.runs import data_word


def run(number: int, **values: object) -> RunSummary:
    facts = {"state": "finished", "started": 0.0, "model": "cnn", "epoch": 1, "epochs": 1, "sample": False, **values}
    return RunSummary(run=f"{number:04}-cnn", **facts)  # type: ignore[arg-type]


MNIST = run(1, data=MNIST_FINGERPRINT)
FASHION = run(2, data="aaaaaaaaaaaaaaaa", known_data="fashion")
WORDS = run(3, data="bbbbbbbbbbbbbbbb", class_count=26)
OTHERS = run(4, data="cccccccccccccccc", class_count=26)


def test_the_table_of_what_differs_says_which_data_and_that_figures_do_not_compare() -> None:
    assert [row.values for row in differences([MNIST, FASHION]) if row.name == "data"] == [("full", "fashion")]
    assert [row.values for row in differences([WORDS, OTHERS]) if row.name == "data"] == [("own bbbbbb", "own cccccc")]
    assert "different data (10 and 26 classes)" in caution([MNIST, WORDS])[0]
    assert caution([WORDS, run(5, data=WORDS.data, class_count=26)]) == ()


def test_a_known_data_set_can_be_filtered_by() -> None:
    assert [data_word(each) for each in (MNIST, FASHION, WORDS)] == ["full", "fashion", "own"]
    assert [each for each in (MNIST, FASHION, WORDS) if parse("data:fashion").matches(each)] == [FASHION]
    assert [each for each in (MNIST, FASHION, WORDS) if parse("data:own").matches(each)] == [FASHION, WORDS]
