"""Random rectangles in images."""

import torch
from torch import Tensor


def random_rectangles(area: Tensor, aspect: Tensor, height: int, width: int) -> Tensor:
    """Return masks bool [N, 1, height, width] of rectangles with a share `area` [N] of the image and an `aspect` [N]
    of height to width, at random places; a part of a rectangle may lie outside of its image."""
    sides = torch.stack([(area * aspect).sqrt(), (area / aspect).sqrt()])  # [2, N]: height, width, of the image's
    middle = torch.rand(2, len(area), device=area.device)
    low, high = middle - sides / 2, middle + sides / 2
    rows = (torch.arange(height, device=area.device) + 0.5) / height
    columns = (torch.arange(width, device=area.device) + 0.5) / width
    in_rows = (rows >= low[0, :, None]) & (rows < high[0, :, None])  # [N, height]
    in_columns = (columns >= low[1, :, None]) & (columns < high[1, :, None])
    return (in_rows[:, :, None] & in_columns[:, None, :])[:, None]
