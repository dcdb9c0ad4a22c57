import os
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.data.dataset import Array, DataError
from engine.data.find import load_data
from engine.data.images.preprocess import read_picture
from engine.storage.paths import sample_file


@pytest.fixture(scope="module")
def digits() -> list[Array]:
    images = load_data(sample_file()).test_images
    return [image.numpy() for image in images[:20]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "digit.png"


def alike(one: torch.Tensor, other: Array) -> float:
    """The correlation of two pictures: 1 when they are the same."""
    return float(np.corrcoef(one.numpy().ravel(), other.ravel())[0, 1])


def on_page(digit: Array, ink: str = "black", paper: str = "white") -> Image.Image:
    """A digit ten times as large, away from the middle of a page."""
    page = Image.new("RGB", (800, 600), paper)
    large = Image.fromarray(digit).resize((280, 280), Image.Resampling.BICUBIC)
    page.paste(Image.new("RGB", (280, 280), ink), (450, 60), mask=large)
    return page


def test_a_digit_as_in_mnist_is_used_as_it_is(digits: list[Array], path: Path) -> None:
    for mode in ("L", "RGB", "P", "RGBA"):
        Image.fromarray(digits[0]).convert(mode).save(path)
        pixels, treatment = read_picture(path)
        assert treatment == "as it is"
        assert pixels.dtype == torch.uint8
        assert (pixels.numpy() == digits[0]).all()


def test_an_inverted_digit_gets_back_to_the_original(digits: list[Array], path: Path) -> None:
    likeness = []
    for digit in digits:
        Image.fromarray(255 - digit).save(path)
        pixels, treatment = read_picture(str(path))
        likeness.append(alike(pixels, digit))
        assert treatment == "inverted"
    assert min(likeness) > 0.999999


@pytest.mark.parametrize(
    ("ink", "paper", "treatment"),
    [
        ("black", "white", "inverted, cropped, scaled from 800x600, centred"),
        ("white", "black", "cropped, scaled from 800x600, centred"),
        ("navy", "khaki", "inverted, cropped, scaled from 800x600, centred"),
        ("#777777", "#aaaaaa", "inverted, cropped, scaled from 800x600, centred"),
    ],
)
def test_a_large_digit_on_a_page_gets_back_to_the_original(
    digits: list[Array], path: Path, ink: str, paper: str, treatment: str
) -> None:
    likeness = []
    for digit in digits:
        on_page(digit, ink, paper).save(path)
        pixels, told = read_picture(path)
        assert told == treatment
        likeness.append(alike(pixels, digit))
    assert np.median(likeness) > 0.95
    assert min(likeness) > 0.6


def test_the_digit_fits_the_box_and_reaches_full_brightness(path: Path) -> None:
    page = Image.new("L", (300, 900), 255)
    page.paste(0, (100, 100, 110, 700))  # a thin stroke
    page.save(path)
    pixels = read_picture(path)[0].numpy()
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    assert len(rows) == 20
    assert len(columns) == 1
    assert pixels.max() == 255
    assert abs(rows.mean() - 14) <= 0.5
    assert columns[0] == 14


def test_sixteen_bits_transparency_and_palettes_are_read(digits: list[Array], path: Path) -> None:
    page = on_page(digits[3])
    gray = np.asarray(page.convert("L"))
    page.save(path)
    plain = read_picture(path)[0]

    Image.fromarray(gray.astype(np.uint16) * 257).save(path)
    assert torch.equal(read_picture(path)[0], plain)

    page.convert("P", palette=Image.Palette.ADAPTIVE).save(path)
    assert alike(read_picture(path)[0], plain.numpy()) > 0.99

    clear = Image.new("RGBA", page.size, "black")  # black ink, all else transparent
    clear.putalpha(Image.fromarray(255 - gray))
    clear.save(path)
    assert alike(read_picture(path)[0], plain.numpy()) > 0.99


def test_white_ink_on_a_transparent_ground_is_seen(digits: list[Array], path: Path) -> None:
    clear = Image.new("RGBA", (28, 28), "white")
    clear.putalpha(Image.fromarray(digits[4]))
    clear.save(path)
    pixels, treatment = read_picture(path)
    assert treatment == "as it is"
    assert (pixels.numpy() == digits[4]).all()


def test_paper_grain_and_a_shadow_are_no_ink(digits: list[Array], path: Path) -> None:
    gray = np.asarray(on_page(digits[5]).convert("L"), np.float32) * 0.7 + 30
    grain = np.random.default_rng(1).normal(0, 6, gray.shape)
    shadow = np.linspace(0, 30, gray.shape[1])
    Image.fromarray(np.clip(gray + grain - shadow, 0, 255).astype(np.uint8)).save(path.with_suffix(".jpg"))
    pixels, _ = read_picture(path.with_suffix(".jpg"))
    assert alike(pixels, digits[5]) > 0.85


def test_a_photo_is_turned_as_the_camera_noted(digits: list[Array], path: Path) -> None:
    page = on_page(digits[3])
    page.save(path)
    notes = Image.Exif()
    notes[0x0112] = 6  # to be shown turned by 90 degrees
    page.transpose(Image.Transpose.ROTATE_90).save(path.with_suffix(".jpg"), exif=notes, quality=95)
    assert alike(read_picture(path.with_suffix(".jpg"))[0], read_picture(path)[0].numpy()) > 0.98


@pytest.mark.parametrize("shade", [0, 128, 255])
@pytest.mark.parametrize("size", [(28, 28), (100, 50)])
def test_a_blank_picture_is_refused(path: Path, shade: int, size: tuple[int, int]) -> None:
    Image.new("L", size, shade).save(path)
    with pytest.raises(DataError, match=r"digit\.png: is blank"):
        read_picture(path)


def test_a_picture_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(DataError, match=f"{path}: does not exist"):
        read_picture(path)


def test_a_folder_or_pipe_is_no_picture(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(DataError, match=f"{path}: is not a file"):
            read_picture(path)


def test_a_drawing_in_svg_called_png_is_refused_with_what_can_be_read(path: Path) -> None:
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg"><circle r="5"/></svg>')
    with pytest.raises(DataError, match="is not an image this program can read; it reads PNG, JPEG"):
        read_picture(path)


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "bmp", "tiff", "webp"])
def test_a_truncated_picture_is_named(digits: list[Array], path: Path, ending: str) -> None:
    path = path.with_suffix(f".{ending}")
    on_page(digits[0]).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=f"{path}: is "):
        read_picture(path)


@pytest.mark.parametrize("size", [(8000, 6000), (20000, 20000)])
def test_a_decompression_bomb_is_refused_from_its_header(path: Path, size: tuple[int, int]) -> None:
    Image.new("1", (1, 1)).save(path)
    content = bytearray(path.read_bytes())
    content[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"digit\.png: is too large .*at most 40 megapixels"):
        read_picture(path)
