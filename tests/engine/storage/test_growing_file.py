"""A file that grows is read line by line, as the engine's output is."""

from pathlib import Path

from engine.storage.growing_file import GrowingFile


def test_new_lines_of_a_growing_file_are_read_once(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    path.write_text("before\n")
    tail = GrowingFile(path)
    assert tail.new_lines() == []
    with open(path, "a") as file:
        file.write("one\ntw")
    assert tail.new_lines() == ["one"]
    with open(path, "ab") as file:
        file.write(b"o\n\xff\n")
    assert tail.new_lines() == ["two", "\ufffd"]
    path.write_text("anew\n")
    assert tail.new_lines() == ["anew"]
    path.unlink()
    assert tail.new_lines() == []
    assert GrowingFile(tmp_path / "absent").new_lines() == []
