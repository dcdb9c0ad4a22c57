"""The machine in words and bars."""

from fake_engine import measured

from engine.vocabulary.messages import GpuUse
from tui.widgets.side.machine import machine_rows

GPU = GpuUse(name="A", use=0.87, memory=3 * 10**9, memory_total=80 * 10**9, temperature=61, power=312.4)


def test_processors_and_memory_have_a_row_each_and_their_last_minutes() -> None:
    rows = machine_rows([measured(1, cpu=0.1), measured(2, cpu=0.9)])
    assert [label for label, _, _ in rows] == ["CPU", "Memory"]
    assert rows[0] == ("CPU", (0.1, 0.9), "90 %, 80 % engine")
    assert rows[1][2] == "6.4 of 17.2 GB"


def test_a_gpu_tells_what_it_can_and_nothing_else() -> None:
    _, _, use, memory = machine_rows([measured(1, gpus=[GPU])])
    assert use == ("GPU", (0.87,), "87 % 61 °C 312 W")
    assert memory[2] == "3.0 of 80.0 GB"
    (*_, bare) = machine_rows([measured(1, gpus=[GpuUse(name="no\x1b sensors")])])
    assert bare[0] == "GPU"
    assert "\x1b" not in bare[2]


def test_gpus_that_come_and_go_leave_gaps_and_raise_nothing() -> None:
    rows = machine_rows([measured(1), measured(2, gpus=[GPU, GPU]), measured(3, gpus=[GPU])])
    assert [label for label, _, _ in rows] == ["CPU", "Memory", "GPU", " memory"]
    assert len(rows[2][1]) == 3
    assert machine_rows([]) == []
