"""What the machine does while a run trains: processors, memory, GPUs, with their last minutes."""

from collections.abc import Sequence

from textual.reactive import reactive

from engine.vocabulary.messages import GpuUse, MachineMeasured
from tui.state.words.figures import format_bytes
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.side.sparkline import sparkline

LABEL = 8
MOST_GPUS = 4  # that have a row each

Row = tuple[str, tuple[float, ...], str]  # a label, shares over time, and the newest in words


class MachinePanel(CellWidget):
    """A row for each: its name, a line of bars, and figures. As low as what it has to tell; nothing where nothing is
    known."""

    COMPONENT_CLASSES = {"machine--label", "machine--bars", "machine--value"}  # noqa: RUF012

    DEFAULT_CSS = """
    MachinePanel {
        height: auto;
        padding: 0 1;
        .machine--label { color: $text-muted; }
        .machine--bars { color: $secondary; }
        .machine--value { color: $foreground; }
    }
    """

    rows: reactive[tuple[Row, ...]] = reactive((), init=False, repaint=False)
    """The rows, from processors to GPUs."""

    def show(self, machine: Sequence[MachineMeasured]) -> None:
        self.rows = tuple(machine_rows(machine))

    def watch_rows(self, before: tuple[Row, ...], after: tuple[Row, ...]) -> None:
        if len(before) != len(after):
            self.refresh(layout=True)
        self.redraw()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return len(self.rows)

    def draw(self, cells: Cells) -> None:
        longest = max((len(words) for _, _, words in self.rows), default=0)
        room = max(0, min(24, cells.width - LABEL - longest - 1))
        for y, (label, shares, words) in enumerate(self.rows):
            cells.put(0, y, label, "machine--label")
            bars = sparkline(shares, room, self.ascii)
            cells.put(LABEL + room - len(bars), y, bars, "machine--bars")
            figures = words.replace(" °C", " C") if self.ascii else words
            cells.put(LABEL + room + (1 if room else 0), y, figures, "machine--value")


def machine_rows(machine: Sequence[MachineMeasured]) -> list[Row]:
    """Return what there is to show of measurements, from old to new; nothing where there is none."""
    if not machine:
        return []
    last = machine[-1]
    rows: list[Row] = [
        ("CPU", tuple(each.cpu for each in machine), f"{percentage(last.cpu)}, {percentage(last.engine)} engine"),
        (
            "Memory",
            tuple(share_of(each.memory, each.memory_total) for each in machine),
            of_bytes(last.memory, last.memory_total),
        ),
    ]
    for number, gpu in enumerate(last.gpus[:MOST_GPUS]):
        name = f"GPU {number}" if len(last.gpus) > 1 else "GPU"
        use = [each.gpus[number].use if number < len(each.gpus) else None for each in machine]
        rows.append((name, tuple(share if share is not None else float("nan") for share in use), gpu_words(gpu)))
        if gpu.memory_total:
            memory = tuple(
                share_of(each.gpus[number].memory, each.gpus[number].memory_total)
                for each in machine
                if number < len(each.gpus)
            )
            rows.append((" memory", memory, of_bytes(gpu.memory, gpu.memory_total)))
    return rows


def gpu_words(gpu: GpuUse) -> str:
    """Return what a GPU tells, without what it does not."""
    parts = [
        percentage(gpu.use) if gpu.use is not None else "",
        f"{gpu.temperature:.0f} °C" if gpu.temperature is not None else "",
        f"{gpu.power:.0f} W" if gpu.power is not None else "",
    ]
    return " ".join(part for part in parts if part) or sanitize(gpu.name, 20)


def percentage(share: float) -> str:
    return f"{100 * share:.0f} %"


def of_bytes(part: float, whole: float) -> str:
    """Return `6.4 of 17.2 GB`, or `512 MB of 8.0 GB`."""
    used, total = format_bytes(part), format_bytes(whole)
    return f"{used.removesuffix(' GB') if total.endswith(' GB') else used} of {total}"


def share_of(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
