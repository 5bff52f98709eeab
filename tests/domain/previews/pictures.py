"""PNG files made for tests, by every filter and in every kind of colour."""

import struct
import zlib
from collections.abc import Sequence

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def header(width: int, height: int, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def png(
    lines: Sequence[bytes], width: int, *, depth: int = 8, colour: int = 2, filters: Sequence[int] = (0,),
    step: int = 3, more: bytes = b"",
) -> bytes:  # fmt: skip
    """A picture of these lines (of unfiltered bytes), whose filters are taken in turn; `step` is a pixel's bytes."""
    packed = bytearray()
    above = bytes(len(lines[0]))
    for place, line in enumerate(lines):
        kind = filters[place % len(filters)]
        packed.append(kind)
        packed += filtered(kind, line, above, step)
        above = line
    body = chunk(b"IDAT", zlib.compress(bytes(packed)))
    return SIGNATURE + header(width, len(lines), depth, colour) + more + body + chunk(b"IEND", b"")


def filtered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    """What the PNG standard says: each byte less what its filter foretells."""
    made = []
    for place, value in enumerate(line):
        left = line[place - step] if place >= step else 0
        up = above[place]
        corner = above[place - step] if place >= step else 0
        foretold = (0, left, up, (left + up) // 2, nearest(left, up, corner))[kind]
        made.append((value - foretold) & 255)
    return bytes(made)


def nearest(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))
