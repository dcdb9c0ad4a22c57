"""What a checkpoint file may hold. Its digest only proves that nobody changed it by accident.

torch.load with `weights_only=True` runs no foreign code, but it unpacks whatever is compressed, and makes byte arrays
and tensors of any size that the file asks for.
"""

import io
import pickletools
import re
import zipfile

import torch

MOST_RECORDS = 10_000  # in the archive, one for each tensor; DenseNet-121 with Adam's moments has 2,000
LONGEST_OUTLINE = 4 << 20  # bytes of the pickle that says which tensor goes where; some 200 for each
MOST_VALUES = 300_000  # that the content may consist of, a character counted as one; DenseNet-121's has 60,000
HARMLESS = re.compile(r"collections OrderedDict|torch\._utils _rebuild_tensor_v2|torch [A-Z][A-Za-z0-9]*Storage")


def checked_archive(data: bytes) -> io.BytesIO:
    """Return the archive packed anew, for torch reads with a parser of its own: what it sees is what was checked.

    Raises ValueError for one that unpacks to more than it is, or asks for more than tensors, and what zipfile raises.
    """
    if data.count(b"PK\1\2") > MOST_RECORDS:  # each record begins so in the directory, which zipfile reads as a whole
        raise ValueError(f"it has more than {MOST_RECORDS} records")
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(packed, "w") as target:
        records = source.infolist()
        size = sum(max(record.file_size, record.compress_size) for record in records)
        if size > len(data) or any(record.compress_type != zipfile.ZIP_STORED for record in records):
            raise ValueError(f"it unpacks to {size} bytes, more than it holds")
        if len({record.filename for record in records}) < len(records):
            raise ValueError("it has two records of the same name")
        for record in records:
            content = source.read(record)
            if record.filename.endswith(".pkl"):
                check_outline(content)
            target.writestr(record.filename, content)
    packed.seek(0)
    return packed


def check_outline(pickled: bytes) -> None:
    """Raise ValueError for a pickle that names more than it takes to put tensors in their places."""
    if len(pickled) > LONGEST_OUTLINE:
        raise ValueError(f"its outline has {len(pickled)} bytes, more than {LONGEST_OUTLINE}")
    for operation, argument, _ in pickletools.genops(pickled):
        if operation.name in ("INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4") or (
            operation.name == "GLOBAL" and not HARMLESS.fullmatch(str(argument))
        ):
            raise ValueError(f"it asks for {argument or operation.name}, not only for tensors")


def check_values(content: object) -> None:
    """Raise ValueError for what is more than plain values and tensors, has no end, or is no number.

    A list may hold itself, or the same list a thousand times, which holds another a thousand times.
    """
    room = MOST_VALUES
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list | tuple | str):
            room -= len(value)
        if room < 0:
            raise ValueError(f"it holds more than {MOST_VALUES} values, or itself")
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, torch.Tensor):
            check_tensor(value)
        elif not isinstance(value, str | bool | int | float | None) or (isinstance(value, int) and abs(value) >> 64):
            raise ValueError(f"it holds a value of the type {type(value).__name__}, or out of bounds")


def check_tensor(tensor: torch.Tensor) -> None:
    shape = list(tensor.shape[:8])
    if tensor.layout is not torch.strided or (
        tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes()  # a copy would fill the memory
    ):
        raise ValueError(f"it has a tensor of shape {shape} that is not in the file")
    if tensor.is_complex() or (tensor.is_floating_point() and not torch.isfinite(tensor).all()):
        raise ValueError(f"it has a tensor of shape {shape} with values that are not numbers")
