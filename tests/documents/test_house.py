"""What README.md, CONTRIBUTING.md and the guide say of files, rooms and functions is so."""

import ast
import re

import pytest
from places import ROOT

README, CONTRIBUTING = ((ROOT / name).read_text() for name in ("README.md", "CONTRIBUTING.md"))
GUIDE = {path.name: path.read_text() for path in (ROOT / "tui" / "guide").glob("*.md")}
WALKED = re.findall(r"`((?:tui|engine)/[\w/]+\.py)` `(\w+)`", CONTRIBUTING)


@pytest.mark.parametrize(("file", "name"), WALKED, ids=str)
def test_a_function_on_a_walk_is_in_its_file(file: str, name: str) -> None:
    nodes = ast.walk(ast.parse((ROOT / file).read_text()))
    assert name in {
        node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def test_every_path_that_is_named_is_there() -> None:
    paths = re.findall(r"`((?:tui|engine|tests)/[\w/.]*)`", CONTRIBUTING + README + "".join(GUIDE.values()))
    assert len(WALKED) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_what_the_guide_calls_a_proof_is_one_test_file() -> None:
    there = [path.as_posix() for path in (ROOT / "tests").rglob("test_*.py")]
    named = set(re.findall(r"`([\w/]*test_\w+\.py)`", GUIDE["survives.md"]))
    assert len(named) > 40
    assert {name for name in named if sum(path.endswith(f"/{name}") for path in there) != 1} == set()


def test_the_readme_is_short() -> None:
    assert README.count("\n") <= 200


@pytest.mark.parametrize("top", ["engine", "tui"])
def test_the_house_in_contributing_has_every_room(top: str) -> None:
    table = CONTRIBUTING.partition(f"| room in `{top}/` |")[2].partition("\n\n")[0]
    rooms = {path.parent.name for path in (ROOT / top).glob("*/__init__.py")}
    assert {name for name in re.findall(r"`(\w+)/`", table) if (ROOT / top / name).is_dir()} == rooms
