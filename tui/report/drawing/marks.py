"""The symbols of points: they tell lines apart without colour. Pure."""

from tui.report.markup import Safe, el, number

MARKERS = ("circle", "square", "diamond", "triangle", "cross")
SIZE = 3.0


def marker(shape: str, x: float, y: float, title: str = "", size: float = SIZE) -> Safe:
    """Return a symbol; a pointer that rests on it shows its title."""
    said = el("title", title) if title else None
    if shape == "circle":
        return el("circle", said, class_="mark", cx=x, cy=y, r=size)
    if shape == "square":
        return el(
            "rect", said, class_="mark", x=x - size + 0.3, y=y - size + 0.3, width=2 * size - 0.6, height=2 * size - 0.6
        )
    return el("path", said, class_=f"mark {shape}", d=outline(shape, x, y, size))


def outline(shape: str, x: float, y: float, size: float) -> str:
    far = 1.35 * size

    def at(dx: float, dy: float) -> str:
        return f"{number(x + dx)} {number(y + dy)}"

    match shape:
        case "diamond":
            return f"M{at(0, -far)}L{at(far, 0)}L{at(0, far)}L{at(-far, 0)}Z"
        case "triangle":
            return f"M{at(0, -far)}L{at(far, size)}L{at(-far, size)}Z"
        case _:
            return f"M{at(-size, -size)}L{at(size, size)}M{at(-size, size)}L{at(size, -size)}"
