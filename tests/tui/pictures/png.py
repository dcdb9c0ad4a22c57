"""Frames as PNG files, for people to look at.

Blocks and braille are drawn as rectangles, so that they look as in a good terminal whatever font there is.
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rich.color import Color
from rich.terminal_theme import MONOKAI

from tests.tui.pictures.frame import Frame

FOREGROUND, BACKGROUND = "#cccccc", "#111111"
SIZE = 15
FONTS = ("DejaVuSansMono.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", "Menlo.ttc", "consola.ttf")
QUADRANTS = {
    "▖": (2,), "▗": (3,), "▘": (0,), "▙": (0, 2, 3), "▚": (0, 3), "▛": (0, 1, 2), "▜": (0, 1, 3), "▝": (1,),
    "▞": (1, 2), "▟": (1, 2, 3),
}  # fmt: skip
DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Box = tuple[int, int, int, int]


def load_font() -> Font:
    for name in FONTS:
        try:
            return ImageFont.truetype(name, SIZE)
        except OSError:
            continue
    return ImageFont.load_default(SIZE)


def write_png(frame: Frame, path: Path, font: Font) -> None:
    wide, high = round(font.getlength("M")), SIZE + 4
    image = Image.new("RGB", (frame.width * wide, len(frame.rows) * high), BACKGROUND)
    draw = ImageDraw.Draw(image)
    for y, (row, styles) in enumerate(zip(frame.rows, frame.styles, strict=True)):
        for x, (char, words) in enumerate(zip(row, styles, strict=True)):
            front, back = colours(words)
            box = (x * wide, y * high, (x + 1) * wide - 1, (y + 1) * high - 1)
            draw.rectangle(box, fill=back)
            draw_char(draw, char, box, front, font)
            if "bold" in words and char.isalnum():
                draw.text((box[0] + 1, box[1]), char, fill=front, font=font)
            if "underline" in words:
                draw.line((box[0], box[3], box[2], box[3]), fill=front)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def colours(words: str) -> tuple[str, str]:
    """Return the colours of characters and of what is behind them."""
    front, _, rest = words.partition(" on ")
    back, *attributes = rest.split() or ["default"]
    front, back = hex_of(front, FOREGROUND), hex_of(back, BACKGROUND)
    if "dim" in attributes:
        front = mixed(front, back)
    return (back, front) if "reverse" in attributes else (front, back)


def hex_of(name: str, default: str) -> str:
    """Return a colour as `#rrggbb`; those of the terminal as most terminals have them."""
    if name.startswith("#") or name == "default":
        return name if name != "default" else default
    return str(Color.parse(name).get_truecolor(MONOKAI).hex)


def mixed(one: str, other: str) -> str:
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes((2 * a + b) // 3 for a, b in pairs).hex()


def draw_char(draw: ImageDraw.ImageDraw, char: str, box: Box, colour: str, font: Font) -> None:
    left, top, right, bottom = box
    wide, high = right - left + 1, bottom - top + 1
    code = ord(char)
    if char == " ":
        return
    if char == "▀":
        draw.rectangle((left, top, right, top + high // 2 - 1), fill=colour)
    elif 0x2581 <= code <= 0x2588:
        draw.rectangle((left, bottom + 1 - round(high * (code - 0x2580) / 8), right, bottom), fill=colour)
    elif 0x2589 <= code <= 0x258F:
        draw.rectangle((left, top, left + max(1, round(wide * (0x2590 - code) / 8)) - 1, bottom), fill=colour)
    elif char == "▐":
        draw.rectangle((left + wide // 2, top, right, bottom), fill=colour)
    elif char in QUADRANTS:
        for part in QUADRANTS[char]:
            x, y = left + part % 2 * (wide // 2), top + part // 2 * (high // 2)
            draw.rectangle((x, y, right if part % 2 else x + wide // 2 - 1, bottom if part > 1 else y + high // 2 - 1),
                           fill=colour)  # fmt: skip
    elif 0x2800 <= code <= 0x28FF:
        for bit, (dx, dy) in enumerate(DOTS):
            if code - 0x2800 >> bit & 1:
                x, y = left + 1 + dx * (wide // 2), top + 1 + dy * (high // 4)
                draw.rectangle((x, y, x + 1, y + 1), fill=colour)
    else:
        draw.text((left, top), char, fill=colour, font=font)
