"""The network of a config, and what it consists of in words and tables, for screens and for commands. Pure."""

from rich.table import Table
from rich.text import Text

from engine.vocabulary.architectures import CATALOGUE, SIZES, is_own, short_name
from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.messages import Layer, ModelDescribed
from tui.terminal.sanitize import sanitize

LONGEST_NAME = 40
NETWORK = ("model", "width", "depth")  # the fields that it is made from


def network_of(config: RunConfig) -> RunConfig:
    """Return what of a config makes its network; a size that it does not take is at its default."""
    chosen = {name: getattr(config, name) for name in NETWORK}
    entry = CATALOGUE.get(config.model)
    if entry is not None:
        chosen.update({name: FIELDS[name].default for name in ("width", "depth") if name not in entry.takes})
    return RunConfig(**chosen)


def is_same_network(one: ModelDescribed, other: ModelDescribed | RunConfig) -> bool:
    return (one.model, one.width, one.depth) == (other.model, other.width, other.depth)


def shown_name(model: str) -> str:
    """Return a network's name as far as it fits beside other things: of a file, without its folder."""
    return sanitize(short_name(model), longest=LONGEST_NAME)


def operations(flops: int) -> str:
    """Return `0.96 MFLOPs`, `40.4 MFLOPs` or `1.34 GFLOPs`."""
    scale, unit = (1e9, "G") if flops >= 1e9 else (1e6, "M") if flops >= 1e5 else (1e3, "k")
    return f"{flops / scale:.3g} {unit}FLOPs"


def figures(network: ModelDescribed) -> str:
    return size(network.parameters, network.flops)


def size(parameters: int, flops: int) -> str:
    return f"{parameters:,} parameters, {operations(flops)} an image"


def known_size(config: RunConfig) -> tuple[int, int] | None:
    """Return parameters and FLOPs of a network of the catalogue at its own width and depth."""
    usual = all(getattr(config, name) == FIELDS[name].default for name in ("width", "depth"))
    return SIZES.get(config.model) if usual else None


def network_line(config: RunConfig, network: ModelDescribed | None) -> str:
    """Return the line below the form: what is known of its network, and which key tells more."""
    model, known = config.model, known_size(config)
    if network is not None:
        known = network.parameters, network.flops
    if known is not None:
        return f"{shown_name(model)}: {size(*known)}; F8 shows its layers"
    if is_own(model):
        return f"{shown_name(model)} is your own code; F8 loads it and shows its layers"
    return f"{shown_name(model)}: waiting for its size"


def layer_table(network: ModelDescribed) -> Table:
    """Return the layers in the order in which an image passes them, and what each makes of it."""
    table = Table("layer", "type", "output", "parameters", box=None, pad_edge=False)
    table.columns[0].overflow = "fold"
    table.columns[3].justify = "right"
    for layer in network.layers:
        table.add_row(*(Text(cell) for cell in layer_row(layer)))
    if network.more:
        table.add_row(Text(f"and {network.more:,} more"))
    return table


def layer_row(layer: Layer) -> tuple[str, str, str, str]:
    shape = "x".join(str(size) for size in layer.shape) if layer.shape else "not called"
    return sanitize(layer.name), sanitize(layer.kind), shape, f"{layer.parameters:,}" if layer.parameters else "-"
