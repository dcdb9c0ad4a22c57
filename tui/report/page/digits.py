"""Test images in the page itself. Pure."""

from base64 import b64encode

from tui.report.blocks import Picture
from tui.report.markup import Safe, el
from tui.terminal.png import png_of_lines

SIDE = 28


def digit(picture: Picture) -> Safe:
    """Return a picture with what it is and what it was taken for."""
    about = in_words(picture)
    image = (
        el("img", src=data_of(picture.pixels), alt=about, width=SIDE * 3, height=SIDE * 3) if picture.pixels else None
    )
    arrow = Safe('<span aria-hidden="true"> → </span><span class="only-read"> taken for </span>')
    named = el("span", picture.actual, arrow, el("strong", picture.predicted), class_="taken")
    figures = (picture.confidence, f"loss {picture.loss}" if picture.loss else "", f"#{picture.index}")
    return el("li", image, named, (el("span", figure) for figure in figures if figure))


def in_words(picture: Picture) -> str:
    sure = f" with {picture.confidence}" if picture.confidence else ""
    return f"test image {picture.index}: {picture.actual}, taken for {picture.predicted}{sure}"


def data_of(pixels: bytes) -> Safe:
    """Return a picture as the address of an image: 28x28 grey values as PNG."""
    return Safe("data:image/png;base64," + b64encode(png_of_lines(grey_lines(pixels))).decode())


def grey_lines(pixels: bytes) -> list[bytes]:
    return [
        bytes(value for pixel in pixels[at : at + SIDE] for value in (pixel,) * 3) for at in range(0, len(pixels), SIDE)
    ]
