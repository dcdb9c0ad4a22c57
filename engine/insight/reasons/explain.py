"""Answers to Explain and FindChange."""

from engine.insight.asked import Asked
from engine.insight.reasons.gradients import gradient_times_input, integrated_gradients
from engine.insight.reasons.occlusion import occlusion
from engine.insight.reasons.smallest_change import smallest_change
from engine.insight.runs.network import Network
from engine.insight.runs.undisturbed import InsightError, packed, probabilities_of, rounded, undisturbed
from engine.networks.build import as_input
from engine.vocabulary.messages import ChangeFound, Explain, Explained, FindChange

METHODS = {"integrated": integrated_gradients, "gradient": gradient_times_input, "occlusion": occlusion}


def explain(command: Explain, network: Network, asked: Asked) -> Explained:
    """Raises InsightError, NetworkError."""
    check_label(command.label, network)
    image = as_input(asked.pixels.to(network.device).unsqueeze(0))
    with undisturbed(network) as model:
        probabilities = probabilities_of(network, image)[0]
        predicted = int(probabilities.argmax())
        label = predicted if command.label < 0 else command.label
        found = METHODS[command.method](model, image[0], label, asked.ground)
    return Explained(
        run=network.name,
        step=network.step,
        method=command.method,
        label=label,
        heat=packed(found.heat),
        pixels=asked.pixels.cpu().numpy().tobytes(),
        predicted=predicted,
        probabilities=rounded(probabilities),
        output=found.output,
        empty_output=found.empty_output,
        gap=found.gap,
        steps=found.steps,
        actual=asked.actual,
        classes=network.classes,
    )


def find_change(command: FindChange, network: Network, asked: Asked) -> ChangeFound:
    """Raises InsightError, NetworkError."""
    check_label(command.label, network)
    pixels = asked.pixels.to(network.device)
    with undisturbed(network) as model:
        probabilities = probabilities_of(network, as_input(pixels.unsqueeze(0)))[0]
        predicted = int(probabilities.argmax())
        if command.label == predicted:
            name = network.classes[predicted]
            raise InsightError(f"{network.name}: already takes this picture for {name}; ask for another class")
        others = [label for label in range(len(network.classes)) if label != predicted]
        wanted = others if command.label < 0 else [command.label]
        found = smallest_change(model, pixels, wanted)
        label = command.label if found is None else found.label
        after = None if found is None else probabilities_of(network, as_input(found.picture.unsqueeze(0)))[0]
    what = "another class" if command.label < 0 else network.classes[command.label]
    answer = ChangeFound(
        run=network.name,
        step=network.step,
        label=label,
        pixels=pixels.cpu().numpy().tobytes(),
        predicted=predicted,
        probabilities=rounded(probabilities),
        actual=asked.actual,
        classes=network.classes,
        problem=f"no change was found that makes it {what}; it may need more than one that follows the gradient",
    )
    if found is None or after is None:
        return answer
    difference = found.picture.int() - pixels.int()
    return ChangeFound(
        **{name: getattr(answer, name) for name in answer.__struct_fields__ if name not in ("problem", "reply_to")}
        | {
            "changed": found.picture.cpu().numpy().tobytes(),
            "changed_probabilities": rounded(after),
            "distance": found.distance,
            "largest": int(difference.abs().max()) / 255,
            "pixels_changed": int((difference != 0).sum()),
        }
    )


def check_label(label: int, network: Network) -> None:
    if label >= len(network.classes):
        raise InsightError(f"{network.name}: has no class {label}; give 0 to {len(network.classes) - 1}")
