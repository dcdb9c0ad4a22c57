"""A file that grows is read line by line, as the engine's output is."""

from pathlib import Path

from engine.storage.growing_file import GrowingFile


def test_new_lines_of_a_growing_file_are_read_once(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    path.write_text("before\n")
    tail = GrowingFile(path)
    assert tail.read() == []
    with open(path, "a") as file:
        file.write("one\ntw")
    assert tail.read() == ["one"]
    with open(path, "ab") as file:
        file.write(b"o\n\xff\n")
    assert tail.read() == ["two", "\ufffd"]
    path.write_text("anew\n")
    assert tail.read() == ["anew"]
    path.unlink()
    assert tail.read() == []
    assert GrowingFile(tmp_path / "absent").read() == []
