"""One image file, of whatever kind, as grey values. The file may be damaged or hostile."""

import io
import os
import stat
import warnings

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.dataset import Array, DataError

MOST_PIXELS = 40_000_000  # a large photo; more is a mistake or a decompression bomb
MOST_BYTES = 300_000_000  # 40 megapixels of 48 bits, uncompressed, and some more
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")  # none that runs another program, as EPS does
ENDINGS = (
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".webp", ".tif", ".tiff"),
    *(".pgm", ".ppm", ".pbm", ".pnm"),
)
KINDS = "PNG, JPEG, BMP, GIF, WebP, TIFF and PPM"

# read_gray looks at the size itself, before anything is decoded.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def read_gray(path: str | os.PathLike[str], ground: int) -> Array:
    """Return a file's image as decode_gray does. Raises DataError, which names the file."""
    return decode_gray(path, read_file(path), ground)


def read_file(path: str | os.PathLike[str]) -> bytes:
    """Raises DataError: not there, not a file, unreadable, or larger than any image."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):  # a pipe would block for ever
            raise DataError(f"{path}: is not a file; name an image file")
        if found.st_size > MOST_BYTES:
            raise too_large(path, f"{found.st_size // 10**6} MB")
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError as error:
        raise DataError(f"{path}: is not there; check the name") from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        why = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"{path}: cannot be read ({why}); make it readable") from error


def decode_gray(path: str | os.PathLike[str], content: bytes, ground: int) -> Array:
    """Return luminance (ITU-R 601) uint8 [height, width]; transparent parts show the ground (0 to 255).

    Of an animation the first picture, turned upright as the camera noted. Raises DataError, which names the file.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise too_large(path, f"{width}x{height} pixels")
            image.load()
            return to_gray(upright(image), ground)
    except DataError:
        raise
    except UnidentifiedImageError as error:
        raise DataError(f"{path}: is not an image that can be read; {KINDS} can") from error
    except Image.DecompressionBombError as error:
        raise too_large(path, str(error)) from error
    except Exception as error:  # on damaged files Pillow's decoders raise whatever they stumble over
        raise DataError(f"{path}: is damaged ({error}); replace or remove it") from error


def upright(image: Image.Image) -> Image.Image:
    # Looking for a camera's notes in each of 70,000 PNGs would take as long as reading them.
    return image if image.format == "PNG" else ImageOps.exif_transpose(image)


def to_gray(image: Image.Image, ground: int) -> Array:
    if image.mode[0] in "IF" and image.mode != "1":  # 16 or 32 bits a pixel; Pillow would cut all above 255
        return to_eight_bits(np.asarray(image))
    if image.has_transparency_data:
        colours = image.convert("RGBA")
        flat = Image.new("L", image.size, ground)
        flat.paste(colours.convert("L"), mask=colours.getchannel("A"))
        image = flat
    gray: Array = np.asarray(image if image.mode == "L" else image.convert("L"))
    return gray


def to_eight_bits(values: npt.NDArray[np.generic]) -> Array:
    """Scale 16 bits to 8; wider numbers have no known range and are stretched from darkest to brightest."""
    wide = np.array(values, np.float32)
    np.nan_to_num(wide, copy=False)
    low, high = (0.0, 65535.0) if values.dtype.kind in "iu" else (float(wide.min()), float(wide.max()))
    if wide.min() < low or wide.max() > high:
        low, high = float(wide.min()), float(wide.max())
    wide -= low  # in place: a large picture has 160 MB here
    wide *= 255 / ((high - low) or 1)
    scaled: Array = np.rint(wide, out=wide).astype(np.uint8)
    return scaled


def too_large(path: str | os.PathLike[str], size: str) -> DataError:
    return DataError(f"{path}: is too large ({size}; at most {MOST_PIXELS // 10**6} megapixels); make it smaller")
