"""What each choice of a list means, in a line. Pure."""

from engine.vocabulary.architectures import CATALOGUE, SIZES
from engine.vocabulary.fields import FieldInfo
from tui.state.words.networks import operations

MEANINGS = {
    "optimizer": {
        "adam": "A step size of its own for each weight; a good default.",
        "adamw": "The same, with weight decay apart from the gradient.",
        "sgd": "Plain gradient steps, with momentum; needs a higher rate.",
        "nesterov": "sgd that looks ahead along its momentum.",
        "rmsprop": "Steps divided by the gradient's usual size.",
        "muon": "Orthogonal steps for hidden layers, adamw for the rest.",
    },
    "schedule": {
        "constant": "The same rate throughout.",
        "step": "Times Decay after every so many epochs.",
        "cosine": "Down to 0 along half a cosine.",
        "one-cycle": "Up for 30 % of the run, then down; for high rates.",
        "plateau": "Times Decay when the loss stops falling.",
    },
    "precision": {
        "auto": "What is fastest here.",
        "fp32": "32 bits: reproduces the notebook to the last bit.",
        "tf32": "19 bits for products: faster on a GPU that has it.",
        "bf16": "16 bits for products: faster where the machine has it.",
    },
    "compile": {
        "off": "torch's own kernels, one after the other.",
        "on": "Kernels made for this network; takes a while first.",
    },
    "sampler": {
        "tpe": "Learns from the trials so far where good values lie.",
        "random": "Any value of the ranges, each as likely.",
    },
    "pruner": {
        "none": "Every trial trains to its end.",
        "median": "Ends a trial that is worse than the median at its epoch.",
        "hyperband": "Ends most trials early, in rounds; for many epochs.",
    },
}


def choice_lines(field: FieldInfo) -> list[str]:
    """Return a line for each choice of a field: its name, and what it means."""
    width = max(len(choice) for choice in field.choices)
    return [f"{choice:<{width}}  {meaning(field, choice)}".rstrip() for choice in field.choices]


def meaning(field: FieldInfo, choice: str) -> str:
    if field.own and choice in CATALOGUE:
        parameters, flops = SIZES[choice]
        return f"{parameters:>10,}  {operations(flops):>12}  {CATALOGUE[choice].help}"
    return MEANINGS.get(field.name, {}).get(choice, "")
