"""What torch says of this machine, as one line of JSON: `python -m engine.program.torch_probe`."""

import json
import warnings
from typing import Any


def probe() -> dict[str, Any]:
    """Return versions and devices. Raises whatever torch raises while it is imported."""
    import torch

    found: dict[str, Any] = {
        "torch": str(torch.__version__),
        "cuda": torch.version.cuda or "",
        "hip": torch.version.hip or "",
        "threads": torch.get_num_threads(),
        "mps": torch.backends.mps.is_available(),
    }
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found["available"] = torch.cuda.is_available()
    found["reason"] = " ".join(" ".join(str(warning.message).split()) for warning in told)
    found["architectures"] = torch.cuda.get_arch_list() if found["available"] else []
    found["devices"] = [device(index) for index in range(torch.cuda.device_count())] if found["available"] else []
    try:
        import torchvision

        found["torchvision"] = str(torchvision.__version__)
    except Exception as error:  # made for another torch, it fails in ways of its own
        found["torchvision"], found["torchvision_error"] = "", f"{type(error).__name__}: {error}"
    return found


def device(index: int) -> dict[str, Any]:
    """Return what torch knows of a GPU, and whether it computes."""
    import torch

    found: dict[str, Any] = {"name": torch.cuda.get_device_name(index), "error": ""}
    try:
        found["capability"] = list(torch.cuda.get_device_capability(index))
        found["free"], found["memory"] = torch.cuda.mem_get_info(index)
        numbers = torch.arange(64.0, device=f"cuda:{index}").reshape(8, 8)
        assert (numbers @ numbers).sum().isfinite()
    except Exception as error:  # no kernel for this GPU, no memory left, lost: the text says which
        found["error"] = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return found


if __name__ == "__main__":
    print(json.dumps(probe()))
