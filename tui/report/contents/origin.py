"""The data, the machine and the versions that the figures depend on. Pure."""

from collections.abc import Sequence

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import MNIST_FINGERPRINT, Finding, MachineMeasured
from tui.report.blocks import Part, Words
from tui.report.contents.names import run_names
from tui.report.contents.side_by_side import side_by_side
from tui.report.facts import ReportFacts, RunFacts
from tui.state.run import RunView
from tui.state.words.figures import format_bytes


def origin(facts: ReportFacts) -> list[Part]:
    values = [facts_of(run) for run in facts.runs]
    blocks = side_by_side(run_names(facts), values, "What they were trained on")
    said = dict.fromkeys(each.message for run in facts.runs if run.view is not None for each in warnings(run.view))
    return [Part("", (*blocks, *(Words(f"About the data: {each}", warning=True) for each in said)))]


def warnings(view: RunView) -> Sequence[Finding]:
    return view.check.warnings if view.check is not None else ()


def facts_of(run: RunFacts) -> dict[str, str]:
    record, view = run.record, run.view
    counts = f"{view.train_images:,} training and {view.test_images:,} test images" if view is not None else ""
    known = (
        "the sample that ships with mnist-tui"
        if record.sample
        else "MNIST"
        if record.data == MNIST_FINGERPRINT
        else "own data"
    )
    threads = f"{counted(record.threads, 'thread')}" if record.threads else ""
    processes = f"{record.config.processes} processes" if record.config.processes > 1 else ""
    found = {
        "data": ", ".join(filter(None, (known, counts))),
        "read from": record.data_path,
        "fingerprint": record.data,
        "classes": ", ".join(record.classes),
        "device": ", ".join(filter(None, (record.device, record.device_name, threads, processes))),
        "precision": record.config.precision + (", compiled" if record.config.compile == "on" else ""),
        "speed": f"{record.images_per_s:,.0f} images/s in training" if record.images_per_s else "",
        **in_use(view.machine if view is not None else ()),
        "versions": ", ".join(f"{name} {version}" for name, version in record.versions.items()),
    }
    return {name: value for name, value in found.items() if value}


def in_use(measured: Sequence[MachineMeasured]) -> dict[str, str]:
    """Return what the run took of its machine."""
    if not measured:
        return {}
    last = measured[-1]
    cpu = sum(each.engine for each in measured) / len(measured)
    memory = max(each.engine_memory for each in measured)
    found = {
        "processor": f"{100 * cpu:.0f} % of all cores in the mean",
        "memory": f"{format_bytes(memory)} at most, of {format_bytes(last.memory_total)}",
    }
    for i, gpu in enumerate(last.gpus):
        most = max((each.gpus[i].memory for each in measured if len(each.gpus) > i), default=0)
        uses = [use for each in measured if len(each.gpus) > i and (use := each.gpus[i].use) is not None]
        share = f", {100 * sum(uses) / len(uses):.0f} % in use in the mean" if uses else ""
        found[f"GPU {i}"] = f"{gpu.name}, {format_bytes(most)} at most of {format_bytes(gpu.memory_total)}{share}"
    return found
