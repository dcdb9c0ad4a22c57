"""What a study is: those who continue or join it go by the same, and where they differ it is said."""

from pathlib import Path

import msgspec
import pytest

from engine.tuning.definition import Spec, agreed, spec_of
from engine.tuning.files import StudyError, check_name, new_name, study_names
from engine.vocabulary.config import RunConfig
from engine.vocabulary.run_conventions import OLD, PRESENT
from tests.engine.tuning.computed_trials import SEARCH, finish, opened, spec


def test_a_study_of_the_time_before_keeps_its_conventions_and_a_new_one_has_the_present_ones() -> None:
    new = spec_of(RunConfig(epochs=3), SEARCH, 6, "tpe", "none", "digits")
    assert new.conventions == PRESENT
    content = msgspec.to_builtins(new)
    del content["conventions"]
    old = msgspec.convert(content, Spec)
    assert old.conventions == OLD
    assert agreed("s", old, new).conventions == OLD


def test_a_study_is_continued_by_its_name_alone_and_can_be_made_longer(tmp_path: Path) -> None:
    finish(opened(tmp_path, spec(3)))
    again = opened(tmp_path, spec(0, []))
    assert (again.spec.trials, again.spec.search, finish(again)) == (3, spec().search, 0)
    longer = opened(tmp_path, spec(5, []))
    assert finish(longer) == 2
    assert opened(tmp_path, spec(0, [])).spec.trials == 5


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"search": ["lr=log:1e-4..1e-2"]}, "searches lr=log:0.0001..0.1 batch_size=50,100,200"),
        ({"base": {"epochs": 3, "dropout": 0.1}}, "dropout 0.5 in its base, not 0.1"),
        ({"sampler": "random"}, "has the sampler tpe"),
        ({"pruner": "median"}, "has the pruner none"),
        ({"data": "others"}, "other data"),
    ],
)
def test_another_search_under_the_same_name_is_refused(tmp_path: Path, changed: dict[str, object], said: str) -> None:
    opened(tmp_path)
    with pytest.raises(StudyError, match="study one") as error:
        opened(tmp_path, spec(**changed))  # type: ignore[arg-type]
    assert said in str(error.value)


def test_the_order_of_what_is_searched_does_not_matter_and_the_place_does_not_either(tmp_path: Path) -> None:
    opened(tmp_path)
    opened(tmp_path, spec(search=SEARCH[::-1]))
    base = RunConfig(epochs=3, device="cpu", data="/elsewhere", keep_every=2)
    opened(tmp_path, spec_of(base, SEARCH, 6, "tpe", "none", "digits"))


def test_a_name_that_nobody_began_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="there is no study 'one'"):
        opened(tmp_path, spec(search=[]))


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-x", "x" * 65, "a b", ".x"])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(StudyError, match="not allowed"):
        check_name(name)


def test_new_studies_are_numbered(tmp_path: Path) -> None:
    assert [new_name(tmp_path) for _ in range(2)] == ["study-0001", "study-0002"]
    opened(tmp_path, name="mine")
    assert set(study_names(tmp_path)) == {"study-0001", "study-0002", "mine"}
    assert new_name(tmp_path) == "study-0003"
    assert study_names(tmp_path / "nowhere") == []
