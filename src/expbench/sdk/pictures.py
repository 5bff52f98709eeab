"""Figures and images as artifacts, through whichever library made them; arrays become PNG without any."""

import struct
import zlib
from typing import Any

from expbench.domain.document import Artifact
from expbench.sdk.details import artifact_bytes, kept_from
from expbench.sdk.values import WrongUse


def artifact_figure(run_dir: str, figure: Any, to: str) -> list[Artifact]:  # noqa: ANN401  # any figure
    """Keep a figure that can save itself."""
    if to.endswith(".html") and hasattr(figure, "write_html"):
        return kept_from(run_dir, to, figure.write_html)
    for method in ("savefig", "write_image", "save"):
        if hasattr(figure, method):
            return kept_from(run_dir, to, getattr(figure, method))
    raise WrongUse(f"{type(figure).__name__} is no figure: it has no savefig, write_image or save")


def artifact_image(run_dir: str, image: Any, to: str) -> list[Artifact]:  # noqa: ANN401  # any image
    """Keep an image of PIL, or an array as PNG."""
    if hasattr(image, "save"):
        return kept_from(run_dir, to, image.save)
    return artifact_bytes(run_dir, to, png(image))


def png(array: Any) -> bytes:  # noqa: ANN401  # numpy's, torch's, nested lists
    """An array of height x width [x channels] as PNG; floats are 0.0-1.0, integers 0-255."""
    rows = array.tolist() if hasattr(array, "tolist") else array
    pixels = [[_channels(pixel) for pixel in row] for row in rows]
    if not pixels or not pixels[0] or len({len(row) for row in pixels}) > 1:
        raise WrongUse("an image has rows of equal, positive length")
    count = len(pixels[0][0])
    if count not in (1, 3, 4):
        raise WrongUse(f"an image has 1, 3 or 4 channels, not {count}")
    lines = b"".join(b"\0" + bytes(value for pixel in row for value in pixel) for row in pixels)
    colour = {1: 0, 3: 2, 4: 6}[count]
    header = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), 8, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _channels(pixel: Any) -> list[int]:  # noqa: ANN401  # a number or a list of numbers
    return [_byte(value) for value in (pixel if isinstance(pixel, list | tuple) else [pixel])]


def _byte(value: float) -> int:
    scaled = value * 255 if isinstance(value, float) else value
    return min(255, max(0, round(scaled))) if scaled == scaled else 0


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
