"""One image file, of whatever kind, as an array of its pixels. The file may be damaged or hostile."""

import io
import os
import stat
import warnings

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.data.dataset import DataError

MOST_PIXELS = 40_000_000  # a large photo; more is a mistake or a decompression bomb
MOST_BYTES = 300_000_000  # 40 megapixels of 48 bits, uncompressed, and some more
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")  # none that runs another program, as EPS does
ENDINGS = (
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".webp", ".tif", ".tiff"),
    *(".pgm", ".ppm", ".pbm", ".pnm"),
)
KINDS = "PNG, JPEG, BMP, GIF, WebP, TIFF and PPM"

WORKING_SIDE = 240  # pixels: ink is found on a copy of at most this size; averaging removes a photo's grain

Pixels = npt.NDArray[np.generic]

# decode_pixels looks at the size itself, before anything is decoded.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def read_pixels(path: str | os.PathLike[str]) -> Pixels:
    """Return a file's image as decode_pixels does. Raises DataError, which names the file."""
    return decode_pixels(path, read_file(path))


def read_file(path: str | os.PathLike[str]) -> bytes:
    """Raises DataError: not there, not a file, unreadable, or larger than any image."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):  # a pipe would block for ever
            raise DataError(f"{path}: is not a file; give an image file")
        if found.st_size > MOST_BYTES:
            raise too_large(path, f"{found.st_size // 10**6} MB")
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError as error:
        raise DataError(f"{path}: does not exist; check the name") from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        why = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"{path}: cannot be read ({why}); make it readable") from error


def decode_pixels(path: str | os.PathLike[str], content: bytes) -> Pixels:
    """Return uint8 [height, width] where there is no colour, uint8 [height, width, 3] where there is, and numbers
    [height, width] of another type where a pixel has more than 8 bits.

    Of an animation the first picture, turned upright as the camera noted, transparent parts filled with white, or
    with black where that shows more. Raises DataError, which names the file.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise too_large(path, f"{width}x{height} pixels")
            deep = image.mode not in ("L", "1", "P") and any("16" in str(tile[3]) for tile in image.tile)
            image.load()
            return to_pixels(upright(image), deep)
    except DataError:
        raise
    except UnidentifiedImageError as error:
        raise DataError(f"{path}: is not an image this program can read; it reads {KINDS}") from error
    except Image.DecompressionBombError as error:
        raise too_large(path, str(error)) from error
    except Exception as error:  # on damaged files Pillow's decoders raise whatever they stumble over
        raise DataError(f"{path}: is damaged ({error}); replace or remove it") from error


def upright(image: Image.Image) -> Image.Image:
    # Pillow would look for XMP's notes too: in each of 70,000 PNGs that takes as long as reading them.
    return image if image.format == "PNG" and "exif" not in image.info else ImageOps.exif_transpose(image)


def to_pixels(image: Image.Image, deep: bool) -> Pixels:
    """Pillow reads colours of 16 bits, which are `deep`, as their upper 8."""
    if image.mode in ("L", "1") and not image.has_transparency_data:
        return np.asarray(image.convert("L") if image.mode == "1" else image)
    if image.mode[0] in "IF":
        return np.asarray(image)
    image = fill(image) if image.has_transparency_data else image.convert("RGB")
    colours = np.asarray(image)
    if deep and colours.max() < 128:
        return np.asarray(image.convert("L")).astype(np.uint16) << 8
    flat = (colours[..., 0] == colours[..., 1]).all() and (colours[..., 0] == colours[..., 2]).all()
    return np.ascontiguousarray(colours[..., 0]) if flat else colours


def fill(image: Image.Image) -> Image.Image:
    """Return an image in RGB with its transparent parts white, or black if more contrast comes of it."""
    image = image.convert("RGBA")
    small = image.reduce(shrinking(image.size))
    contrasts = []
    for ground in (255, 0):
        low, high = on_ground(small, ground).convert("L").getextrema()
        contrasts.append(float(high) - float(low))  # type: ignore[arg-type]
    return on_ground(image, 255 if contrasts[0] >= contrasts[1] else 0)


def shrinking(size: tuple[int, ...]) -> int:
    """Return by which factor a picture is larger than ink is looked for in."""
    return max(1, -(-max(size) // WORKING_SIDE))


def on_ground(image: Image.Image, ground: int) -> Image.Image:
    filled = Image.new("RGB", image.size, (ground, ground, ground))
    filled.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return filled


def too_large(path: str | os.PathLike[str], size: str) -> DataError:
    return DataError(f"{path}: is too large ({size}; at most {MOST_PIXELS // 10**6} megapixels); make it smaller")
