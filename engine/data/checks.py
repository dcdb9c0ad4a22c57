"""What a careful engineer checks before training: counts by class, blank and repeated images, duplicates between the
parts, and whether the test images are like the training images. All of MNIST takes about a tenth of a second."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.vocabulary.messages import DataCheck, Finding, PartFacts
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.messages.data_facts import MOST_FINDINGS

LEAST_CONTRAST = 25  # of 255, between the darkest and the brightest pixel: with less, nothing can be seen
RARE = 1 / 5  # of the mean of all classes
FEW_DUPLICATES = 1 / 1000  # of the test images: the accuracy moves by less than its own uncertainty
UNLIKE = 1.0  # standard deviations of single images between the means of the parts; MNIST's lie 0.04 apart
SURE = 5.0  # standard errors, for parts of few images
LEAST_DEVIATION = 4.0  # grey values: parts of equal images, synthetic ones say, are not unlike for a rounding
SAMPLED = 5_000  # images of a part whose looks are compared by class
ENOUGH = 20  # of them in a class, for its mean to look like the digit
CLEARLY = 0.02  # by which another digit's correlation is higher

Array = npt.NDArray[np.uint8]
Names = {"train": "training", "test": "test"}


def check_data(arrays: dict[str, Array], classes: Sequence[str] = DIGITS) -> DataCheck:
    """Look at images uint8 [N, 28, 28] and labels [N] of both parts, as Dataset has them on the CPU."""
    train, test = (part_facts(arrays[f"{part}_images"], arrays[f"{part}_labels"], len(classes)) for part in Names)
    train_keys, train_labels = visible(arrays["train_images"], arrays["train_labels"], train)
    test_keys, _ = visible(arrays["test_images"], arrays["test_labels"], test)
    known = set(train_keys)
    shared = sum(key in known for key in test_keys)
    unlike = unlike_parts(train, test)
    findings = [
        *class_findings("train", train, classes), *class_findings("test", test, classes),
        *blank_findings("train", train), *blank_findings("test", test),
        *repeated_findings("train", train_keys, train), *repeated_findings("test", test_keys, test),
        *conflicts(train_keys, train_labels),
        *duplicate_findings(shared, test.images),
        *(unlike or mismatched_labels(arrays, classes)),  # of an inverted digit nobody asks what it looks like
    ]  # fmt: skip
    return DataCheck(train=train, test=test, duplicates=shared, findings=findings[:MOST_FINDINGS])


def part_facts(images: Array, labels: npt.NDArray[np.integer], classes: int) -> PartFacts:
    flat = images.reshape(len(images), -1)
    means = flat.mean(axis=1, dtype=np.float32)
    low, high = flat.min(axis=1), flat.max(axis=1)
    return PartFacts(
        images=len(flat),
        classes=np.bincount(labels, minlength=classes).tolist(),
        mean=round(float(means.mean(dtype=np.float64)), 2),
        deviation=round(float(means.std(dtype=np.float64)), 2),
        low=float(low.min()),
        high=float(high.max()),
        blank=int(np.count_nonzero(high - low < LEAST_CONTRAST)),
    )


def visible(images: Array, labels: npt.NDArray[np.integer], facts: PartFacts) -> tuple[list[bytes], list[int]]:
    """Return keys and labels of the images that show something: that blank ones are alike says nothing more."""
    if facts.blank:
        flat = images.reshape(len(images), -1)
        shown = flat.max(axis=1) - flat.min(axis=1) >= LEAST_CONTRAST
        images, labels = images[shown], labels[shown]
    return keys_of(images), labels.tolist()


def keys_of(images: Array) -> list[bytes]:
    """Return the pixels of each image [N, 28, 28] as a key to look it up by."""
    pixels = np.ascontiguousarray(images).reshape(len(images), images.shape[1] * images.shape[2])
    keys: list[bytes] = pixels.view(f"V{pixels.shape[1]}").ravel().tolist()
    return keys


def class_findings(part: str, facts: PartFacts, names: Sequence[str]) -> list[Finding]:
    findings = []
    mean = facts.images / len(names)
    for digit, count in enumerate(facts.classes):
        if count == 0:
            message = f"no {Names[part]} image is {kind_of(names, digit)}"
            if part == "train":
                message += ": the network cannot learn it"
            findings.append(Finding(kind="missing class", part=part, digit=digit, message=message))
        elif count < RARE * mean:
            each = "digit" if tuple(names) == DIGITS else "class"
            message = f"only {are(count, part)} {kind_of(names, digit)}; the mean is {mean:,.0f} per {each}"
            findings.append(Finding(kind="rare class", part=part, digit=digit, count=count, message=message))
    return findings


def kind_of(names: Sequence[str], label: int) -> str:
    return f"a {names[label]}" if tuple(names) == DIGITS else f"of the class {names[label]}"


def blank_findings(part: str, facts: PartFacts) -> list[Finding]:
    if not facts.blank:
        return []
    message = f"{of(facts.blank, part)} of {facts.images:,} show nothing: all pixels are the same, or nearly"
    return [Finding(kind="blank images", part=part, count=facts.blank, message=message)]


def repeated_findings(part: str, keys: list[bytes], facts: PartFacts) -> list[Finding]:
    if len(set(keys)) > len(keys) / 2 or not keys:
        return []  # without counting: no image can make up over half
    _, count = Counter(keys).most_common(1)[0]
    if count <= facts.images / 2 or count == 1:
        return []
    message = f"{of(count, part)} of {facts.images:,} are the same image, pixel by pixel"
    return [Finding(kind="repeated image", part=part, count=count, message=message)]


def conflicts(keys: list[bytes], labels: list[int]) -> list[Finding]:
    """Find training images that are there twice, under different labels."""
    if len(set(keys)) == len(keys):
        return []
    seen: dict[bytes, set[int]] = {}
    for key, label in zip(keys, labels, strict=True):
        seen.setdefault(key, set()).add(label)
    torn = {key for key, found in seen.items() if len(found) > 1}
    count = sum(key in torn for key in keys)
    if not count:
        return []
    message = f"{are(count, 'train')} there again under another label: some labels are wrong"
    return [Finding(kind="conflicting labels", part="train", count=count, message=message)]


def duplicate_findings(count: int, images: int) -> list[Finding]:
    if not count:
        return []
    many = count > FEW_DUPLICATES * images
    message = f"of {images:,} test images {count:,} {'is' if count == 1 else 'are'} also among the training images"
    if many:
        message += ": they make the test accuracy too high"
    return [Finding(kind="duplicates", count=count, message=message, warning=many)]


def unlike_parts(train: PartFacts, test: PartFacts) -> list[Finding]:
    apart = abs(train.mean - test.mean)
    deviation = max(train.deviation, test.deviation, LEAST_DEVIATION)
    if apart < max(UNLIKE, SURE * (1 / train.images + 1 / test.images) ** 0.5) * deviation:
        return []
    message = (
        f"the test images are unlike the training images: mean grey {test.mean:.0f} against {train.mean:.0f} of 255"
    )
    if abs(255 - test.mean - train.mean) < max(apart / 4, LEAST_DEVIATION):
        message += "; one part looks inverted"
    return [Finding(kind="unlike parts", message=message)]


def mismatched_labels(arrays: dict[str, Array], names: Sequence[str]) -> list[Finding]:
    """Compare how each digit looks on average in both parts: labels that are shifted, or images turned or mirrored in
    one of them, have a digit look like another."""
    train, test = (mean_digits(arrays[f"{part}_images"], arrays[f"{part}_labels"], len(names)) for part in Names)
    alike = test @ train.T  # correlations [digits, digits], 0 where there are too few images
    looks = alike.argmax(axis=1)
    wrong = [
        digit
        for digit in range(len(names))
        if alike[digit, digit] and alike[digit, looks[digit]] > alike[digit, digit] + CLEARLY
    ]
    if not wrong:
        return []
    seen = ", ".join(f"{names[digit]} like {names[looks[digit]]}" for digit in wrong)
    what = "digits" if tuple(names) == DIGITS else "classes"
    message = f"some {what} of the test part look like other training {what} ({seen}): check labels and pixels"
    return [Finding(kind="mismatched labels", count=len(wrong), message=message)]


def mean_digits(images: Array, labels: npt.NDArray[np.integer], classes: int) -> npt.NDArray[np.float64]:
    """Return the mean image of each class [classes, 784], with a mean of 0 and a length of 1; 0 for too few images."""
    step = -(-len(images) // SAMPLED)
    some, of_them = images[::step].reshape(-1, images[0].size), labels[::step]
    means = np.zeros((classes, some.shape[1]))
    for digit in range(classes):
        chosen = some[of_them == digit]
        if len(chosen) >= ENOUGH:
            mean = chosen.mean(axis=0, dtype=np.float64)
            mean -= mean.mean()
            means[digit] = mean / (np.linalg.norm(mean) or 1.0)
    return means


def of(count: int, part: str) -> str:
    return f"{count:,} {Names[part]} image{'s' if count != 1 else ''}"


def are(count: int, part: str) -> str:
    return f"{of(count, part)} {'is' if count == 1 else 'are'}"
